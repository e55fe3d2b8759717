"""Tells subscribers about events."""
# play: notify({"event": "paid"})
import logging

import requests

HOOKS = ["https://a.example/hook"]
log = logging.getLogger(__name__)


class DeliveryError(Exception):
    pass


def deliver(url, event):
    attempts = 0
    while attempts < 10:
        try:
            r = requests.post(url, json=event)
            if r.status_code == 200 and r.json()["received"]:
                return True
        except Exception:
            log.exception("delivery failed")
        attempts += 1
    raise DeliveryError(url)


def notify(event):
    return [deliver(url, event) for url in HOOKS]
