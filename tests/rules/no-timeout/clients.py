"""Where a client can live: a name, a block, an attribute, a class, a factory, a property, a subclass."""

import contextlib
import functools
from dataclasses import dataclass, field
from typing import Annotated, Optional, Union

import httpx
import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests_oauthlib import OAuth1Session

URL = "https://partner.example/v1"

shared = requests.Session()


def module_global():
    return shared.get(URL)  # finds: no-timeout


def local():
    session = requests.Session()
    session.headers["Accept"] = "application/json"
    return session.get(URL)  # finds: no-timeout


def in_block():
    with requests.Session() as session:
        return session.get(URL)  # finds: no-timeout


def make():
    session = requests.Session()
    session.headers["User-Agent"] = "shop"
    return session


def from_factory():
    return make().get(URL)  # finds: no-timeout


class Client:
    pool = requests.Session()

    def __init__(self, session: Optional[requests.Session] = None):
        self.session = session or requests.Session()
        self.prices: requests.Session = make()

    def connect(self):
        self.late = requests.Session()

    @property
    def lazy(self) -> requests.Session:
        return make()

    def calls(self):
        self.session.get(URL)  # finds: no-timeout
        self.prices.get(URL)  # finds: no-timeout
        self.late.get(URL)  # finds: no-timeout
        self.pool.get(URL)  # finds: no-timeout
        self.lazy.get(URL)  # finds: no-timeout
        self.session.get(URL, timeout=5)


class Derived(requests.Session):
    """Changes nothing about limits."""


def derived():
    return Derived().get(URL)  # finds: no-timeout


class Limited(requests.Session):
    """Every call goes through here."""

    def request(self, method, url, **kwargs):
        kwargs.setdefault("timeout", 10)
        return super().request(method, url, **kwargs)


def limited():
    return Limited().get(URL)


def union(session: "requests.Session | None", other: Union[requests.Session, None]):
    session.get(URL)  # finds: no-timeout
    other.get(URL)  # finds: no-timeout


def annotated(session: Annotated[requests.Session, "injected"]):
    return session.get(URL)  # finds: no-timeout


def with_adapter():
    class Adapter(HTTPAdapter):
        def send(self, request, **kwargs):
            kwargs["timeout"] = kwargs.get("timeout") or 10
            return super().send(request, **kwargs)

    session = requests.Session()
    session.mount("https://", Adapter())
    return session.get(URL)


def partial():
    fetch = functools.partial(requests.get, timeout=5)
    return fetch(URL)


def partial_without():
    fetch = functools.partial(requests.get, headers={})
    return fetch(URL)  # finds: no-timeout


def rebound(session):
    if session is None:
        session = requests.Session()
    return session.get(URL)


async def aio():
    async with httpx.AsyncClient() as client:
        await client.get(URL)


def stack():
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(requests.Session())
        return session.get(URL)  # finds: no-timeout


@dataclass
class Record:
    url: str
    session: requests.Session = field(default_factory=requests.Session)
    ours: Limited = field(default_factory=Limited)

    def read(self):
        self.ours.get(self.url)
        return self.session.get(self.url)  # finds: no-timeout


def one_of_two(url, data):
    call = requests.post if data else requests.get
    return call(url, data=data)  # finds: no-timeout


def one_that_is_bounded(url, later):
    call = requests.get if later else functools.partial(requests.get, timeout=5)
    return call(url)


def one_of_two_libraries(url, own):
    call = requests.get if own else httpx.get
    return call(url)


class Given:
    """A session that is made unless one is given: the one that is made has no limit."""

    def __init__(self, session=None, limited=None):
        self.session = session or requests.Session()
        self.limited = limited or httpx.Client(timeout=5)

    def ask(self):
        self.session.get(URL)  # finds: no-timeout
        self.session.get(URL, timeout=5)
        self.limited.get(URL)


Asked = Annotated[requests.Session, "made by the framework"]


def of_the_framework(session: Asked):
    session.get(URL)  # finds: no-timeout
    session.get(URL, timeout=5)


class Pools:
    """One of two types that have their methods from one, each call with a limit of its own."""

    def __init__(self, proxy):
        if proxy:
            self.pool = urllib3.ProxyManager(proxy)
        else:
            self.pool = urllib3.PoolManager(num_pools=4)

    def request(self, method, url, seconds):
        limit = urllib3.Timeout(total=seconds) if seconds else None
        return self.pool.request(method, url, timeout=limit)


def either(key):
    session = OAuth1Session(key) if key else requests.Session()
    return session.get("https://partner.example")  # finds: no-timeout
