"""Charges cards at a payment provider."""
# play: charge("o-1", 500)
import os
import time
import uuid

import requests

API = "https://api.payments.example/v1"


def charge(order_id, cents):
    for attempt in range(5):
        try:
            resp = requests.post(
                f"{API}/charges",
                json={"amount": cents, "order": order_id},
                headers={
                    "Authorization": "Bearer " + os.environ.get("PAY_KEY", "test"),
                    "Idempotency-Key": str(uuid.uuid4()),
                },
            )
            data = resp.json()
            return data["id"]
        except Exception as e:
            print("charge failed, retrying", e)
            time.sleep(2 ** attempt)
    return None
