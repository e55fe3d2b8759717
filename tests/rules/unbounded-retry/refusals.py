"""Requests that are refused and made again: with an end, or without."""

import time

import requests


def elsewhere(url):
    try:
        return requests.get(url, timeout=5)
    except requests.ConnectionError:
        return elsewhere(url.replace("https", "http"))


def until_refused_thrice(url):
    refused = 0
    while True:
        answer = requests.get(url, timeout=5)
        if answer.status_code == 429:
            refused += 1
            if refused == 3:
                answer.raise_for_status()
            continue
        return answer.raise_for_status()


def pages(url):
    found = []
    while url:
        answer = requests.get(url, timeout=5)
        if answer.status_code == 429:
            time.sleep(5)
            continue
        answer.raise_for_status()
        found.append(answer.json())
        url = answer.links.get("next", {}).get("url")
    return found


def until_a_deadline(url, deadline):
    while time.monotonic() < deadline:
        answer = requests.get(url, timeout=5)
        if answer.status_code == 503:
            time.sleep(5)
            continue
        return answer.raise_for_status()


def until_done(url):
    while True:
        answer = requests.get(url, timeout=5)
        if answer.status_code == 202:
            time.sleep(5)
            continue
        return answer.raise_for_status()


class Client:
    def __init__(self):
        self.session = requests.Session()

    def budgeted(self, path):
        while True:
            answer = self.session.get(path, timeout=5)
            if answer.status_code == 429:
                self.spend(answer)
                continue
            return answer.raise_for_status()

    def get(self, path, **params):
        answer = self.session.get(path, params=params, timeout=5)
        if answer.status_code in (429, 503):
            time.sleep(int(answer.headers.get("Retry-After", "5")))
            return self.get(path, **params)  # finds: unbounded-retry
        return answer.raise_for_status()

    def renewed(self, path):
        answer = self.session.get(path, timeout=5)
        if answer.status_code == 401:
            self.log_in()
            return self.renewed(path)
        return answer.raise_for_status()

    def endless(self, path):
        while True:
            answer = self.session.get(path, timeout=5)
            if answer.status_code >= 500:  # finds: unbounded-retry
                delay = float(answer.headers.get("Retry-After", "1"))
                time.sleep(delay)
                continue
            return answer.raise_for_status()


def several_refusals_behind_a_try(path, data):
    while True:
        try:
            response = requests.post(f"https://pay.example.com{path}", data=data, timeout=5)
        except requests.RequestException as error:
            raise LookupError(path) from error
        if response.status_code == 429:  # finds: unbounded-retry
            time.sleep(2)
            continue
        if response.status_code >= 500:
            time.sleep(5)
            continue
        return response.json()


def one_of_them_does_more(path, data):
    while True:
        response = requests.post(f"https://pay.example.com{path}", data=data, timeout=5)
        if response.status_code == 429:
            time.sleep(2)
            continue
        if response.status_code == 401:
            data = renewed(data)
            continue
        return response.json()


def refused_in_a_handler(path):
    while True:
        try:
            response = requests.get(f"https://pay.example.com{path}", timeout=5)
            if response.status_code == 429:
                raise LookupError(path)
        except requests.RequestException:
            return None
        return response.json()
