"""Coroutines that reach a blocking call through a function of the same module."""

import asyncio
import contextlib
import socket

import requests
from asgiref.sync import sync_to_async

from project.rates import latest


class Rates:
    def __init__(self):
        self.http = requests.Session()

    def fetch(self, pair):
        return self.http.get(f"https://fx.example.com/{pair}", timeout=5).json()

    @staticmethod
    def resolve(host):
        return socket.getaddrinfo(host, 443)

    async def convert(self, amount, pair):
        rate = self.fetch(pair)  # finds: blocking-call-in-async
        return amount * rate["value"]

    async def warm(self):
        await asyncio.to_thread(self.fetch, "EURUSD")
        asyncio.get_running_loop().run_in_executor(None, self.fetch, "EURCHF")
        later = lambda: self.fetch("EURGBP")
        return later

    async def known(self, host):
        return self.resolve(host)  # finds: blocking-call-in-async


@sync_to_async
def stored(pair):
    return requests.get(f"https://fx.example.com/{pair}", timeout=5)


def every(pairs):
    for pair in pairs:
        yield requests.get(f"https://fx.example.com/{pair}", timeout=5)


@contextlib.contextmanager
def session():
    yield requests.get("https://fx.example.com/login", timeout=5)


def prepare(pair):
    def work():
        return requests.get(f"https://fx.example.com/{pair}", timeout=5)

    return work


async def decorated(pair):
    return await stored(pair)


async def lazily(pairs):
    return every(pairs)


async def prepared(pair):
    return await asyncio.to_thread(prepare(pair))


def outer(pair):
    return every_one(pair)


def every_one(pair):
    return requests.get(f"https://fx.example.com/{pair}", timeout=5)


async def twice_removed(pair):
    return outer(pair)  # finds: blocking-call-in-async


async def from_elsewhere(pair):
    return latest(pair)  # a module that is not there


async def in_many_lines(pair):
    answer = every_one(  # finds: blocking-call-in-async
        # the pair as ISO codes
        pair,
    )
    return [every_one(each) for each in answer]  # finds: blocking-call-in-async
