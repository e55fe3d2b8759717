"""What is sent on the side, and asked for on the side: nobody misses it."""

import httpx
import requests
import websockets

URL = "https://partner.example/v1"


def _post(event):
    try:
        requests.post(URL, json=event, timeout=3)
    except Exception:
        pass


class Events:
    """Collects anonymous usage events, if the user agrees."""

    def send(self, events):
        for event in events:
            _post(event)

    def confirm(self, event):
        """What comes back is used."""
        try:
            return httpx.post(URL, json=event).raise_for_status().json()["id"]
        except httpx.HTTPError:  # finds: failure-swallowed
            return ""


def send_job(job):
    try:
        requests.post("https://tele.partner.example", json=job, timeout=3).close()
    except Exception:
        pass


def send_order(order):
    try:
        requests.post("https://television.partner.example", json=order, timeout=3)
    except Exception:  # finds: failure-swallowed
        pass


class Package:
    def latest_version(self):
        try:
            self.newest = requests.get(URL, timeout=3).json()["version"]
        except Exception:
            pass

    def check_for_updates(self):
        try:
            self.newest = requests.get(URL, timeout=3).json()["version"]
        except Exception:
            pass

    def update(self):
        try:
            self.data = requests.get(URL, timeout=3).json()
        except Exception:  # finds: failure-swallowed
            pass


class Link:
    async def open(self):
        self.socket = await websockets.connect(URL)

    async def say(self, word):
        """Who reads is told, too."""
        try:
            await self.socket.send(word)
        except websockets.exceptions.ConnectionClosed:
            return

    async def shout(self, word):
        try:
            await self.socket.send(word)
        except Exception:  # finds: failure-swallowed
            return
