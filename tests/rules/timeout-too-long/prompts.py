"""The word in a text: what a model is told, or what is logged, limits nothing."""

import logging

import anthropic

RULE = "every request needs timeout=..."
LONG = """Look for requests
without timeout=5 and say so."""


class Reviewer:
    HINT = "timeout=30 is a good beginning"

    def __init__(self, key):
        self.model = anthropic.AsyncAnthropic(api_key=key)  # finds: timeout-too-long

    async def review(self, change):
        logging.info("asks with timeout=%s", "its default")
        return await self.model.messages.create(model="small", max_tokens=900, system=RULE + LONG, messages=change)


def reviewer(key):
    made = Reviewer(key)
    made.hint = f"timeout={key}"
    return made
