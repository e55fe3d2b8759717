"""Books hotel rooms; the partner is known to be flaky."""
# play: availability("h-7", "2026-01-02")
import time

import requests
from tenacity import retry, stop_after_attempt, wait_fixed

PARTNER = "https://partner.example/api"


@retry(stop=stop_after_attempt(5), wait=wait_fixed(10))
def availability(hotel, day):
    for attempt in range(3):
        try:
            resp = requests.get(f"{PARTNER}/hotels/{hotel}/rooms", params={"day": day}, timeout=30)
            resp.raise_for_status()
            return [room["id"] for room in resp.json()["rooms"]]
        except requests.RequestException:
            time.sleep(5)
    raise RuntimeError("no availability")
