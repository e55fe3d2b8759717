"""Charges cards as a careful engineer writes it: one key, and an error of its own."""
# play: charge("o-1", 500)
import time
import uuid

import httpx


class PaymentError(Exception):
    """The charge was not made, or it is not known whether it was."""


def charge(order_id, cents):
    key = str(uuid.uuid4())
    for attempt in range(1, 4):
        try:
            resp = httpx.post(
                "https://api.payments.example/v1/charges",
                json={"amount": cents, "order": order_id},
                headers={"Idempotency-Key": key},
                timeout=httpx.Timeout(20, connect=3),
            )
            resp.raise_for_status()
            return resp.json()["id"]
        except httpx.HTTPStatusError as error:
            after = error.response.headers.get("Retry-After", "1")
            if error.response.status_code not in (429, 502, 503, 504) or attempt == 3:
                raise PaymentError(order_id) from error
            if not after.isdecimal() or int(after) > 20:
                raise PaymentError(order_id) from error
            time.sleep(int(after))
        except httpx.TransportError as error:
            if attempt == 3:
                raise PaymentError(order_id) from error
            time.sleep(2**attempt)
        except (ValueError, LookupError, TypeError) as error:
            raise PaymentError(order_id) from error
