"""verify=False, given to a method that hands its options on."""
import requests


class Erp:
    def __init__(self):
        self.session = requests.Session()

    def _send(self, method, path, *, timeout=9, **extra):
        answer = self.session.request(method, f"https://erp.example.net{path}", timeout=timeout, **extra)
        answer.raise_for_status()
        return answer.json()

    def stock(self):
        return self._send("GET", "/stock", verify=False)  # finds: tls-verification-off

    def order(self, number):
        return self._send("GET", f"/orders/{number}", verify=True)

    def prices(self):
        return self._send("GET", "/prices", verify="/etc/ssl/erp.pem", stream=False)
