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


def as_address(kind, data):
    """What the module makes of it, read in place."""
    if kind is None:
        return "data:;base64," + data
    return f"data:{kind};base64,{data}"


def decoded(kind, data):
    with urlopen(as_address(kind, data)) as opened:
        return opened.read()


def either(name):
    return f"data:,{name}" if name else f"data:,{len(name)}"


def place(name):
    if name.startswith("/"):
        return f"file:{name}"
    return f"https://files.example.com/{name}"


def of_either(name):
    address = either(name)
    return urlopen(address).read()


def of_somewhere(name):
    return urlopen(place(name)).read()  # finds: no-timeout


class Pictures:
    def embedded(self, data):
        return f"data:image/png;base64,{data}"

    def size(self, data):
        return len(urlopen(self.embedded(data)).read())


def each(names):
    for name in names:
        yield f"data:,{name}"


def of_each(names):
    return urlopen(each(names)).read()  # finds: no-timeout


def by_a_case(address):
    match address.split(":", 1)[0]:
        case "data":
            return urlopen(address).read()
        case _:
            return urlopen(address).read()  # finds: no-timeout


def by_a_case_of_its_scheme(address):
    match urlsplit(address).scheme:
        case "data" | "file":
            return urlopen(address).read()
        case "data" | "http":
            return urlopen(address).read()  # finds: no-timeout


def by_a_guard(address):
    match address:
        case str() if address.startswith("data:"):
            return urlopen(address).read()
