"""A check that is switched off where there is none: what is spoken to has no TLS."""

import aiohttp
import requests


async def called(session: aiohttp.ClientSession, host):
    async with session.get(f"http://{host}/state", ssl=False) as answer:
        return await answer.text()


async def guarded(session: aiohttp.ClientSession, host):
    async with session.get(f"{SCHEME}://{host}/state", ssl=False) as answer:  # finds: tls-verification-off
        return await answer.text()


class Runner:
    def connect(self, host):
        self.connector = aiohttp.TCPConnector(ssl=False, limit=800)
        self.address = f"http://{host}"

    def other(self, address):
        self.connector = aiohttp.TCPConnector(ssl=False)  # finds: tls-verification-off
        self.address = address
