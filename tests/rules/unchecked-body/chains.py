"""Chains where the split is not plain, and chains that only look alike."""

import json

import aiohttp
import httpx
import requests

SESSION = requests.Session()
ZONES = requests.get("https://example.com/zones", timeout=5).json()["zones"]  # finds: unchecked-body


def parsed(url):
    return json.loads(requests.get(url, timeout=5).text)  # finds: unchecked-body


def either(url, fresh):
    return requests.get(url, timeout=5).json() if fresh else {}  # finds: unchecked-body


def each(urls):
    return [SESSION.get(url, timeout=5).json() for url in urls]  # finds: unchecked-body


def two(first, second):
    return requests.get(first, timeout=5).json(), SESSION.get(second, timeout=5).json()  # finds: unchecked-body, unchecked-body


def pages(url):
    while SESSION.get(url, timeout=5).json()["more"]:  # finds: unchecked-body
        url += "&next"


def chosen(url):
    if url is None:
        return None
    elif SESSION.get(url, timeout=5).text == "yes":  # finds: unchecked-body
        return True
    if SESSION.get(url, timeout=5).text == "yes": return True  # finds: unchecked-body
    return (
        SESSION  # finds: unchecked-body
        .get(url, timeout=5)
        .json()
    )


async def awaited(url):
    async with aiohttp.ClientSession() as session:
        return await (await session.get(url)).json()  # finds: unchecked-body


async def checked(client: httpx.AsyncClient, url):
    (await client.get(url)).raise_for_status()
    return (await client.get(url)).status_code


def handed(url, parse):
    return parse(requests.get(url, timeout=5))


def asked(url):
    while (page := SESSION.get(url, timeout=5)).ok:
        yield page.json()


class Feed:
    words = requests.get("https://example.com/words", timeout=5).text  # finds: unchecked-body

    def __init__(self, client=None):
        self.client = client or httpx.Client()

    def read(self):
        return self.client.get("/feed").content  # misses: unchecked-body - the client may be the caller's, and raise


def touched():
    requests.get(URL, timeout=5).text.encode("ascii", "ignore")
