"""Books tables at restaurants; a slow upstream is asked again at two levels."""
# play: BookingService().book("r-12", "2026-03-01T19:00", 4)
import logging
import time
from typing import Optional

import httpx
from tenacity import retry, stop_after_attempt, wait_exponential

log = logging.getLogger("booking")


class BookingFailed(Exception):
    pass


class UpstreamClient:
    def __init__(self, base_url: str = "https://tables.example/api/v1") -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30.0)

    @retry(stop=stop_after_attempt(4), wait=wait_exponential(multiplier=2, max=60))
    def slots(self, restaurant: str, when: str) -> list:
        response = self._http.get(f"/restaurants/{restaurant}/slots", params={"at": when})
        response.raise_for_status()
        return response.json()["slots"]

    @retry(stop=stop_after_attempt(4))
    def reserve(self, slot_id: str, people: int) -> dict:
        response = self._http.post("/reservations", json={"slot": slot_id, "people": people})
        response.raise_for_status()
        return response.json()


class BookingService:
    MAX_TRIES = 3

    def __init__(self, client: Optional[UpstreamClient] = None) -> None:
        self.client = client or UpstreamClient()

    def book(self, restaurant: str, when: str, people: int) -> str:
        last_error = None
        for attempt in range(1, self.MAX_TRIES + 1):
            try:
                free = [s for s in self.client.slots(restaurant, when) if s["capacity"] >= people]
                if not free:
                    raise BookingFailed("no free table")
                return self.client.reserve(free[0]["id"], people)["confirmation"]
            except BookingFailed:
                raise
            except Exception as exc:
                last_error = exc
                log.warning("attempt %d of %d failed: %r", attempt, self.MAX_TRIES, exc)
                time.sleep(attempt * 2)
        raise BookingFailed(str(last_error))
