"""Policies in the shapes that real code has."""

import asyncio

import backoff
import celery
import requests
import retry as retrylib
import stamina
import tenacity
from retrying import retry as again
from tenacity import AsyncRetrying, Retrying, retry, stop_after_attempt, stop_never
from urllib3.util.retry import Retry

app = celery.Celery("shop")
patient = Retry(total=None, backoff_factor=1)  # finds: unbounded-retry
bounded_elsewhere = Retry(total=None, connect=3)


@retry(stop=stop_never)  # finds: unbounded-retry
def never():
    return requests.get("https://a.example.com", timeout=5)


@again  # finds: unbounded-retry
def retrying_bare():
    return requests.get("https://a.example.com", timeout=5)


@again(wait_fixed=2000, stop_max_delay=30000)
def retrying_timed():
    return requests.get("https://a.example.com", timeout=5)


@again(stop_func=enough)
def retrying_asked():
    return requests.get("https://a.example.com", timeout=5)


@stamina.retry(on=OSError, attempts=None, timeout=None)  # finds: unbounded-retry
def stamina_off():
    return requests.get("https://a.example.com", timeout=5)


@stamina.retry(on=OSError)
def stamina_default():
    return requests.get("https://a.example.com", timeout=5)


@retrylib.retry(OSError, delay=1)  # finds: unbounded-retry
def minus_one():
    return requests.get("https://a.example.com", timeout=5)


@retrylib.retry(OSError, 3, 1)
def three():
    return requests.get("https://a.example.com", timeout=5)


@backoff.on_predicate(backoff.constant, interval=1)  # finds: unbounded-retry
def ready():
    return requests.get("https://a.example.com", timeout=5).ok


@backoff.on_exception(backoff.expo, OSError, max_tries=lambda: tries())
def from_settings():
    return requests.get("https://a.example.com", timeout=5)


@backoff.on_exception(backoff.expo, OSError, None, max_time=30, max_tries=None)
def one_of_two():
    return requests.get("https://a.example.com", timeout=5)


@app.task(autoretry_for=(OSError,), max_retries=None)  # finds: unbounded-retry
def task():
    requests.post("https://a.example.com", timeout=5)


@celery.shared_task(autoretry_for=(OSError,), retry_kwargs={"max_retries": None})  # finds: unbounded-retry
def in_options():
    requests.post("https://a.example.com", timeout=5)


@celery.shared_task(bind=True, autoretry_for=(OSError,))
def four_by_default(self):
    requests.post("https://a.example.com", timeout=5)


def heads(client):
    for attempt in Retrying(wait=tenacity.wait_fixed(1)):  # finds: unbounded-retry
        with attempt:
            return requests.get("https://a.example.com", timeout=5)


async def async_heads(client):
    async for attempt in AsyncRetrying(stop=stop_after_attempt(3)):
        with attempt:
            return await asyncio.to_thread(requests.get, "https://a.example.com", timeout=5)


def outer():
    @retry  # finds: unbounded-retry
    def inner():
        return requests.get("https://a.example.com", timeout=5)

    return inner()


async def connected(client):
    """A connection that is held for good: its outages are waited out."""
    waits = tenacity.wait_exponential_jitter(initial=1, max=60)
    return asyncio.create_task(client.connect_async(reconnecting=True, retry_connect=retry(wait=waits)))


def called(client):
    return client.call(policy=retry(wait=tenacity.wait_fixed(1)))  # finds: unbounded-retry
