"""Responses that a function gives back as they come: those who call it check them, or nobody does."""

import logging
import time

import httpx
import requests


class Shop:
    def __init__(self, client: httpx.AsyncClient):
        self.client = client

    async def _call(self, verb, path, **options):
        return await self.client.request(verb, path, **options)  # finds: status-never-checked

    async def user(self, number):
        answer = await self._call("GET", f"/users/{number}")
        return answer.json()

    async def drop(self, number):
        await self._call("DELETE", f"/users/{number}")


class Checked:
    def _get(self, path):
        return requests.get(path, timeout=4)

    def one(self):
        answer = self._get("/one")
        answer.raise_for_status()
        return answer.json()

    def is_there(self):
        return self._get("/one").status_code == 200

    def shown(self):
        logging.info("it says %s", self._get("/one").text)


class Told:
    def _get(self, path):
        return requests.get(path, timeout=4)

    def one(self):
        data = self._get("/one").json()
        if "error" in data:
            raise ValueError(data["error"])
        return data


class PassedOn:
    def _get(self, path):
        return requests.get(path, timeout=4)

    def one(self):
        return self._parsed(self._get("/one"))

    def _parsed(self, answer):
        answer.raise_for_status()
        return answer.json()


class Logs:
    def _get(self, path):
        response = requests.get(path, timeout=4)  # finds: status-never-checked
        logging.info("%s", response.headers)
        return response

    def one(self):
        return self._get("/one").json()

    def two(self):
        answer = self._get("/two")
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        return answer.json()


def looked_at(url):
    answer = requests.get(url, timeout=3)
    if answer.status_code >= 400:
        raise ValueError(url)
    return answer


def read(url):
    return looked_at(url).json()


def raising():
    session = requests.Session()
    session.hooks["response"].append(raise_if_bad)
    return session


def fetched(url):
    return raising().get(url, timeout=3)


def page(url):
    return fetched(url).text


def elsewhere(url):
    return requests.get(url, timeout=3)


HANDLERS = {"get": elsewhere}


def checked_for_faults(verb, path):
    answer = requests.request(verb, URL + path, timeout=5)  # finds: status-never-checked
    if answer.status_code >= 500:
        raise RuntimeError(f"out of order: {answer.status_code}")
    return answer


def removed():
    return checked_for_faults("DELETE", "/all").json()["removed"]


def only_looked_for_faults(verb, path):
    """Its callers give refusals back themselves."""
    answer = requests.request(verb, URL + path, timeout=5)
    if answer.status_code >= 500:
        raise RuntimeError(f"out of order: {answer.status_code}")
    return answer


def whatever_it_says():
    return only_looked_for_faults("GET", "/all").json()


def patient(path):
    for attempt in range(3):
        answer = requests.get(URL + path, timeout=5)  # finds: status-never-checked
        if answer.status_code == 429 or answer.status_code >= 500:
            time.sleep(2**attempt)
            continue
        return answer
    return answer


def names():
    answer = patient("/names")
    return [entry["name"] for entry in answer.json()]


def careful(path):
    answer = requests.get(URL + path, timeout=5)
    if answer.status_code == 429 or not answer.ok:
        raise RuntimeError(path)
    return answer


def streets():
    return careful("/streets").json()["streets"]
