"""Collects all stations of a bike sharing network, following next links."""
# play: stations()
import logging
import sys
import time

import requests

log = logging.getLogger("stations")
HEADERS = {"User-Agent": "bikes/0.3"}


def safe_get(url, **kwargs):
    try:
        res = requests.get(url, headers=HEADERS, timeout=20, **kwargs)
        if res.status_code == 200:
            return res.json()
        log.error("%s answered %s", url, res.status_code)
    except requests.exceptions.RequestException as e:
        log.error("request failed: %s", e)
        time.sleep(30)
        return safe_get(url, **kwargs)


def stations():
    url = "https://bikes.example/v1/stations?page=1"
    out = []
    while url:
        page = safe_get(url)
        for s in page["data"]:
            out.append((s["id"], s["free"]))
        url = page.get("next")
    return out
