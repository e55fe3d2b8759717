"""Several numbers in one call, and a constant that holds a pair: one mistake each."""
import aiohttp
import httpx
import requests

PAIR = (5000, 30000)
CALM = (5, 30)


def suggest(session: requests.Session, prefix):
    return session.post("https://a.example.org", json={"prefix": prefix}, timeout=PAIR).ok  # finds: timeout-in-milliseconds


def calm(session: requests.Session, prefix):
    return session.post("https://a.example.org", json={"prefix": prefix}, timeout=CALM).ok


def client():
    return httpx.Client(timeout=httpx.Timeout(15000, connect=5000))  # finds: timeout-in-milliseconds


def limits():
    return aiohttp.ClientTimeout(total=60000, sock_read=20000)  # finds: timeout-in-milliseconds


def half():
    return aiohttp.ClientTimeout(total=60, sock_read=20000)  # finds: timeout-in-milliseconds
