"""The ways in which people reach a client: each once without a limit, and once with one."""

import asyncio
import functools
import smtplib
from contextlib import contextmanager

import grpc
import requests
from shop_pb2_grpc import ShopStub

URL = "https://partner.example/v1"


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


@logged
def decorated(url):
    return requests.get(url)  # finds: no-timeout


@contextmanager
def session_scope():
    session = requests.Session()
    try:
        yield session
    finally:
        session.close()


def scoped():
    with session_scope() as session:
        session.get(URL)  # finds: no-timeout
        session.get(URL, timeout=5)


class Mail:
    def __init__(self, host, port=587):
        self.host, self.port = host, port

    def _connected(self):
        return smtplib.SMTP(self.host, self.port)  # finds: no-timeout

    def _connected_soon(self):
        return smtplib.SMTP(self.host, self.port, timeout=10)

    def send(self, message):
        server = self._connected()
        try:
            server.send_message(message)
        finally:
            server.quit()


class Shop:
    def __init__(self, host):
        self.channel = grpc.secure_channel(host, grpc.ssl_channel_credentials())
        self.stub = ShopStub(self.channel)

    def orders(self, request):
        return self.stub.ListOrders(request)  # finds: no-timeout

    def orders_soon(self, request):
        return self.stub.ListOrders(request, timeout=3)


class Client:
    base = ""

    def __init__(self):
        self._session = requests.Session()

    def _get(self, path, **options):
        return self._session.get(self.base + path, **options)  # finds: no-timeout


class Users(Client):
    base = "https://users.example"

    def user(self, uid):
        return self._get(f"/u/{uid}")

    def picture(self, uid):
        return self._session.get(f"{self.base}/p/{uid}")  # finds: no-timeout


class Token(requests.auth.AuthBase):
    def __call__(self, request):
        found = requests.post(URL, data={"grant_type": "client_credentials"})  # finds: no-timeout
        request.headers["Authorization"] = found.json()["access_token"]
        return request


class Limited(requests.Session):
    def request(self, *args, **kwargs):
        kwargs.setdefault("timeout", 10)
        return super().request(*args, **kwargs)


def limited():
    return Limited().get(URL)


def merged(session: requests.Session):
    options = {"headers": {}}
    session.get(URL, **options)  # finds: no-timeout
    options["timeout"] = 5
    session.get(URL, **options)


async def elsewhere():
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, functools.partial(requests.get, URL))  # finds: no-timeout
    await loop.run_in_executor(None, functools.partial(requests.get, URL, timeout=5))
