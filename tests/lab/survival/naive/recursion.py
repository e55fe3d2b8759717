"""Parcels, fetched again when that fails."""
# play: parcel("p-1")
import time

import requests


def parcel(number, tries=0):
    try:
        r = requests.get(f"https://parcels.example/{number}", timeout=10)
        return r.json()["status"]
    except Exception:
        if tries > 8:
            raise
        time.sleep(10)
        return parcel(number, tries + 1)
