"""Whether a text tries something again when it fails, without parsing it."""

from __future__ import annotations

import re

_LOOP = re.compile(r"^[ \t]+(?:async for|for|while)\b", re.MULTILINE)
_HANDLER = re.compile(r"^[ \t]+except\b", re.MULTILINE)


def tries_again(source: str) -> bool:
    """Whether the text of a function has a loop, and behind it a handler."""
    loop = _LOOP.search(source)
    return loop is not None and _HANDLER.search(source, loop.end()) is not None


_STATUS = re.compile(r"\.(?:status|status_code|ok)\b")


def asks_again(source: str) -> bool:
    """Whether the text of a function has a loop, and behind it something about a status."""
    loop = _LOOP.search(source)
    return loop is not None and _STATUS.search(source, loop.end()) is not None
