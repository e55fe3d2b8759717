"""A session that is given to a function may be one of those that this module gives a limit."""

import functools

import requests


class Site:
    def __init__(self, limit):
        session = requests.Session()
        session.request = functools.partial(session.request, timeout=limit)
        self.session = session

    def page(self):
        return self._read(self.session, "/")

    def _read(self, session: requests.Session, path):
        return session.get(path)


def fresh():
    session = requests.Session()
    return session.get("/")  # finds: no-timeout
