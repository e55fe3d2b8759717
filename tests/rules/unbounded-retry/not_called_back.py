"""Functions that are called back with less, with another argument, or as a task beside the first one."""

import asyncio
import time

import redis.asyncio
import requests


def fetch(url, left=3):
    try:
        answer = requests.get(url, timeout=5)
        answer.raise_for_status()
        return answer.text
    except requests.RequestException:
        return again(url, left)

def again(url, left):
    if not left:
        raise LookupError(url)
    time.sleep(1)
    return fetch(url, left - 1)

def first(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException:
        return mirrored(url)

def mirrored(url):
    return first(url.replace("www", "mirror"))

class Reports:
    async def run(self):
        try:
            kept = await redis.asyncio.Redis.from_url(URL)
            while True:
                await kept.set("stats", self.text())
                await asyncio.sleep(5)
        except Exception:
            await asyncio.sleep(5)
            self.start()

    def start(self):
        self.task = asyncio.get_running_loop().create_task(self.run())
        return self.task
