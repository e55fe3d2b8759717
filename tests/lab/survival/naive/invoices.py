"""Invoices from the accounting service, with a home-made retry decorator."""
# play: Accounting().invoice(7)
import functools
import time

import requests


def retry(times=5, delay=10, exceptions=(Exception,)):
    def decorator(func):
        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            for n in range(times):
                try:
                    return func(*args, **kwargs)
                except exceptions as e:
                    print(f"{func.__name__} failed ({e}), retry {n + 1}/{times}")
                    time.sleep(delay)
        return wrapper
    return decorator


class Accounting:
    url = "https://books.example/api"

    def __init__(self):
        self.s = requests.Session()
        self.s.auth = ("user", "pass")

    @retry(times=6, delay=15)
    def invoice(self, number):
        r = self.s.get(f"{self.url}/invoices/{number}")
        r.raise_for_status()
        body = r.json()
        return {"total": body["total"]["amount"], "currency": body["total"]["currency"]}
