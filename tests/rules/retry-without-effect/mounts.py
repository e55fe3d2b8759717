"""Transports that are mounted for an address, and calls to it or to others."""

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

POLICY = Retry(total=3, status_forcelist=[502, 503], backoff_factor=1)
STATIONS = "https://stations.example.org"


def stations():
    session = requests.Session()
    session.mount("https://weather.example.org", HTTPAdapter(max_retries=POLICY))  # finds: retry-without-effect
    answer = session.get("https://stations.example.org/all", timeout=10)
    answer.raise_for_status()
    return answer.json()


def station(number):
    with requests.Session() as session:
        session.mount("https://weather.example.org/", HTTPAdapter(max_retries=POLICY))  # finds: retry-without-effect
        answer = session.get(f"{STATIONS}/{number}", timeout=10)
    answer.raise_for_status()
    return answer.json()


def weather(town):
    session = requests.Session()
    session.mount("https://WEATHER.example.org", HTTPAdapter(max_retries=POLICY))
    answer = session.get(f"https://weather.example.org/{town}", timeout=10)
    answer.raise_for_status()
    return answer.json()


def somewhere(host):
    session = requests.Session()
    session.mount("https://weather.example.org", HTTPAdapter(max_retries=POLICY))
    answer = session.get(f"https://{host}/all", timeout=10)
    answer.raise_for_status()
    return answer.json()


def pool_only():
    session = requests.Session()
    session.mount("https://weather.example.org", HTTPAdapter(pool_maxsize=9))
    answer = session.get("https://stations.example.org/all", timeout=10)
    answer.raise_for_status()
    return answer.json()


def both():
    session = requests.Session()
    session.mount("https://weather.example.org", HTTPAdapter(max_retries=POLICY))
    for url in ("https://stations.example.org/all", "https://weather.example.org/all"):
        session.get(url, timeout=10).raise_for_status()


def given_back():
    session = requests.Session()
    session.mount("https://weather.example.org", HTTPAdapter(max_retries=POLICY))
    session.get("https://stations.example.org/all", timeout=10).raise_for_status()
    return session
