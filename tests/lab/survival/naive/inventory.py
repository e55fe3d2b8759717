"""Sends stock levels to a marketplace."""
# play: push({"a": 1})
import time

import httpx

client = httpx.Client(base_url="https://market.example", timeout=60)


def push(levels):
    sent = []
    for sku, level in levels.items():
        for attempt in range(6):
            try:
                resp = client.put(f"/stock/{sku}", json={"level": level})
                if resp.status_code == 200:
                    sent.append(resp.json()["sku"])
                    break
            except httpx.HTTPError as error:
                print("try again", error)
            time.sleep(3)
    return sent
