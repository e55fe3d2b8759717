"""Loops that look at the status alone, and those that only look like them."""

import asyncio
import logging
import time
from http import HTTPStatus

import aiohttp
import httpx
import requests

log = logging.getLogger(__name__)
URL = "https://a.example.com"


def until_it_is_good(session: requests.Session):
    while True:  # finds: retry-without-backoff
        answer = session.get(URL, timeout=5)
        if answer.status_code == 200:
            return answer


def counted():
    answer = None
    for attempt in range(1, 6):  # finds: retry-without-backoff
        answer = requests.get(URL, timeout=5)
        if answer.ok:
            break
        log.warning("attempt %d: %s", attempt, answer.status_code)
    return answer


def the_other_way_round():
    for _ in range(5):  # finds: retry-without-backoff
        answer = requests.post(URL, json={"a": 1}, timeout=5)
        if answer.status_code >= 500:
            print("again", answer.text)
            continue
        return answer.json()


def asked_in_the_head():
    answer = requests.get(URL, timeout=5)
    while answer.status_code != requests.codes.ok:  # finds: retry-without-backoff
        answer = requests.get(URL, timeout=5)
    return answer


def asked_in_the_head_at_first():
    answer = None
    while answer is None or not answer.ok:  # finds: retry-without-backoff
        answer = requests.get(URL, timeout=5)
    return answer


def asked_at_once():
    for attempt in range(10):  # finds: retry-without-backoff
        if requests.get(URL, timeout=5).ok:
            return True
    return False


def with_an_else():
    tries = 0
    while tries < 5:  # finds: retry-without-backoff
        answer = httpx.get(URL)
        if answer.status_code in (HTTPStatus.OK, 204):
            return answer
        else:
            tries += 1


def with_more_statuses():
    tries = 0
    while tries < 5:  # finds: retry-without-backoff
        answer = httpx.get(URL)
        if answer.status_code in (200, 204):
            return answer
        else:
            tries += 1


async def in_a_coroutine(session: aiohttp.ClientSession):
    for attempt in range(4):  # finds: retry-without-backoff
        async with session.get(URL) as answer:
            if answer.status == 200:
                return await answer.json()
            log.error("status %s", answer.status)


def gives_up_at_last():
    for attempt in range(4):  # finds: retry-without-backoff
        answer = requests.get(URL, timeout=5)
        if answer.status_code < 400:
            return answer
        if attempt == 3:
            raise RuntimeError(answer.text)


def pages(session: requests.Session):
    page = 1
    while True:
        answer = session.get(URL, params={"page": page}, timeout=5)
        if answer.status_code != 200:
            break
        page += 1


def pages_until_none_is_left(session: requests.Session):
    params = {"n": 1}
    while True:
        answer = session.get(URL, params=params, timeout=5)
        if answer.status_code == 404:
            return
        params["n"] += 1


def follows_links(session: requests.Session):
    link = URL
    while True:
        answer = session.get(link, timeout=5)
        if answer.ok:
            return answer
        link = answer.headers["Location"]


def items(orders):
    for order in orders:
        answer = requests.get(f"{URL}/{order}", timeout=5)
        if answer.ok:
            return answer


def numbers():
    for number in range(100):
        answer = requests.get(f"{URL}/{number}", timeout=5)
        if answer.ok:
            return answer


def polls():
    while True:
        answer = requests.get(URL, timeout=5)
        if answer.status_code == 200:
            return answer
        time.sleep(5)


async def polls_slowly(client: httpx.AsyncClient):
    while True:
        answer = await client.get(URL)
        if answer.is_success:
            return answer
        await asyncio.sleep(5)


def pauses_elsewhere(gate):
    while True:
        answer = requests.get(URL, timeout=5)
        if answer.ok:
            return answer
        gate.hold()


def accepted_is_not_done():
    while True:
        answer = requests.get(URL, timeout=5)
        if answer.status_code == 202:
            continue
        return answer


def long_poll():
    while True:
        answer = requests.get(f"{URL}/poll", timeout=60)
        if answer.status_code == 200:
            return answer.json()


def logs_in_again(session: requests.Session):
    for _ in range(3):
        answer = session.get(URL, timeout=5)
        if answer.status_code != 401:
            return answer
        session.headers["Authorization"] = token()


def logs_in_anew(session: requests.Session):
    for _ in range(3):
        answer = session.get(URL, timeout=5)
        if answer.status_code == 401:
            log_in(session)
            continue
        return answer


def twice():
    for _ in range(2):
        answer = requests.get(URL, timeout=5)
        if answer.ok:
            return answer


def load():
    for _ in range(100):
        answer = requests.get(URL, timeout=5)
        if answer.status_code != 200:
            break


def asks_the_person():
    while True:
        name = input("name: ")
        answer = requests.get(URL, params={"name": name}, timeout=5)
        if answer.ok:
            return answer


def raises_itself():
    for attempt in range(5):
        answer = requests.get(URL, timeout=5)
        answer.raise_for_status()
        if answer.status_code == 200:
            return answer


def asks_for_more_than_the_status():
    while True:
        answer = requests.get(URL, timeout=5)
        if answer.ok and answer.json()["state"] == "done":
            return answer


def the_next_of_many(hosts):
    while True:
        answer = requests.get(hosts.pop(), timeout=5)
        if answer.ok:
            return answer


def each_and_every(jobs):
    for _ in range(len(jobs)):
        answer = requests.post(URL, timeout=5)
        if answer.ok:
            jobs.append(answer.json())


def hands_out():
    while True:
        answer = requests.get(URL, timeout=5)
        if answer.ok:
            yield answer
