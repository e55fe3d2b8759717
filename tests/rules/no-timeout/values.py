"""How a limit can be given, and what cannot be seen: spreads, environments, settings, wrappers."""

import os
import socket
import urllib.request

import requests
import urllib3
from django.conf import settings
from elsewhere.constants import PARTNER_TIMEOUT

URL = "https://partner.example/v1"
TIMEOUT = 5
OPTIONS = {"timeout": TIMEOUT, "headers": {}}
HEADERS = {"headers": {"Accept": "*/*"}}


def literal_spread():
    requests.get(URL, **{"timeout": 5})
    requests.get(URL, **OPTIONS)
    requests.get(URL, **{"headers": {}})  # finds: no-timeout


def spread(**kwargs):
    return requests.get(URL, **kwargs)


def setdefault(**kwargs):
    kwargs.setdefault("timeout", TIMEOUT)
    return requests.get(URL, **kwargs)


def environment():
    return requests.get(URL, timeout=float(os.environ.get("TIMEOUT", "5")))


def settled():
    """What another package calls a timeout is one, as far as can be seen."""
    requests.get(URL, timeout=settings.PARTNER_TIMEOUT)
    requests.get(URL, timeout=PARTNER_TIMEOUT)
    urllib3.PoolManager(timeout=settings.PARTNER_TIMEOUT).request("GET", URL)
    urllib.request.urlopen(URL, timeout=settings.PARTNER_TIMEOUT)


def parameter(timeout=None):
    return requests.get(URL, timeout=timeout)


def positional(args):
    return urllib.request.urlopen(*args)


def wrapper(path):
    """The limit is here, so nobody has to say it again."""
    return requests.get(f"{URL}/{path}", timeout=TIMEOUT)


def uses_wrapper():
    return wrapper("orders")


def in_string():
    return "requests.get(URL)"


def formatted(name):
    return f"{requests.get(URL + name).text}"  # finds: no-timeout


def nested(partner):
    return requests.post(  # finds: no-timeout
        URL,
        json=requests.get(partner, timeout=5).json(),
        headers={"Idempotency-Key": "1"},  # the partner keeps it for a day
    )


def chained():
    return requests.get(URL).json()["items"][0]["id"]  # finds: no-timeout


def streamed():
    with requests.get(URL, stream=True) as answer:  # finds: no-timeout
        yield from answer.iter_lines()


def decided(slow):
    requests.get(URL, timeout=None if slow else 5)


def process_default():
    """The process's default reaches urllib and not requests."""
    socket.setdefaulttimeout(5)


def updated(extra):
    options = {"headers": {}}
    options.update(extra)
    return requests.get(URL, **options)


def updated_if(extra):
    options = {"headers": {}}
    if extra:
        options.update(extra)
    return requests.get(URL, **options)


def defaulted():
    options = dict(headers={})
    options.setdefault("timeout", TIMEOUT)
    return requests.get(URL, **options)


def updated_in_sight():
    options = {"headers": {}}
    options.update({"params": {}}, verify=True)
    return requests.get(URL, **options)  # finds: no-timeout


SHARED = {"headers": {}}


def configure(extra):
    SHARED.update(extra)


def shared():
    return requests.get(URL, **SHARED)
