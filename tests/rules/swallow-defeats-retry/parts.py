"""Policies that repeat one kind of failure, around handlers that take more of them, or others."""

import logging

import backoff
import httpx
import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

log = logging.getLogger(__name__)


@backoff.on_exception(backoff.expo, httpx.ConnectError, max_tries=4)
def one_of_many(client: httpx.Client, item):
    try:
        answer = client.get(f"/prices/{item}")
        return answer.raise_for_status().json()["price"]
    except httpx.HTTPError:  # finds: swallow-defeats-retry
        log.exception("price of %s", item)
        return 0.0


@backoff.on_exception(backoff.expo, (httpx.ConnectError, httpx.ReadTimeout), max_tries=4)
async def two_of_many(client: httpx.AsyncClient, item):
    try:
        answer = await client.get(f"/prices/{item}")
        return answer.raise_for_status().json()["price"]
    except Exception:  # finds: swallow-defeats-retry
        log.exception("price of %s", item)
        return 0.0


@retry(retry=retry_if_exception_type(requests.ConnectTimeout), stop=stop_after_attempt(4), wait=wait_fixed(1))
def the_same(url):
    try:
        return requests.get(url, timeout=5).text
    except requests.ConnectTimeout:  # finds: swallow-defeats-retry
        log.exception("no answer")
        return ""


@backoff.on_exception(backoff.expo, (httpx.ConnectError, httpx.ReadTimeout), max_tries=4)
def one_is_left(client: httpx.Client, item):
    try:
        answer = client.get(f"/prices/{item}")
        return answer.raise_for_status().json()["price"]
    except httpx.ConnectError:
        log.exception("price of %s", item)
        return 0.0


@backoff.on_exception(backoff.expo, httpx.ConnectError, max_tries=4)
def others_are_taken(client: httpx.Client, item):
    try:
        answer = client.get(f"/prices/{item}")
        return answer.raise_for_status().json()["price"]
    except (httpx.HTTPStatusError, httpx.ReadTimeout):
        log.exception("price of %s", item)
        return 0.0


@backoff.on_exception(backoff.expo, httpx.ConnectError, max_tries=4)
def raised_again(client: httpx.Client, item):
    try:
        answer = client.get(f"/prices/{item}")
        return answer.raise_for_status().json()["price"]
    except httpx.HTTPError:
        log.exception("price of %s", item)
        raise
