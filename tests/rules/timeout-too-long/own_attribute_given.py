"""A limit that an object keeps, and gives to the client."""

import anthropic


class Limited:
    def __init__(self):
        self.timeout = 20
        self.model = anthropic.AsyncAnthropic(timeout=self.timeout)

    async def ask(self, text):
        told = await self.model.messages.create(model="small", max_tokens=10, messages=[{"role": "user", "content": text}])
        return told.content[0].text
