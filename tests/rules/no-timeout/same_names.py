"""Two classes with a method of one name: each is judged by the calls of its own class."""
import requests


class Board:
    def _request(self, method, path, **kwargs):
        answer = requests.request(method, f"https://board.example.net{path}", **kwargs)  # finds: no-timeout
        answer.raise_for_status()
        return answer.json()

    def cards(self):
        return self._request("GET", "/cards")

    def export(self):
        return self._request("GET", "/export", timeout=90)


class Calm:
    def _request(self, method, path, **kwargs):
        answer = requests.request(method, f"https://calm.example.net{path}", **kwargs)
        answer.raise_for_status()
        return answer.json()

    def cards(self):
        return self._request("GET", "/cards", timeout=9)


class Unknown:
    def _send(self, method, path, **kwargs):
        answer = requests.request(method, f"https://other.example.net{path}", **kwargs)
        answer.raise_for_status()
        return answer.json()

    def cards(self):
        return self._send("GET", "/cards", timeout=9)


class Another:
    def _send(self, letter, **kwargs):
        return letter, kwargs


def post(office, letter):
    return office._send(letter)
