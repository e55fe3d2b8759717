"""What calls it, with and without a second layer."""

import requests
from celery import shared_task
from tenacity import retry, stop_after_attempt, wait_random_exponential

from .gateway import Gateway, quote


@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=30))  # finds: nested-retries
def price(url, item):
    return quote(url, item)["price"]


@shared_task(autoretry_for=(requests.RequestException,), max_retries=2, retry_backoff=True)  # finds: nested-retries
def refresh(url, item):
    client = Gateway(url)
    return client.quote(item)


def once(url, item):
    for attempt in range(3):  # finds: nested-retries
        try:
            return quote(url, item)
        except requests.RequestException:
            continue
    return None


def many(url, items):
    found = []
    for item in items:  # each of them once
        try:
            found.append(quote(url, item))
        except requests.RequestException:
            continue
    return found


@retry(stop=stop_after_attempt(3), wait=wait_random_exponential(max=30))
def handled(url):
    return Gateway(url).latest()


def only_when_busy(url, item):
    for attempt in range(3):
        try:
            return quote(url, item)
        except requests.RequestException as error:
            if error.response is not None and error.response.status_code == 429:
                continue
            raise
