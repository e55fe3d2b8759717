"""Waits for an export to finish."""
# play: wait_for_export("e-1")
import time

import requests


def wait_for_export(job):
    while True:
        r = requests.get(f"https://exports.example/jobs/{job}")
        state = r.json()["state"]
        if state == "done":
            return r.json()["url"]
        time.sleep(5)
