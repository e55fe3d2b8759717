"""Texts made from others by small changes, and the smallest part of a text that still fails."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

TOKEN = re.compile(r"""\r?\n[ \t]*|[ \t]+|\w+|"[^"\n]*"|'[^'\n]*'|\#[^\n]*|.""", re.DOTALL)
LINE = re.compile(r"[^\n]*\n|[^\n]+")
TRIES = 600
"""How often a text is tried while it is made smaller."""


def parts_of(text: str, chance: random.Random) -> list[str]:
    """The tokens of a text, or its lines: changes of lines leave more texts that are Python."""
    return (TOKEN if chance.random() < 0.4 else LINE).findall(text)


def delete(parts: list[str], chance: random.Random) -> None:
    """Effect: takes one part, or some neighbours, out."""
    at = chance.randrange(len(parts))
    del parts[at : at + chance.choice((1, 1, 1, 2, 5))]


def duplicate(parts: list[str], chance: random.Random) -> None:
    """Effect: repeats one part, or some neighbours, here or elsewhere."""
    at = chance.randrange(len(parts))
    copy = parts[at : at + chance.choice((1, 1, 3, 8))]
    to = at if chance.random() < 0.5 else chance.randrange(len(parts))
    parts[to:to] = copy


def swap(parts: list[str], chance: random.Random) -> None:
    """Effect: exchanges two parts."""
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]


def truncate(parts: list[str], chance: random.Random) -> None:
    """Effect: cuts the text off."""
    del parts[chance.randrange(len(parts)) + 1 :]


CHANGES = (delete, delete, duplicate, duplicate, swap, swap, truncate)


def mutant(number: int, texts: Sequence[str]) -> str:
    """The mutant of this number: one to three changes of a text, or of two that were joined."""
    chance = random.Random(number)
    text = chance.choice(texts)
    if chance.random() < 0.15:
        parts, others = parts_of(text, chance), parts_of(chance.choice(texts), chance)
        text = "".join(parts[: chance.randrange(len(parts) + 1)] + others[chance.randrange(len(others) + 1) :])
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        parts = parts_of(text, chance)
        if parts:
            chance.choice(CHANGES)(parts, chance)
        text = "".join(parts)
    return text


def minimal(text: str, fails: Callable[[str], bool]) -> str:
    """A part of a text that still fails: first without lines, then without tokens."""
    left = TRIES
    for pattern in (LINE, TOKEN):
        parts = pattern.findall(text)
        size = max(len(parts) // 2, 1)
        while left:
            at, shorter = 0, False
            while at < len(parts) and left:
                fewer = parts[:at] + parts[at + size :]
                left -= 1
                if fails("".join(fewer)):
                    parts, shorter = fewer, True
                else:
                    at += size
            if size == 1 and not shorter:
                break
            size = max(size // 2, 1)
        text = "".join(parts)
    return text
