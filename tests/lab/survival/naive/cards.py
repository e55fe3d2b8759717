"""Takes payments for orders through the card processor's HTTP API."""
# play: checkout("ord_81", 4200, "tok_visa")
import logging
import time
import uuid

import requests

logger = logging.getLogger(__name__)

API = "https://api.cards.example/v1"
SECRET = "sk_test_123"


class PaymentError(Exception):
    pass


class CardProcessor:
    def __init__(self, secret=SECRET):
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {secret}"

    def _post(self, path, data):
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self.session.post(f"{API}{path}", data=data)
            except requests.ConnectionError:
                logger.warning("processor not reachable, attempt %s", attempt)
                time.sleep(1)
                continue
            if response.status_code == 429:
                time.sleep(int(response.headers["Retry-After"]))
                continue
            if response.status_code >= 500:
                time.sleep(2)
                continue
            return response.json()

    def create_customer(self, email):
        return self._post("/customers", {"email": email})["id"]

    def charge(self, customer, amount, source):
        body = self._post(
            "/charges",
            {"customer": customer, "amount": amount, "currency": "eur", "source": source},
        )
        if body["status"] == "succeeded":
            return body["id"]
        raise PaymentError(body["failure_message"])


def checkout(order_id, amount, token, email="a@example.org"):
    processor = CardProcessor()
    customer = processor.create_customer(email)
    charge = processor.charge(customer, amount, token)
    logger.info("order %s paid by %s", order_id, charge)
    return {"order": order_id, "charge": charge, "reference": str(uuid.uuid4())}
