"""Functions of a library, and methods of a client, under another name."""

import functools

import requests

URL = "https://partner.example/v1"
fetch = requests.get
get = again(requests.get)

try:
    send = requests.post
except AttributeError:
    send = None


def by_name():
    return fetch(URL)  # finds: no-timeout


def in_time():
    return fetch(URL, timeout=5)


def sent(order):
    return send(URL, json=order)  # finds: no-timeout


def wrapped():
    """What has been put around it may bring a limit."""
    return get(URL)


def shadowed(fetch):
    return fetch(URL)


class Partner:
    get = staticmethod(requests.get)

    def read(self):
        return self.get(URL)  # finds: no-timeout

    def mapped(self, orders):
        return orders.get(URL)


class Limited:
    get = staticmethod(functools.partial(requests.get, timeout=5))

    def read(self):
        return self.get(URL)


class Session:
    def __init__(self):
        self.session = requests.Session()
        self.post = self.session.post
        self.put = functools.partial(self.session.put, timeout=5)
        self.options = requests.options
        self.delete = self.session.delete
        if not URL.startswith("https:"):
            self.delete = None

    def write(self, order):
        self.put(URL, json=order)
        self.delete(URL)  # finds: no-timeout
        self.options(URL, timeout=5)
        return self.post(URL, json=order)  # finds: no-timeout


class Given:
    def __init__(self, session):
        self.session = session
        self.post = self.session.post

    def write(self, order):
        return self.post(URL, json=order)
