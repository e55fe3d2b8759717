"""Clients whose limit comes from whoever uses them."""

import functools
import ssl

import requests
from requests.adapters import HTTPAdapter
from urllib3 import PoolManager


class Pinned(HTTPAdapter):
    """The transport it extends gives each call its limit."""

    def init_poolmanager(self, connections, maxsize, block=False, **_):
        self.poolmanager = PoolManager(connections, maxsize, block=block, cert_reqs=ssl.CERT_REQUIRED)


class MorePinned(Pinned):
    def init_poolmanager(self, connections, maxsize, **_):
        self.poolmanager = PoolManager(connections, maxsize)


class Own:
    def __init__(self):
        self.pool = PoolManager()  # finds: no-timeout
