"""Methods that are called as in every other class: `load`, `fetch`, `run`."""

import backoff
import requests
from aiohttp import web


class Rates:
    def __init__(self, base):
        self.base, self.session = base, requests.Session()

    @backoff.on_exception(backoff.expo, requests.ConnectionError, max_tries=3)
    def load(self, currency):
        answer = self.session.get(f"{self.base}/{currency}", timeout=6)
        answer.raise_for_status()
        return answer.json()["rate"]

    def run(self):
        return {currency: self.load(currency) for currency in ("chf", "usd")}


class Store:
    def __init__(self):
        self.kept = {}

    def load(self, name):
        return self.kept[name]

    def run(self):
        return dict(self.kept)


rates = Rates("https://fx.example.com")
store = Store()


async def show(request):
    value = rates.load(request.match_info["currency"])  # finds: blocking-call-in-async
    return web.json_response({"rate": value, "kept": store.load("chf")})


async def every(request):
    kept = store.run()
    return web.json_response({**kept, **rates.run()})  # finds: blocking-call-in-async


async def either(request, source):
    return web.json_response(source.load("chf"))
