"""Clients that are made when they are first asked for."""

import functools

import requests
from requests.adapters import HTTPAdapter

from project.transports import Limited


class Property:
    _made = None

    @property
    def session(self):
        if self._made is None:
            self._made = requests.Session()
            self._made.headers["Accept"] = "text/csv"
        return self._made

    def rates(self):
        return self.session.get("https://fx.example.com")  # finds: no-timeout


class Getter:
    def __init__(self, token):
        self.http = None
        self.token = token

    def rates(self):
        return self.client().get("https://fx.example.com")  # finds: no-timeout

    def names(self):
        client = self.client()
        return client.get("https://id.example.com")  # finds: no-timeout

    def client(self):
        if not self.http:
            self.http = requests.Session()
            self.http.auth = ("token", self.token)
        return self.http


class Directly:
    def __init__(self):
        self.http = None

    def connect(self):
        if self.http is not None:
            return
        self.http = requests.Session()

    def rates(self):
        self.connect()
        return self.http.get("https://fx.example.com")  # finds: no-timeout


class Patient:
    _made = None

    @property
    def bounded(self):
        if self._made is None:
            self._made = requests.Session()
            self._made.request = functools.partial(self._made.request, timeout=5)
        return self._made

    def rates(self):
        return self.bounded.get("https://fx.example.com")


class Later:
    _kept = None

    @property
    def configurable(self):
        if self._kept is None:
            self._kept = requests.Session()
        return self._kept

    def rates(self):
        return self.configurable.get("https://fx.example.com")

    def configure(self):
        self._kept.mount("https://", Limited())


class Plain:
    _kept_too = None

    @property
    def mounted(self):
        if self._kept_too is None:
            self._kept_too = requests.Session()
            self._kept_too.mount("https://", HTTPAdapter(max_retries=0))
        return self._kept_too

    def rates(self):
        return self.mounted.get("https://fx.example.com")  # finds: no-timeout


class Somewhere:
    def __init__(self, base, given=None):
        self.base = base
        if given is None:
            self.link = requests.Session()
        else:
            self.link = given
        self.link.mount(self.base, HTTPAdapter(max_retries=0))

    def rates(self):
        return self.link.get(self.base)


class Here:
    def __init__(self, base):
        self.base = base
        self.link_here = requests.Session()
        self.link_here.mount(self.base, HTTPAdapter(max_retries=0))

    def rates(self):
        return self.link_here.get(self.base)  # finds: no-timeout
