"""Loops that go round until a call succeeds, and loops that only look like that."""

import logging
import random
import signal
import sys
import time

import httpx
import redis
import requests

log = logging.getLogger(__name__)


def breaks_out(session: requests.Session):
    while 1:  # finds: unbounded-retry
        try:
            found = session.get("https://a.example.com", timeout=5)
            break
        except Exception:
            log.exception("again")
            time.sleep(random.uniform(1, 2))
    return found


async def in_a_coroutine(client: httpx.AsyncClient):
    import asyncio

    while True:  # finds: unbounded-retry
        try:
            answer = await client.get("/")
        except httpx.HTTPError as error:
            log.warning("still away: %s", error)
            await asyncio.sleep(5)
        else:
            return answer.json()


def page_after_page(session: requests.Session):
    page, found = 1, []
    while True:  # finds: unbounded-retry
        try:
            answer = session.get("https://a.example.com", params={"page": page}, timeout=5)
        except requests.RequestException:
            time.sleep(1)
            continue
        found.extend(answer.json()["items"])
        if not answer.json()["more"]:
            return found
        page += 1


def other_errors_leave(session: requests.Session):
    while True:
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            time.sleep(1)
        except requests.HTTPError:
            raise


def leaves_after_a_while(session: requests.Session):
    started = time.monotonic()
    while True:
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            time.sleep(1)
        if time.monotonic() - started > 60:
            sys.exit("no answer")


def told_to_stop(session: requests.Session, stop):
    while not stop.is_set():
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            time.sleep(1)


def checks_before(session: requests.Session, guard):
    while True:
        guard.check()
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            time.sleep(1)


def asks_the_event(session: requests.Session, stop):
    while True:
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            if stop.wait(1):
                return None


def stream(session: requests.Session):
    while True:
        try:
            yield session.get("https://a.example.com", timeout=5).json()
        except requests.ConnectionError:
            time.sleep(1)


def bad_json_only(session: requests.Session):
    while True:
        try:
            return session.get("https://a.example.com", timeout=5).json()
        except ValueError:
            time.sleep(1)


def reads_input():
    while True:
        try:
            return int(input())
        except ValueError:
            continue


def with_a_flag(session: requests.Session):
    done = False
    while not done:  # finds: unbounded-retry
        try:
            session.get("https://a.example.com", timeout=5)
            done = True
        except requests.ConnectionError:
            time.sleep(1)


def until_there_is_one(session: requests.Session):
    answer = None
    while answer is None:  # finds: unbounded-retry
        try:
            answer = session.get("https://a.example.com", timeout=5)
        except requests.RequestException as error:
            logging.warning("again: %s", error)
            time.sleep(1)
    return answer


def in_its_else(session: requests.Session):
    sent = False
    while sent is False:  # finds: unbounded-retry
        try:
            answer = session.post("https://a.example.com", timeout=5)
        except requests.ConnectionError:
            time.sleep(1)
        else:
            sent = answer.ok


def with_a_flag_that_failure_sets(session: requests.Session):
    done = False
    while not done:
        try:
            session.get("https://a.example.com", timeout=5)
            done = True
        except requests.Timeout:
            time.sleep(1)
        except requests.ConnectionError:
            done = True


def with_two_conditions(session: requests.Session, tries):
    done = False
    while not done and tries:
        tries -= 1
        try:
            session.get("https://a.example.com", timeout=5)
            done = True
        except requests.ConnectionError:
            time.sleep(1)


def with_a_flag_of_others(session: requests.Session):
    global stopped
    while not stopped:
        try:
            stopped = session.get("https://a.example.com", timeout=5).ok
        except requests.ConnectionError:
            time.sleep(1)


def with_a_deadline_and_a_flag(session: requests.Session, deadline):
    done = False
    while not done:
        if time.monotonic() > deadline:
            break
        try:
            session.get("https://a.example.com", timeout=5)
            done = True
        except requests.ConnectionError:
            time.sleep(1)


def spoken_in_other_words(session: requests.Session):
    while True:  # finds: unbounded-retry
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError as error:
            log_title(f"no answer: {error}")
            time.sleep(1)


async def spoken_and_awaited(client: httpx.AsyncClient, logger):
    import asyncio

    while True:  # finds: unbounded-retry
        try:
            return await client.get("/")
        except httpx.HTTPError as error:
            await logger.awarning("no answer", error=error)
            await asyncio.sleep(5)


def spoken_and_left(session: requests.Session):
    while True:
        try:
            return session.get("https://a.example.com", timeout=5)
        except requests.ConnectionError as error:
            log_and_raise(error)


def loaded(store: redis.Redis):
    """The store is there, and reads its data: it says itself when it is done."""
    while True:
        try:
            return store.get("key")
        except redis.exceptions.BusyLoadingError:
            time.sleep(1)


def lost(store: redis.Redis):
    while True:  # finds: unbounded-retry
        try:
            return store.get("key")
        except redis.exceptions.ConnectionError:
            time.sleep(1)
