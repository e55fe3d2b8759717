"""Functions that are called back with less, or with another argument."""

import time
import requests

def fetch(url, left=3):
    try:
        answer = requests.get(url, timeout=5)
        answer.raise_for_status()
        return answer.text
    except requests.RequestException:
        return again(url, left)

def again(url, left):
    if not left:
        raise LookupError(url)
    time.sleep(1)
    return fetch(url, left - 1)

def first(url):
    try:
        return requests.get(url, timeout=5)
    except requests.RequestException:
        return mirrored(url)

def mirrored(url):
    return first(url.replace("www", "mirror"))
