"""Looks at a body that say nothing of the status: a limit, and a key that is not there."""
import httpx
import requests


def rate(pair):
    quote = httpx.get(f"https://fx.example.net/{pair}").json()  # finds: unchecked-body
    if quote["age"] > 60:
        raise ValueError(f"quote of {pair} is stale")
    return quote["mid"]


def groups(url):
    body = requests.get(url, timeout=6).json()  # finds: unchecked-body
    if "groups" not in body:
        return set()
    return {group["name"] for group in body["groups"]}


def refused(url):
    body = requests.get(url, timeout=6).json()
    if "groups" not in body:
        raise LookupError(url)
    return body["groups"]


def none(url):
    body = requests.get(url, timeout=6).json()
    if "groups" not in body:
        return None
    return body["groups"]


def coded(url):
    body = requests.get(url, timeout=6).json()
    if body["code"] > 0:
        raise LookupError(body["message"])
    return body["groups"]


def empty(url):
    body = requests.get(url, timeout=6).json()
    if body.get("total", 0) < 1:
        raise LookupError(url)
    return body["rows"]
