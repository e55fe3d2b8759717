"""How a call can be named: aliases, late and guarded imports, and names that only look alike."""

from typing import TYPE_CHECKING
from urllib import request as urllib_request
import urllib.request

import requests as rq
from requests import get, post as send
from requests import sessions

try:
    import httpx
except ImportError:
    httpx = None

if TYPE_CHECKING:
    from requests import Session

URL = "https://partner.example/v1"


def aliases():
    rq.get(URL)  # finds: no-timeout
    get(URL)  # finds: no-timeout
    send(URL, json={})  # finds: no-timeout
    urllib.request.urlopen(URL)  # finds: no-timeout
    urllib_request.urlopen(URL)  # finds: no-timeout
    sessions.Session().get(URL)  # finds: no-timeout
    rq.request("GET", URL)  # finds: no-timeout
    httpx.get(URL)


def late():
    import requests

    return requests.get(URL)  # finds: no-timeout


def guarded():
    try:
        import requests
    except ImportError:
        return None
    return requests.get(URL)  # finds: no-timeout


def annotated(session: "Session"):
    return session.get(URL)  # finds: no-timeout


def positional():
    urllib.request.urlopen(URL, None, 5)
    return rq.api.request("GET", URL, timeout=5)


def shadowed(requests: dict):
    return requests.get("key")


def cached():
    requests = {}
    return requests.get("key")


def view(request):
    """Django's session is a dictionary."""
    return request.session.get("user")


class Queue:
    def __init__(self):
        self.requests = {}

    def get(self, key):
        return self.requests.get(key)


def comprehension(pages):
    return [get(page) for page in pages]  # finds: no-timeout


def lambdas():
    return lambda page: get(page)  # finds: no-timeout


def default(fetch=rq.get):
    return fetch


try:
    from partner import Base

    class Memory(Base):
        def forget(self):
            rq.delete(URL)  # finds: no-timeout

        def remember(self):
            rq.post(URL)  # finds: no-timeout

except ImportError:

    class Memory:
        """A stand-in of the same name hides nothing of the class that it stands in for."""


def inline(value):
    if value.startswith("data:"):
        return urllib.request.urlopen(value).read()
    return urllib.request.urlopen(value).read()  # finds: no-timeout


def no_inline(value):
    if not value.startswith("data:"):
        return urllib.request.urlopen(value).read()  # finds: no-timeout
    return value


def inline_only(value):
    if not value.startswith("data:"):
        raise ValueError(value)
    return urllib.request.urlopen(value).read()
