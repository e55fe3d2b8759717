"""Clients in parameters without annotation: what they are is known where all calls in the module give one."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import requests
from requests.adapters import HTTPAdapter


def fetch(session, path):
    return session.get(f"https://partner.example/{path}").text  # finds: no-timeout


def page(session, number):
    return fetch(session, f"page/{number}")


def pages(session):
    for number in range(3):
        yield page(session, number)


def every_page():
    with requests.Session() as session:
        return list(pages(session))


def by_name(path, *, client=None):
    return client.post(f"https://partner.example/{path}").text  # finds: no-timeout


def sent():
    session = requests.Session()
    session.headers["Accept"] = "text/plain"
    return by_name("orders", client=session)


async def listed(client, path):
    response = await client.get(path)
    return response.text


async def all_listed(paths):
    async with httpx.AsyncClient(timeout=5) as client:
        return await asyncio.gather(*(listed(client, path) for path in paths))


class Orders:
    def __init__(self, session):
        self.session = session

    def newest(self):
        return self.session.get("https://partner.example/orders").text  # finds: no-timeout


def newest_order():
    return Orders(requests.Session()).newest()


# One of the callers gives something else, or it cannot be seen what.
def either(client, path):
    return client.get(path).text


def with_httpx(path):
    return either(httpx.Client(), path)


def with_requests(path):
    return either(requests.Session(), path)


def of_anybody(session, path):
    return session.get(path).text


def given_by_anybody(session, path):
    return of_anybody(session, path) + of_anybody(requests.Session(), path)


def of_a_settings_file(settings, session):
    return settings.get("path"), session


def settings_read():
    return of_a_settings_file({}, requests.Session())


# It is passed on as a value, so that anything may be given.
def mapped(session):
    return session.get("https://partner.example/").text


def in_threads():
    with ThreadPoolExecutor() as pool:
        return pool.submit(mapped, requests.Session()), mapped(requests.Session())


def spread(session, path):
    return session.get(path).text


def spreading(arguments):
    return spread(*arguments), spread(requests.Session(), "https://partner.example/")


# The limit is set by another one that has the client.
class Limited(HTTPAdapter):
    def send(self, *args, **kwargs):
        return super().send(*args, timeout=5, **kwargs)


def equip(session):
    session.mount("https://", Limited())
    return session


def of_equipped(session):
    return session.get("https://partner.example/").text


def equipped():
    session = requests.Session()
    equip(session)
    return of_equipped(session)


def of_wrapped(session):
    return session.get("https://partner.example/").text


def wrap(session):
    session.request = limited(session.request, 5)


def limited(function, seconds):
    return lambda *args, **kwargs: function(*args, timeout=seconds, **kwargs)


def wrapped():
    session = requests.Session()
    wrap(session)
    return of_wrapped(session)


def of_either(session):
    return session.get("https://partner.example/").text


class Bounded(requests.Session):
    def request(self, *args, **kwargs):
        return super().request(*args, timeout=5, **kwargs)


def with_a_limit():
    return of_either(Bounded())


def several(client, path):
    return client.get(path).text


def with_a_good_one(path):
    return several(httpx.Client(timeout=5), path)


def with_a_bad_one(path):
    return several(httpx.Client(timeout=None), path)


# It is found out in the function whether there is one.
def perhaps(path, session=None):
    if session is None:
        return ""
    return session.get(path, timeout=5).text


def without():
    return perhaps("https://partner.example/")
