"""Profiles of many users at once."""
# play: profiles(["u1"])
import asyncio

import httpx


async def fetch(client, uid):
    resp = await client.get(f"https://users.example/{uid}")
    return resp.json()["profile"]


async def profiles(uids):
    async with httpx.AsyncClient(timeout=None) as client:
        return await asyncio.gather(*[fetch(client, uid) for uid in uids])
