"""Streams that are opened again at once when they break."""
import asyncio
import logging

import aiohttp

log = logging.getLogger(__name__)


class Feed:
    def __init__(self, session: aiohttp.ClientSession):
        self.session = session
        self.running = True

    async def run(self, handle):
        while self.running:  # finds: retry-without-backoff
            try:
                async with self.session.get("https://feed.example.net/") as answer:
                    async for line in answer.content:
                        await handle(line)
            except aiohttp.ClientError as error:
                log.warning("feed broke: %s", error)

    async def calmly(self, handle):
        while self.running:
            try:
                async with self.session.get("https://feed.example.net/") as answer:
                    async for line in answer.content:
                        await handle(line)
            except aiohttp.ClientError as error:
                log.warning("feed broke: %s", error)
                await asyncio.sleep(5)

    async def limited(self, handle, limiter):
        while self.running:
            try:
                async with limiter, self.session.get("https://feed.example.net/") as answer:
                    await handle(answer)
            except aiohttp.ClientError as error:
                log.warning("feed broke: %s", error)

    async def waits_first(self, handle, ready):
        while self.running:
            try:
                async with ready():
                    async with self.session.get("https://feed.example.net/") as answer:
                        await handle(answer)
            except aiohttp.ClientError as error:
                log.warning("feed broke: %s", error)
