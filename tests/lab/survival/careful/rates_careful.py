"""Exchange rates as a careful engineer writes them, with the last known ones as a fallback."""
# play: rate("EUR")
# fallback: 1.1
import logging
import random
import time

import requests

log = logging.getLogger(__name__)
LAST = {"EUR": 1.1}


def rate(currency):
    end = time.monotonic() + 60
    for attempt in range(1, 4):
        try:
            resp = requests.get("https://rates.example/latest", params={"base": "USD"}, timeout=(3.05, 20))
            resp.raise_for_status()
            LAST[currency] = resp.json()["rates"][currency]
            return LAST[currency]
        except (requests.RequestException, LookupError, TypeError) as error:
            status = getattr(getattr(error, "response", None), "status_code", None)
            transient = isinstance(error, (requests.ConnectionError, requests.Timeout)) or status in (500, 502, 503, 504)
            pause = 2**attempt * random.uniform(0.5, 1.0)
            if attempt == 3 or not transient or time.monotonic() + pause > end:
                log.warning("no rates, the last known ones are used: %r", error)
                return LAST[currency]
            time.sleep(pause)
