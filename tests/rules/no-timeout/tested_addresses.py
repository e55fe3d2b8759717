"""Addresses of which a test says that they are decoded in memory."""
import re
from urllib.parse import urlsplit
from urllib.request import urlopen


def avatar(source, session):
    parts = urlsplit(source)
    if parts.scheme != "data":
        return session.get(source, timeout=5)
    return decode(source)


def decode(uri):
    with urlopen(uri) as embedded:
        return embedded.read()


def stamp(uri):
    assert uri.startswith("data:image/")
    return urlopen(uri).read()


def font(uri):
    return urlopen(uri).read() if re.match("data:font/", uri) else b""


def somewhere(uri):
    if re.search("data:", uri):
        return urlopen(uri).read()  # finds: no-timeout
    return b""


def other_part(uri):
    parts = urlsplit(uri)
    if parts.netloc == "data":
        return urlopen(uri).read()  # finds: no-timeout
    return b""


def beside(path):
    return urlopen(path.resolve().as_uri()).read()


def named(path):
    address = path.as_uri()
    with urlopen(address) as file:
        return file.read()
