"""Clients whose retries are there and do not act, next to those that do."""

import inspect

import httpx
import requests
import requests.adapters
from requests.adapters import HTTPAdapter, Retry

TRIES = 3


class Rates:
    def __init__(self, retries: int):
        self.session = requests.Session()
        self.session.mount("https://", HTTPAdapter(10, 10, TRIES))  # finds: retry-without-effect
        self.session.mount("http://", HTTPAdapter(max_retries=retries))


def statusless(total: int, factor: float):
    policy = Retry(total=total, backoff_factor=factor)  # finds: retry-without-effect
    return requests.adapters.HTTPAdapter(max_retries=policy)


def off():
    return HTTPAdapter(max_retries=Retry(0, backoff_factor=0.5))


def forgotten():
    retry = Retry(total=3, backoff_factor=0.5, status_forcelist=[502, 503])  # finds: retry-without-effect
    session = requests.Session()
    session.mount("https://", HTTPAdapter())
    return session


def transport():
    return httpx.Client(transport=httpx.HTTPTransport(retries=3))


def ready_for_both():
    import urllib3

    if "allowed_methods" in inspect.signature(urllib3.Retry).parameters:
        return urllib3.Retry(3, allowed_methods=["GET"])
    return urllib3.Retry(3, method_whitelist=["GET"])  # finds: retry-without-effect


def old_constant():
    import urllib3

    return urllib3.Retry.DEFAULT_METHOD_WHITELIST  # misses: retry-without-effect - a name, not a call


def inner_scheme():
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(3, backoff_factor=1, status_forcelist=[503])))  # finds: retry-without-effect
    return session


def plain_without_retries():
    session = requests.Session()
    session.mount("http://", HTTPAdapter(pool_maxsize=20))
    return session
