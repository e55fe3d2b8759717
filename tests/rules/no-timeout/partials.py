"""Functions that are kept with some of their arguments: whether a limit is among them shows when they are called."""

import functools
from functools import partial

import requests

URL = "https://partner.example/v1"

fetch = partial(requests.get, headers={"Accept": "application/json"})
fetch_soon = partial(requests.get, timeout=5)
fetch_somehow = partial(requests.get, **OPTIONS)


def rates():
    return fetch(URL)  # finds: no-timeout


def rates_soon():
    return fetch_soon(URL)


def rates_somehow():
    return fetch_somehow(URL)


def rates_now():
    return fetch(URL, timeout=1)


class Partner:
    def __init__(self):
        session = requests.Session()
        self.ask = functools.partial(session.get, headers={})
        self.ask_soon = functools.partial(session.get, timeout=5)

    def rates(self):
        return self.ask(URL)  # finds: no-timeout

    def rates_soon(self):
        return self.ask_soon(URL)
