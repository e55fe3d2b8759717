"""Clients that are made for the field of a record."""

from dataclasses import dataclass, field

import attrs
import openai
import requests
from anthropic import Anthropic
from openai import OpenAI
from pydantic import BaseModel, Field

URL = "https://partner.example/v1"


@dataclass
class Talk:
    model: OpenAI = field(default_factory=OpenAI)  # finds: timeout-too-long
    other: OpenAI = field(default_factory=lambda: OpenAI())  # finds: timeout-too-long
    words: list[str] = field(default_factory=list)
    given: OpenAI | None = None


@attrs.define
class Writer:
    model: OpenAI = attrs.field(factory=openai.OpenAI)  # finds: timeout-too-long


class Answer(BaseModel):
    model: Anthropic = Field(default_factory=Anthropic)  # finds: timeout-too-long

    def write(self, text):
        return self.model.messages.create(model="small", messages=text)


@dataclass
class Rates:
    http: requests.Session = field(default_factory=requests.Session)
    other = field(default_factory=requests.Session)

    def latest(self):
        return self.http.get(URL)  # finds: no-timeout

    def first(self):
        return self.other.get(URL)  # finds: no-timeout


@dataclass
class Held:
    http = field(default_factory=limited_session)

    def latest(self):
        return self.http.get(URL)
