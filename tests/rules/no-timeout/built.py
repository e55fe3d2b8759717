"""Arguments that another function writes out: which there are is known, unless it can hold any."""

import functools

import requests

URL = "https://partner.example"


def headers():
    return {"headers": {"Accept": "text/csv"}}


def limited():
    return {"timeout": 5, "headers": {}}


def perhaps(limit):
    found = {"headers": {}}
    if limit:
        found["timeout"] = limit
    return found


def open_ended(given):
    return {"headers": {}, **given}


def updated(given):
    found = {"headers": {}}
    found.update(given)
    return found


def one_of_two(given):
    if given:
        return {"headers": {}}
    return given


def nothing():
    return {}


@functools.cache
def decorated():
    return {"headers": {}}


def written_by_word():
    return dict(headers={}, allow_redirects=False)


def plain():
    requests.get(URL, **headers())  # finds: no-timeout
    given = headers()
    requests.get(URL, **given)  # finds: no-timeout
    requests.get(URL, **written_by_word())  # finds: no-timeout
    requests.get(URL, **headers(), timeout=5)
    requests.get(URL, **limited())
    requests.get(URL, **perhaps(3))
    requests.get(URL, **open_ended({}))
    requests.get(URL, **updated({}))
    requests.get(URL, **one_of_two({}))
    requests.get(URL, **nothing())
    requests.get(URL, **decorated())
    requests.get(URL, **headers(), **elsewhere())


def changed():
    given = headers()
    given["timeout"] = 5
    requests.get(URL, **given)


def changed_by_its_methods(more):
    given = headers()
    given.setdefault("timeout", 5)
    requests.get(URL, **given)
    other = {"headers": {}}
    other.update(more)
    requests.get(URL, **other)


def read_only():
    given = {"headers": {}}
    print(given.get("headers"))
    requests.get(URL, **given)  # finds: no-timeout


class Partner:
    def __init__(self, key):
        self.key = key
        self.session = requests.Session()

    def _build(self, order):
        return {
            "url": URL,
            "json": order,
            "headers": {"X-Key": self.key},  # theirs
        }

    def _hook(self):
        return {"headers": {}}

    @property
    def options(self):
        return {"headers": {}}

    def send(self, order):
        return self.session.post(**self._build(order))  # finds: no-timeout

    @staticmethod
    def _alone(order):
        return {
            "url": URL,
            "json": order,  # theirs
        }

    def send_alone(self, order):
        arguments = self._alone(order)
        return requests.post(**arguments)  # finds: no-timeout

    def _by_word(self):
        return dict(
            url=URL,
            headers=dict(key=self.key)
        )

    def send_by_word(self):
        return requests.post(**self._by_word())  # finds: no-timeout

    def hooked(self):
        return requests.get(URL, **self._hook())

    def with_options(self):
        return requests.get(URL, **self.options)


class Other(Partner):
    def _hook(self):
        return {"timeout": 5}
