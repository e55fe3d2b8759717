"""Checks that are switched off in every way there is, and those that only look like it."""

import socket
import ssl
import urllib.request

import aiohttp
import boto3
import httpx
import paramiko
import redis
import requests
import urllib3
from azure.storage.blob import BlobServiceClient
from paramiko import AutoAddPolicy
from urllib3.exceptions import InsecureRequestWarning

import settings

VERIFY = False
OPTIONS = {"verify": False, "timeout": 5}

urllib3.disable_warnings()
urllib3.disable_warnings(InsecureRequestWarning)
urllib3.disable_warnings(urllib3.exceptions.DependencyWarning)
requests.packages.urllib3.disable_warnings()
ssl._create_default_https_context = ssl._create_unverified_context  # finds: tls-verification-off


def opened(url):
    return urllib.request.urlopen(url, timeout=5, context=ssl._create_unverified_context())  # finds: tls-verification-off


def constant(url):
    return requests.get(url, timeout=5, verify=VERIFY)  # finds: tls-verification-off


def setting(url):
    return requests.get(url, timeout=5, verify=settings.VERIFY)


def spread(url):
    return requests.get(url, **OPTIONS)  # finds: tls-verification-off


def gathered(url, user):
    options = {"verify": False}
    if user:
        options["auth"] = user
    return requests.get(url, timeout=5, **options)  # finds: tls-verification-off


def added(url, unchecked):
    options = {"timeout": 5}
    if unchecked:
        options["verify"] = False
    return requests.get(url, **options)


def retried(url):
    try:
        return requests.get(url, timeout=5)
    except requests.exceptions.SSLError:
        # once more
        return requests.get(url, timeout=5, verify=False)  # finds: tls-verification-off


def asked(url, verify_ssl):
    if not verify_ssl:
        return requests.get(url, timeout=5, verify=False)
    return requests.get(url, timeout=5)


def left(url, trusted):
    if trusted:
        return requests.get(url, timeout=5)
    return requests.get(url, timeout=5, verify=False)


def either(url, insecure=False):
    return requests.get(url, timeout=5, verify=False if insecure else True)


def tested(url):
    if requests.get(url, timeout=5, verify=False).ok:  # finds: tls-verification-off
        return url


async def connector(url):
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(verify_ssl=False)) as session:  # finds: tls-verification-off
        return await session.get(
            url,
            ssl=False,  # finds: tls-verification-off
        )


async def none(session: aiohttp.ClientSession, url):
    return await session.get(url, ssl=None)


def clients():
    yield httpx.Client(verify=False)  # finds: tls-verification-off
    yield httpx.Client(verify=False, base_url="https://127.0.0.1:8443")
    yield boto3.client("s3", verify=False)  # finds: tls-verification-off
    yield redis.Redis(host="cache", ssl=True, ssl_cert_reqs="none")  # finds: tls-verification-off
    yield redis.Redis(host="cache", ssl_cert_reqs=None)
    yield redis.from_url("rediss://cache", ssl_cert_reqs=None)  # finds: tls-verification-off
    yield urllib3.PoolManager(cert_reqs=ssl.CERT_NONE)  # finds: tls-verification-off
    yield urllib3.PoolManager(cert_reqs="CERT_REQUIRED")


def shell(host):
    client = paramiko.SSHClient()
    client.load_system_host_keys()
    client.set_missing_host_key_policy(paramiko.WarningPolicy)  # finds: tls-verification-off
    other = paramiko.SSHClient()
    other.set_missing_host_key_policy(AutoAddPolicy())  # finds: tls-verification-off
    strict = paramiko.SSHClient()
    strict.set_missing_host_key_policy(paramiko.RejectPolicy())
    return client, other, strict


def names_only():
    context = ssl.create_default_context()
    context.check_hostname = False  # finds: tls-verification-off
    return context


def shared_or_not(shared):
    if shared is not None:
        return shared
    unverified = ssl.create_default_context()
    unverified.check_hostname = False
    unverified.verify_mode = ssl.CERT_NONE
    return unverified


class Api:
    def _disable_ssl(self):
        urllib3.disable_warnings(InsecureRequestWarning)


def old_server(sock):
    context = ssl.SSLContext()
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(sock, server_side=True)


def private(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(path)
    context.check_hostname = False
    return context


class Feed:
    VERIFY = False

    def __init__(self, url, verify=True):
        self.url = url
        self.verify = verify
        self.session = requests.Session()
        if not verify:
            self.session.verify = False

    def read(self):
        return requests.get(self.url, timeout=5, verify=self.verify)

    def write(self, body):
        return requests.post(self.url, body, timeout=5, verify=self.VERIFY)


class Other:
    def __init__(self):
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE  # misses: tls-verification-off - a context in an attribute is not followed
        self.session = requests.Session()

    def trusting(self):
        self.session.verify = False  # finds: tls-verification-off
        return self.session


def second_try(url):
    try:
        return requests.get(url, timeout=5)
    except requests.exceptions.SSLError:
        return requests.get(url, timeout=5, verify=False)  # finds: tls-verification-off


def stored(name):
    made = BlobServiceClient.from_connection_string(
        settings.CONNECTION,
        connection_verify=False,  # finds: tls-verification-off
    )
    other = BlobServiceClient.from_connection_string(settings.CONNECTION, connection_verify=settings.BUNDLE)
    return made, other


def certificate(host):
    """It is fetched to be looked at, whoever it is from."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection((host, 443), 5), server_hostname=host) as conn:
        return conn.getpeercert(binary_form=True)


def subject(host):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # finds: tls-verification-off
    with context.wrap_socket(socket.create_connection((host, 443), 5), server_hostname=host) as conn:
        return conn.getpeercert()["subject"]


def plain(host):
    """Without TLS there is no certificate to check."""
    requests.get(f"http://{host}/health", verify=False, timeout=5)
    requests.get(f"https://{host}/health", verify=False, timeout=5)  # finds: tls-verification-off


def serve(sock, cert):
    context = ssl.SSLContext(ssl.PROTOCOL_TLSv1_2)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(cert)
    return context.wrap_socket(sock, server_side=True)


class InsecureSession(requests.Session):
    def __init__(self):
        super().__init__()
        self.verify = False  # finds: tls-verification-off


always = InsecureSession()


class UnverifiedSession(requests.Session):
    def __init__(self):
        super().__init__()
        self.verify = False


def session(unverified):
    return UnverifiedSession() if unverified else requests.Session()


class Stock:
    def all(self):
        return self._skip_tls_get("https://stock.example.com")

    def _skip_tls_get(self, url):
        return requests.get(url, verify=False, timeout=4).raise_for_status()  # finds: tls-verification-off

    def get_unverified(self, url):
        return requests.get(url, verify=False, timeout=4).raise_for_status()
