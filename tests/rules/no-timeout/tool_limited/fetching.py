"""Heeds what is set where the program starts, as far as its libraries do."""

import urllib.request

import requests


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def asked(url):
    return requests.get(url).ok  # finds: no-timeout
