"""A limit that an object keeps for its other calls is not the client's."""

import anthropic
import requests


class Helper:
    def __init__(self):
        self.model = anthropic.AsyncAnthropic()  # finds: timeout-too-long
        self.timeout = 20

    async def ask(self, text):
        told = await self.model.messages.create(model="small", max_tokens=10, messages=[{"role": "user", "content": text}])
        return told.content[0].text

    def ping(self):
        return requests.get("https://x.example.com", timeout=self.timeout).ok
