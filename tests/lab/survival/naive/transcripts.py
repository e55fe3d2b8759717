"""Starts a transcription and waits for it."""
# play: transcribe("https://audio.example/1.mp3")
import asyncio

import httpx

BASE = "https://speech.example/v2"


async def transcribe(audio_url):
    async with httpx.AsyncClient(base_url=BASE, headers={"authorization": "k"}) as client:
        response = await client.post("/transcript", json={"audio_url": audio_url})
        job_id = response.json()["id"]
        while True:
            result = (await client.get(f"/transcript/{job_id}")).json()
            if result["status"] == "completed":
                return result["text"]
            elif result["status"] == "error":
                raise RuntimeError(f"Transcription failed: {result['error']}")
            await asyncio.sleep(3)
