"""Loads user profiles concurrently with aiohttp."""
# play: load_users([1])
import asyncio

import aiohttp


class UserLoader:
    BASE = "https://people.example/api/users"

    def __init__(self, session):
        self.session = session

    async def load(self, user_id):
        async with self.session.get(f"{self.BASE}/{user_id}") as resp:
            data = await resp.json()
            return {"id": user_id, "name": data["name"], "teams": [t["slug"] for t in data["teams"]]}


async def load_users(ids):
    async with aiohttp.ClientSession() as session:
        loader = UserLoader(session)
        return await asyncio.gather(*(loader.load(i) for i in ids))
