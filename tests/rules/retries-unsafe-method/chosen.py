"""A function that is chosen at run time: which HTTP method it has is not known."""

import requests
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed


@retry(stop=stop_after_attempt(3), wait=wait_fixed(1), retry=retry_if_exception_type(requests.Timeout))  # finds: retries-unsafe-method
def pay(url):
    answer = requests.post(url, json={"amount": 3}, timeout=5)
    answer.raise_for_status()
    return answer.json()


@retry(stop=stop_after_attempt(3), wait=wait_fixed(1), retry=retry_if_exception_type(requests.Timeout))
def by_name(verb, url):
    answer = getattr(requests, verb)(url, json={"amount": 3}, timeout=5)
    answer.raise_for_status()
    return answer.json()


@retry(stop=stop_after_attempt(3), wait=wait_fixed(1), retry=retry_if_exception_type(requests.Timeout))
def one_of_two(write, url):
    send = requests.post if write else requests.get
    answer = send(url, json={"amount": 3}, timeout=5)
    answer.raise_for_status()
    return answer.json()
