"""Clients that wait for whatever comes, whenever it comes."""

import httpx
from httpx_sse import aconnect_sse

URL = "https://partner.example/v1"


class Answers:
    def __init__(self):
        self.client = httpx.AsyncClient(timeout=None)

    async def words(self, prompt):
        async with self.client.stream("POST", URL, json={"prompt": prompt}) as answer:
            answer.raise_for_status()
            async for line in answer.aiter_lines():
                yield line


async def handed_on():
    async with httpx.AsyncClient(timeout=None) as client:
        async with aconnect_sse(client, "GET", URL) as source:
            async for event in source.aiter_sse():
                yield event


def sse_events(read):
    with httpx.Client(timeout=httpx.Timeout(timeout=None)) as client:
        yield from read(client)


def downloaded():
    with httpx.Client(timeout=None) as client:
        with client.stream("GET", URL) as answer:
            answer.raise_for_status()
            yield from answer.iter_bytes()


def whole(read):
    with httpx.Client(timeout=None) as client:  # finds: timeout-disabled
        return client.get(URL).json()["upstream"]
