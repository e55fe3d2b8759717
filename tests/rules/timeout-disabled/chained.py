"""A limit on connecting alone, where the answer is checked and read in one expression."""

import httpx

LIMIT = httpx.Timeout(None, connect=5)
client = httpx.Client(base_url="https://stock.example.com", timeout=LIMIT)  # finds: timeout-disabled


def left(item):
    return client.get(f"/{item}").raise_for_status().json()["left"]


def once(item):
    return httpx.get(f"https://stock.example.com/{item}", timeout=LIMIT).raise_for_status().json()  # finds: timeout-disabled


def only_checked(item):
    httpx.get(f"https://stock.example.com/{item}", timeout=LIMIT).raise_for_status()


def by_lines(item):
    with httpx.stream("GET", f"https://stock.example.com/{item}", timeout=LIMIT) as answer:
        yield from answer.raise_for_status().iter_lines()
