"""Tables of clients, from which other modules take the one that they need."""

import anthropic
import openai

LIMITS = {"timeout": 30}
REGIONS = {"eu": "https://eu.example.com/v1", "us": "https://us.example.com/v1"}


class Pool:
    def __init__(self, key):
        self.by_region = {name: openai.AsyncOpenAI(api_key=key, base_url=url) for name, url in REGIONS.items()}

    def of(self, region):
        return self.by_region[region]


SHARED = {"first": anthropic.Anthropic(), "second": anthropic.Anthropic(base_url=REGIONS["eu"])}
OWN = {"eu": openai.OpenAI(base_url=REGIONS["eu"])}  # finds: timeout-too-long


def ask(region, text):
    return OWN[region].responses.create(model="small", input=text)


class Writer:
    def __init__(self):
        self.client = anthropic.Anthropic()  # finds: timeout-too-long

    def write(self, text):
        return self.client.messages.create(model="small", max_tokens=500, messages=text)


class Reader:
    def __init__(self):
        self.client = anthropic.Anthropic()

    def read(self, text):
        return self.client.messages.create(model="small", max_tokens=500, messages=text, **LIMITS)
