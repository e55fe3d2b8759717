"""A sieve that does what the text tells it; it loads nothing."""

from __future__ import annotations


def wanted(data: bytes, own: tuple[str, ...]) -> int:
    """How far the text says that it matters: 0 no, 1 perhaps, 2 yes."""
    return 2 if b"matter" in data else int(b"perhaps" in data)
