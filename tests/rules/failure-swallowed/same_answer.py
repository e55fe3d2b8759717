"""Handlers after which a function gives the answer of a success, and names that sound like a question."""

import httpx


class Desk:
    def __init__(self):
        self.http = httpx.Client(base_url="https://desk.example.com", timeout=5)

    def health_claim(self, claim):
        try:
            self.http.post("/claims", json=claim).raise_for_status()
        except httpx.HTTPError:  # finds: failure-swallowed
            pass
        return True

    def verify_address(self, address):
        try:
            self.http.post("/addresses", json=address).raise_for_status()
        except httpx.HTTPError:  # finds: failure-swallowed
            pass

    def verify_number(self, number):
        try:
            return self.http.post("/numbers", json=number).raise_for_status().json()["valid"]
        except httpx.HTTPError:
            return False

    def ping_partner(self):
        try:
            self.http.post("/pings").raise_for_status()
        except httpx.HTTPError:
            pass

    def register(self, name):
        try:
            self.http.post("/names", json={"name": name}).raise_for_status()
        except httpx.HTTPStatusError as error:  # finds: failure-swallowed
            if error.response.status_code == 409:
                return False
        return True

    def rename(self, name):
        try:
            self.http.post("/names", json={"name": name}).raise_for_status()
        except httpx.HTTPStatusError:
            return False
        return True
