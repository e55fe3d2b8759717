"""Pages that are fetched one after the other, where a refused one is asked for again."""
import time

import requests


def users(url):
    found = []
    while url:
        answer = requests.get(url, timeout=9)
        if answer.status_code == 429:  # finds: unbounded-retry
            time.sleep(5)
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
