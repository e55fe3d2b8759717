"""Bodies that one of several calls gave, that come to be asked on one of several paths, by one of several parsers."""

import time

import httpx
import requests

try:
    import simplejson as anyjson
except ImportError:
    import json as anyjson

URL = "https://partner.example/v1"


def by_kind(kind, login):
    """One body of several calls, on different paths, is asked once."""
    if kind == "basic":
        answer = requests.post(URL, auth=login, timeout=5)
    elif kind == "form":
        answer = requests.post(URL, data=login, timeout=5)
    else:
        raise LookupError(kind)
    data = answer.json()
    if "error" in data:
        raise PermissionError(data["error"])
    return data["token"]


def with_picture(message, picture):
    if picture:
        answer = requests.post(URL, data=message, files={"picture": picture}, timeout=5)
    else:
        answer = requests.post(URL, data=message, timeout=5)
    if answer.json()["status"] != 1:
        raise LookupError(answer.content)


def through(proxies):
    if proxies:
        answer = requests.get(URL, proxies=proxies, timeout=5)
    else:
        answer = requests.get(URL, timeout=5)
    data = answer.json()
    if data["response_code"] == 1:
        return data
    raise LookupError(data["verbose_msg"])


def either_way(proxies):
    if proxies:
        answer = requests.get(URL, proxies=proxies, timeout=5)  # finds: status-never-checked
    else:
        answer = requests.get(URL, timeout=5)
    return answer.json()["rows"]["first"]


def until_ready():
    for _ in range(30):
        answer = requests.get(URL, timeout=5)
        data = answer.json()
        if data["state"] == "ready":
            return data["link"]
        time.sleep(2)
    raise LookupError("never ready")


def cached(rows):
    """What is raised about has nothing to do with the body."""
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    data = answer.json()
    if rows:
        return data["rows"]
    raise LookupError("nothing was asked for")


def by_any_parser():
    answer = requests.get(URL, timeout=5)
    data = anyjson.loads(answer.text)
    if not data["ok"]:
        return None
    return data["rows"]


class Strict(httpx.Client):
    """It looks at every answer itself."""

    def __init__(self):
        super().__init__(event_hooks={"response": [self._refuse]})

    def _refuse(self, answer):
        answer.raise_for_status()

    def rooms(self):
        answer = self.get(f"{URL}/rooms")
        return answer.json()


class Plain(httpx.Client):
    def rooms(self):
        answer = self.get(f"{URL}/rooms")  # finds: status-never-checked
        return answer.json()


def valid(key):
    """A body of one word."""
    answer = requests.post(URL, data={"key": key}, timeout=5)
    return answer.text == "valid"


def there():
    answer = requests.get(URL, timeout=5)  # finds: status-never-checked
    return "" if answer.text == "" else answer.text
