"""Loops in which a refusal changes what they go on with, or something else may end them."""
import time

import requests


def all_users(url):
    found = []
    while url:
        answer = requests.get(url, timeout=9)
        if answer.status_code == 429:  # finds: unbounded-retry
            pause = int(answer.headers["Retry-After"])
            time.sleep(pause)
            continue
        answer.raise_for_status()
        found += answer.json()["users"]
        url = answer.links.get("next", {}).get("url")
    return found


def tried_by_name(url, left=5):
    while left:
        answer = requests.get(url, timeout=9)
        if answer.status_code == 429:
            left -= 1
            continue
        answer.raise_for_status()
        return answer.json()["users"]
    return []


def next_mirror(mirrors):
    while mirrors:
        answer = requests.get(mirrors[0], timeout=9)
        if answer.status_code == 503:
            mirrors = mirrors[1:]
            continue
        answer.raise_for_status()
        return answer.json()["users"]
    return []


def dropped_mirror(mirrors):
    while mirrors:
        answer = requests.get(mirrors[0], timeout=9)
        if answer.status_code == 503:
            mirrors.pop(0)
            continue
        answer.raise_for_status()
        return answer.json()["users"]
    return []


def until_stopped(self):
    while self.running:
        answer = requests.get(self.url, timeout=9)
        if answer.status_code == 503:
            time.sleep(60)
            continue
        answer.raise_for_status()
        self.show(answer.json())
