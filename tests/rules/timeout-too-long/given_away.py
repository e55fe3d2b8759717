"""Clients that a module makes for others, which may limit each call on them."""

import os

import anthropic
import openai


def _own():
    return openai.OpenAI()


def _hosted():
    return openai.AzureOpenAI(azure_endpoint=os.environ["HOST"], api_version="1")


MAKERS = {"own": _own, "hosted": _hosted}


def client():
    return MAKERS[os.environ["MODE"]]()


def _partner():
    return anthropic.Anthropic()


def partner(kind):
    if kind == "cheap":
        return _partner()
    return None


class Makers:
    def make(self, key):
        return anthropic.Anthropic(api_key=key)

    def for_tenant(self, tenant):
        return self.make(tenant.key)


def _used():
    return anthropic.Anthropic()  # finds: timeout-too-long


_USED = [_used]


def used(text):
    return _USED[0]().messages.create(model="small", max_tokens=9, messages=text)


def asked(key):
    return anthropic.Anthropic(api_key=key)  # finds: timeout-too-long


def ask(key, text):
    made = asked(key)
    return made.messages.create(model="small", max_tokens=9, messages=text)
