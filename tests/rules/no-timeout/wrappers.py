"""Functions that pass the options of their callers on, and functions that are given one of a library."""

import functools
import requests
import httpx

class Api:
    def __init__(self):
        self.s = requests.Session()

    def _request1(self, method, path, **kwargs):
        """Do it."""
        kwargs.setdefault("headers", {})
        r = self.s.request(method, path, **kwargs)  # finds: no-timeout
        r.raise_for_status()
        return r

    def one(self): return self._request1("GET", "/1")
    def two(self): return self._request1("GET", "/2", timeout=4)

class Api2:
    def _request(self, method, path, **kwargs):
        kwargs.setdefault("timeout", 10)
        return requests.request(method, path, **kwargs)
    def one(self): return self._request1("GET", "/1")

class Api3:
    def _req3(self, method, path, timeout=None):
        return requests.request(method, path, timeout=timeout)  # finds: no-timeout
    def one(self): return self._req3("GET", "/1")

class Api4:
    def _req4(self, method, path, timeout=None):
        timeout = timeout or 10
        return requests.request(method, path, timeout=timeout)
    def one(self): return self._req4("GET", "/1")

class Api5:
    def _req5(self, method, path, **kw):
        return requests.request(method, path, **kw)
    def one(self): return self._req5("GET", "/1", timeout=1)
    def two(self, **k): return self._req5("GET", "/1", **k)

class Api6:
    def _req6(self, method, path, **kw):
        return requests.request(method, path, **{**DEFAULTS, **kw})
    def one(self): return self._req6("GET", "/1")

def w7(url, **kw):
    return requests.get(url, **kw)
get7 = functools.partial(w7, timeout=3)
def use7(): return get7("x")

def limited(f):
    @functools.wraps(f)
    def inner(*a, **k):
        k.setdefault("timeout", 3)
        return f(*a, **k)
    return inner

@limited
def w8(url, **kw):
    return requests.get(url, **kw)
def use8(): return w8("x")

def w9(url, **kw):
    return httpx.get(url, **kw)
def use9(): return w9("x")

def w10(url, **kw):
    if "timeout" not in kw:
        kw["timeout"] = 3
    return requests.get(url, **kw)
def use10(): return w10("x")

def w11(url, *args, **kw):
    return requests.get(url, *args, **kw)
def use11(): return w11("x")

def w12(url, **kw):
    _prepare(kw)
    return requests.get(url, **kw)
def use12(): return w12("x")

# handed over
def retry(fn, *args, **kwargs):
    for _ in range(3):
        try:
            return fn(*args, **kwargs)
        except requests.ConnectionError:
            pass
def h1(url): return retry(requests.get, url)  # finds: no-timeout
def h2(url): return retry(requests.get, url, timeout=3)
def h3(url): return retry(functools.partial(requests.get, timeout=3), url)
def h4(url, **k): return retry(requests.get, url, **k)

def timed(fn, url):
    return fn(url, timeout=3)
def h5(url): return timed(requests.get, url)
def bare(fn, url):
    return fn(url)
def h6(url): return bare(requests.get, url)  # finds: no-timeout
def h7(url): return bare(httpx.get, url)
def stored(fn): 
    REG.append(fn)
def h8(): stored(requests.get)
class C:
    def __init__(self):
        self.http = requests.Session()
    def go(self, url):
        return bare(self.http.get, url)  # finds: no-timeout
    def go2(self, url):
        return self._x(fn=self.http.post, url=url)  # finds: no-timeout
    def _x(self, fn, url):
        return fn(url, json={})


def w13(url, timeout=None, **kw):
    if timeout is None:
        timeout = 5
    return requests.get(url, timeout=timeout, **kw)


def use13():
    return w13("x")


def w14(url, **kw):
    return requests.get(url, **dict(kw, timeout=5))


def use14():
    return w14("x")


class Api7:
    def _send7(self, method, path, **kwargs):
        answer = requests.request(method, path, **kwargs)  # finds: no-timeout
        answer.raise_for_status()
        return answer.json()

    def _get7(self, path, **kwargs):
        return self._send7("GET", path, **kwargs)

    def _post7(self, path, body, **kwargs):
        return self._send7("POST", path, json=body, **kwargs)

    def one(self):
        return self._get7("/1")

    def two(self, body):
        return self._post7("/2", body, timeout=9)


class Api8:
    def _send8(self, method, path, **kwargs):
        answer = requests.request(method, path, **kwargs)
        answer.raise_for_status()
        return answer.json()

    def _get8(self, path, **kwargs):
        return self._send8("GET", path, **kwargs)

    def _slow8(self, path, **kwargs):
        kwargs.setdefault("timeout", 60)
        return self._send8("GET", path, **kwargs)

    def _fast8(self, path, **kwargs):
        return self._send8("GET", path, timeout=2, **kwargs)

    def one(self):
        return self._get8("/1", timeout=3)

    def two(self):
        return self._slow8("/2")

    def three(self):
        return self._fast8("/3")


def first(url, timeout=None):
    return requests.get(url, timeout=timeout).raise_for_status()  # finds: no-timeout

def second(url, limit=None):
    return first(url, timeout=limit)

def third(url):
    return second(url)

def w13(url, timeout=None):
    return requests.get(url, timeout=timeout).raise_for_status()

def x10(url, limit=None):
    return w13(url, timeout=limit)

def y10(url):
    return x10(url, 5)

def w11(url, timeout=None):
    return requests.get(url, timeout=timeout).raise_for_status()

def x11(url, limit=None):
    return w11(url, timeout=limit or 9)

def y11(url):
    return x11(url)

def w12(url, **kwargs):
    return requests.get(url, **kwargs).raise_for_status()

def x12(url, **kwargs):
    """Other modules call it, here nobody does."""
    return w12(url, **kwargs)
