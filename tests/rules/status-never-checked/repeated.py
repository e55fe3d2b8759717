"""Answers that come through a retry, a breaker or a cache: the check belongs to the function that reads them."""

import functools

import circuitbreaker
import pybreaker
import requests
import tenacity

breaker = pybreaker.CircuitBreaker()
TRANSPORT = tenacity.retry_if_exception_type(requests.ConnectionError)


@tenacity.retry(retry=TRANSPORT, stop=tenacity.stop_after_attempt(4), wait=tenacity.wait_exponential())
def repeated(path):
    return requests.get(path, timeout=3)  # finds: status-never-checked


def by_repeated(number):
    return repeated(f"/customers/{number}").json()


@circuitbreaker.circuit(failure_threshold=5)
def guarded(path):
    return requests.get(path, timeout=3)  # finds: status-never-checked


def by_guarded(number):
    answer = guarded(f"/customers/{number}")
    return answer.json()


class Stock:
    @breaker
    def ask(self, path):
        return requests.get(path, timeout=3)  # finds: status-never-checked

    def left(self, item):
        answer = self.ask(f"/stock/{item}")
        return answer.json()["left"]


@functools.lru_cache
def kept(path):
    return requests.get(path, timeout=3)  # finds: status-never-checked


def by_kept(number):
    return kept(f"/customers/{number}").json()


@tenacity.retry(retry=TRANSPORT, stop=tenacity.stop_after_attempt(4), wait=tenacity.wait_exponential())
def looked_at(path):
    return requests.get(path, timeout=3)


def looks(number):
    answer = looked_at(f"/customers/{number}")
    answer.raise_for_status()
    return answer.json()


def checked(function):
    @functools.wraps(function)
    def inner(*args):
        answer = function(*args)
        answer.raise_for_status()
        return answer

    return inner


@checked
def by_decorator(path):
    return requests.get(path, timeout=3)


def by_checked(number):
    return by_decorator(f"/customers/{number}").json()
