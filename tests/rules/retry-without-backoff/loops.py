"""Counted loops: those that fire back to back, and those that have a reason to."""

import asyncio
import logging
import threading
import time

import aiohttp
import httpx
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_none

MAX_RETRIES = 4
log = logging.getLogger(__name__)


def counts_from_one(session: requests.Session):
    last = None
    for attempt in range(1, MAX_RETRIES + 1):  # finds: retry-without-backoff
        try:
            log.info("attempt %d", attempt)
            return session.get("https://a.example.com", timeout=5)
        except requests.RequestException as error:
            last = error
            log.warning("attempt %d failed", attempt)
    raise last


async def in_a_coroutine(client: httpx.AsyncClient, retries: int):
    for attempt in range(retries):  # finds: retry-without-backoff
        try:
            answer = await client.get("/")
            break
        except httpx.TransportError:
            if attempt == retries - 1:
                raise
    return answer


def while_counted(session: requests.Session):
    tries = 0
    while tries < 5:  # finds: retry-without-backoff
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            tries += 1


@retry(stop=stop_after_attempt(5), wait=wait_none(), retry=retry_if_exception_type(ConnectionError))  # finds: retry-without-backoff
def waits_for_nothing(peer):
    return peer.ask()


@retry(stop=stop_after_attempt(2), retry=retry_if_exception_type(ConnectionError))
def once_more(peer):
    return peer.ask()


def waits_on_an_event(session: requests.Session, closing: threading.Event):
    for _ in range(5):
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            closing.wait(1)


async def paced(client: httpx.AsyncClient, limiter):
    for _ in range(5):
        async with limiter:
            try:
                return await client.get("/")
            except httpx.TransportError:
                continue


def other_hosts(session: requests.Session, hosts):
    for host in hosts:
        try:
            return session.get(f"https://{host}", timeout=5)
        except requests.ConnectionError:
            continue


def the_next_proxy(session: requests.Session, proxies):
    proxy = next(proxies)
    for _ in range(5):
        try:
            return session.get("https://a.example.com", proxies=proxy, timeout=5)
        except requests.ConnectionError:
            proxy = next(proxies)


def logs_in_again(session: requests.Session):
    for _ in range(3):
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            log_in(session)


def samples(session: requests.Session):
    times = []
    for _ in range(20):
        try:
            times.append(session.get("https://a.example.com", timeout=5).elapsed)
        except requests.ConnectionError:
            pass
    return times


def pages(session: requests.Session):
    for page in range(100):
        try:
            answer = session.get("https://a.example.com", params={"page": page}, timeout=5)
        except requests.ConnectionError:
            continue
        if not answer.json()["more"]:
            break


def sleeps_after_the_try(session: requests.Session):
    for attempt in range(5):
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            log.warning("attempt %d", attempt)
        time.sleep(2**attempt)


async def deep(session: aiohttp.ClientSession):
    for attempt in range(5):  # misses: retry-without-backoff - the call lies in a function that is passed on
        try:
            return await asyncio.shield(fetch(session))
        except aiohttp.ClientError:
            continue


class Given:
    """A session that may be given is one, whoever made it."""

    def __init__(self, session=None):
        self.session = session or requests.Session()
        self.other = requests.Session() if session is None else session

    def ask(self):
        for attempt in range(5):  # finds: retry-without-backoff
            try:
                return self.session.get(URL, timeout=5)
            except requests.ConnectionError:
                continue
        return None

    def ask_other(self):
        for attempt in range(5):  # finds: retry-without-backoff
            try:
                return self.other.get(URL, timeout=5)
            except requests.ConnectionError:
                continue
        return None


def refused():
    """What is refused is refused again at once."""
    for attempt in range(5):  # finds: retry-without-backoff
        try:
            answer = requests.get(URL, timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.HTTPError:
            continue
    return None


def refused_politely():
    for attempt in range(5):
        try:
            answer = requests.get(URL, timeout=5)
            answer.raise_for_status()
            return answer.json()
        except requests.HTTPError:
            time.sleep(2**attempt)
    return None


def never_refused():
    """Nothing here raises for a status."""
    for attempt in range(5):
        try:
            return requests.get(URL, timeout=5)
        except requests.HTTPError:
            continue
    return None


def yields_only(url):
    for attempt in range(3):  # finds: retry-without-backoff
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            time.sleep(0)
    raise RuntimeError(url)


def follows(url, stop, handle):
    while not stop.is_set():  # finds: retry-without-backoff
        try:
            answer = requests.get(url, timeout=5); answer.raise_for_status()
            handle(answer.json())
        except requests.RequestException:
            log.exception("again")


def asks_another_host(hosts):
    for attempt in range(5):
        host = pick(hosts)
        try:
            return requests.get(f"https://{host}/state", timeout=5)
        except requests.ConnectionError:
            log.warning("%s is down, trying another", host)


def asks_the_same_host(hosts):
    host = pick(hosts)
    for attempt in range(5):  # finds: retry-without-backoff
        try:
            return requests.get(f"https://{host}/state", timeout=5)
        except requests.ConnectionError:
            log.warning("%s is down", host)
