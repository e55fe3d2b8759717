"""Departures of a station, asked again until the timetable answers."""
# play: departures("8000105")
import time

import requests


def request_with_retry(method, url, retries=10, backoff=2, **kwargs):
    last_exc = None
    for i in range(retries):
        try:
            r = requests.request(method, url, **kwargs)
            if r.status_code < 400:
                return r
            last_exc = Exception(f"{r.status_code}: {r.text}")
        except requests.exceptions.RequestException as exc:
            last_exc = exc
        time.sleep(backoff * (i + 1))
    raise last_exc


def departures(station):
    r = request_with_retry("GET", "https://trains.example/departures", params={"station": station}, timeout=15)
    board = r.json()["board"]
    return [(d["line"], d["time"], d.get("delay", 0)) for d in board]
