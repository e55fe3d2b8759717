"""A client that is made when it is first asked for, by the very method that looks whether it is there."""

from __future__ import annotations

import requests

URL = "https://partner.example/v1"


def strict() -> requests.Session:
    session = requests.Session()
    session.hooks["response"].append(lambda answer, *args, **kwargs: answer.raise_for_status())
    return session


class Hooked:
    def __init__(self):
        self._made: requests.Session | None = None

    @property
    def _session(self) -> requests.Session:
        if self._made is None:
            self._made = strict()
        return self._made

    def load(self):
        answer = self._session.get(URL, timeout=5)
        return answer.json()


class InOneGo:
    def __init__(self):
        self._made: requests.Session | None = None

    def load(self):
        if not self._made:
            self._made = strict()
        answer = self._made.get(URL, timeout=5)
        return answer.json()


class Lax:
    def __init__(self):
        self._made: requests.Session | None = None

    @property
    def _session(self) -> requests.Session:
        if self._made is None:
            self._made = requests.Session()
        return self._made

    def load(self):
        answer = self._session.get(URL, timeout=5)  # finds: status-never-checked
        return answer.json()
