"""Policies for everything, spelled in many ways, and those that are not."""

import celery
import httpx
import requests
import retry as retrylib
import stamina
import tenacity
from retrying import retry as again
from tenacity import Retrying, retry_if_exception_type, retry_if_result, stop_after_attempt, wait_fixed

app = celery.Celery("shop")


@tenacity.retry(retry=retry_if_exception_type(), stop=stop_after_attempt(3), wait=wait_fixed(1))  # finds: retries-every-exception
def empty():
    return httpx.get("https://a.example.com").json()


@tenacity.retry(retry=retry_if_exception_type((ValueError, Exception)), stop=stop_after_attempt(3), wait=wait_fixed(1))  # finds: retries-every-exception
def in_a_tuple():
    return httpx.get("https://a.example.com").json()


@tenacity.retry(retry=retry_if_exception_type(OSError) | retry_if_result(bool), stop=stop_after_attempt(3), wait=wait_fixed(1))
def either():
    return httpx.get("https://a.example.com").json()


@stamina.retry(on=Exception)  # finds: retries-every-exception
async def anything(client: httpx.AsyncClient):
    return await client.get("/")


@stamina.retry(on=is_transient)
async def asked(client: httpx.AsyncClient):
    return await client.get("/")


@retrylib.retry(tries=3, delay=1)  # finds: retries-every-exception
def by_default():
    return requests.get("https://a.example.com", timeout=5)


@again(stop_max_attempt_number=3, wait_fixed=1000)  # finds: retries-every-exception
def retrying_default():
    return requests.get("https://a.example.com", timeout=5)


@again(stop_max_attempt_number=3, wait_fixed=1000, retry_on_exception=is_transient)
def retrying_asked():
    return requests.get("https://a.example.com", timeout=5)


@app.task(autoretry_for=(KeyError, Exception), retry_backoff=True)  # finds: retries-every-exception
def task(order):
    requests.post("https://a.example.com", json=order, timeout=5)


@app.task(autoretry_for=(requests.RequestException,), retry_backoff=True)
def narrow_task(order):
    requests.post("https://a.example.com", json=order, timeout=5)


def loop():
    for attempt in Retrying(stop=stop_after_attempt(3), wait=wait_fixed(1)):  # finds: retries-every-exception
        with attempt:
            return requests.get("https://a.example.com", timeout=5)


def called_later():
    policy = Retrying(stop=stop_after_attempt(3), wait=wait_fixed(1))
    return policy(requests.get, "https://a.example.com", timeout=5)  # misses: retries-every-exception - a policy that is called
