"""Functions that are called back by what they call after each failure."""

import logging

import requests

log = logging.getLogger(__name__)

def fetch(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException:
        return again(url)  # finds: unbounded-retry

def again(url):
    log.warning("again: %s", url)
    return fetch(url)
