"""Methods behind a decorator of the project's own, which repeats them."""

import functools
import time

import requests


def again(times=3, pause=1):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, **kwargs)
                except requests.ConnectionError:
                    if attempt == times - 1:
                        raise
                    time.sleep(pause)
            return None

        return wrapper

    return decorate


def registered(name):
    def decorate(function):
        return JOBS.add(name, function)

    return decorate


class Payments:
    def __init__(self, base):
        self.base, self.session = base, requests.Session()

    @again(times=4)
    def refund(self, number):
        answer = self.session.post(f"{self.base}/charges/{number}/refund", timeout=9)
        answer.raise_for_status()
        return answer.json()

    @registered("nightly")
    def settle(self):
        return self.session.post(f"{self.base}/settle", timeout=9)


payments = Payments("https://pay.example.com")


async def refund(number: str):
    return payments.refund(number)  # finds: blocking-call-in-async


async def settle():
    return payments.settle()
