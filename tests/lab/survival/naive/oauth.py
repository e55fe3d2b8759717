"""Calls a partner with client credentials."""
# play: Partner("id", "secret").orders()
import time

import requests


class Partner:
    def __init__(self, client_id, secret):
        self.client_id = client_id
        self.secret = secret
        self.token = None
        self.expires = 0

    def _token(self):
        if self.token is None or time.time() > self.expires:
            r = requests.post(
                "https://login.partner.example/token",
                data={"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret},
            )
            body = r.json()
            self.token = body["access_token"]
            self.expires = time.time() + body["expires_in"]
        return self.token

    def orders(self):
        r = requests.get(
            "https://api.partner.example/orders", headers={"Authorization": f"Bearer {self._token()}"}
        )
        return r.json()["orders"]
