"""Fields whose clients have a limit."""

from dataclasses import dataclass, field
from functools import partial

from openai import OpenAI


@dataclass
class Talk:
    model: OpenAI = field(default_factory=partial(OpenAI, timeout=20))
    other: OpenAI = field(default_factory=lambda: OpenAI(timeout=20))
