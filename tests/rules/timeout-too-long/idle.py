"""Clients that a private function makes for others, and what those do with them."""

import anthropic
import openai


def _counter():
    return anthropic.Anthropic()


def count(text):
    """Counting is done here: nothing is asked of anybody."""
    client = _counter()
    return client.count_tokens(text)


def split(text):
    client = _counter()
    tokenizer = client.get_tokenizer()
    return tokenizer.encode(text).ids


def _asked():
    return anthropic.Anthropic()  # finds: timeout-too-long


def ask(text):
    client = _asked()
    if client.count_tokens(text) > 1000:
        return None
    return client.messages.create(model="small", messages=text)


def _kept():
    return openai.OpenAI()  # finds: timeout-too-long


class Talk:
    def __init__(self):
        self.client = _kept()


def made():
    """Not private: others may ask for it."""
    return anthropic.Anthropic()  # finds: timeout-too-long


def measure(text):
    client = made()
    return client.count_tokens(text)


def _lent():
    return anthropic.Anthropic()  # finds: timeout-too-long


def lend(work, text):
    client = _lent()
    client.count_tokens(text)
    work(client)
