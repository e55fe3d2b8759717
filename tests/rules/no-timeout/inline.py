"""Addresses that are tested before they are read: only what is inline never leaves the machine."""

from urllib.parse import urlsplit
from urllib.request import urlopen


def picture(url):
    if not url.startswith("data:"):
        return _read(url)
    return None


def _read(url):
    with urlopen(url) as text:  # finds: no-timeout
        return text.read()


def other(url):
    inline = urlsplit(url).scheme == "data"
    return _inline(url) if inline else None


def _inline(url):
    with urlopen(url) as text:
        return text.read()


def by_its_scheme(address):
    scheme = address.split(":", 1)[0]
    if scheme != "data":
        raise ValueError(address)
    return urlopen(address).read()


def by_another_scheme(address):
    scheme = address.split(":", 1)[0]
    if scheme != "https":
        raise ValueError(address)
    return urlopen(address).read()  # finds: no-timeout
