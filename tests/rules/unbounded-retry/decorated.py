"""A function that calls itself again is no less endless behind a decorator that counts."""

import time
from functools import wraps
import requests


def retry(times=3):
    def decorate(function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            for n in range(times):
                try:
                    return function(*args, **kwargs)
                except requests.ConnectionError:
                    if n == times - 1:
                        raise
                    time.sleep(1)
        return wrapper
    return decorate


class C:
    def __init__(self):
        self.session = requests.Session()

    @retry(times=4)
    def request(self, method, path):
        response = self.session.request(method, path, timeout=5)
        if response.status_code == 429:
            time.sleep(5)
            return self.request(method, path)  # finds: unbounded-retry
        response.raise_for_status()
        return response.json()
