"""The clients that the rest of the project uses."""

import functools

import requests

session = requests.Session()
limited = requests.Session()
limited.request = functools.partial(limited.request, timeout=10)


class Partner:
    """A wrapper without a limit, and one method with."""

    def __init__(self):
        self.http = requests.Session()

    def fetch(self, path):
        return self.http.get(f"https://partner.example/{path}", timeout=5)


def open_session():
    return requests.Session()
