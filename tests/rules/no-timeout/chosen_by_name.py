"""Functions of a library that are taken from a table, or by name: they are requests all the same."""

import requests

SEND = {"read": requests.get, "write": requests.post}
MIXED = {"read": requests.get, "own": lambda url: url}
OPEN = {"read": requests.get}
BASE = "https://api.example.com"


class Api:
    def __init__(self):
        self.session = requests.Session()

    def _call(self, verb, path, **options):
        answer = getattr(self.session, verb)(BASE + path, **options)  # finds: no-timeout
        answer.raise_for_status()
        return answer.json()

    def add(self, book):
        return self._call("post", "/books", json=book)


def register(name, function):
    OPEN[name] = function


def from_a_table(kind, path):
    answer = SEND[kind](BASE + path)  # finds: no-timeout
    answer.raise_for_status()
    return answer.json()


def limited(kind, path):
    answer = SEND[kind](BASE + path, timeout=5)
    answer.raise_for_status()
    return answer.json()


def any_of_them(kind, path):
    return MIXED[kind](path), OPEN[kind](path)  # it may be another's function


def by_name(verb, path):
    answer = getattr(requests, verb.lower())(BASE + path)  # finds: no-timeout
    answer.raise_for_status()
    return answer.json()


def of_a_session(verb, path):
    with requests.Session() as session:
        send = getattr(session, verb)
        answer = send(BASE + path)  # finds: no-timeout
        answer.raise_for_status()
        return answer.json()


def error(name):
    return getattr(requests.exceptions, name)("no such thing")
