"""Comments that explain the code on their line or below them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from .text import Span

_COMMENT = re.compile(r"(?:^|\s)#\s*(\S.*)")
_WORD = re.compile(r"\w")
_FOR_TOOLS = re.compile(r"resilint|noqa|pragma|type:|pylint|nosec|fmt:|ruff:|mypy:", re.IGNORECASE)
_REASON = re.compile(r"(?:\s[-\u2013\u2014]+|#|;)\s*(\w+[^#]*\s[^#]*\w)")
"""What may follow for people after the part for tools: `noqa: BLE001 - the page is complete without it`."""


def comments_at(text: str, span: Span, comments_above: Callable[[], Iterable[str]]) -> Iterator[str]:
    """Returns the comments for people on the lines of a span of a text, and on lines of comments right above it.

    `comments_above` gives those above the text.
    """
    first = text.rfind("\n", 0, span.start) + 1
    while first and text[(above := text.rfind("\n", 0, first - 1) + 1) : first].lstrip().startswith("#"):
        first = above
    last = text.find("\n", span.end)
    lines = text[first : last if last >= 0 else len(text)].split("\n")
    for line in (*(() if first else comments_above()), *lines):
        match = _COMMENT.search(line)
        comment = match.group(1) if match is not None and _WORD.search(match.group(1)) else ""
        if comment and not _FOR_TOOLS.match(comment):
            yield comment
        elif comment:
            yield from (reason for reason in _REASON.findall(comment) if not _FOR_TOOLS.match(reason))
