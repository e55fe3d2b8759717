"""Functions that only call what they are given, with the other arguments: `run(requests.get, url)`."""

from __future__ import annotations

import re

from ..syntax.layout import GAP, flat
from .definitions import FunctionChunk
from .module import Module

_HEAD = re.compile(
    rf"def\s+\w+{GAP}\({GAP}(\w+)\b[^()*]*(?:\[[^\]]*\][^()*]*)?,{GAP}\*{GAP}(\w+)[^()*]*,"
    rf"{GAP}\*\*{GAP}(\w+)[^()*]*\)"
)
_STATUS = re.compile(r"\.(?:raise_for_status|status(?:_code)?|ok|is_success|is_error)\b")
_ATTEMPTS = re.compile(r"\bfor\s+\w+\s+in\s+range\(\s*(?:(\d+)\s*,\s*)?(\d+)\s*\)\s*:")


def passes_on(module: Module, function: FunctionChunk) -> bool:
    """Whether a function calls its first argument with all others, and does nothing else with these."""
    source = module.source(function.chunk)
    if "*" not in source:
        return False
    source = flat(source)
    head = _HEAD.search(source)
    if head is None or function.owner is not None:
        return False
    first, others, named = head.groups()
    body = source[head.end() :]
    call = rf"(?<![\w.]){first}{GAP}\({GAP}\*{GAP}{others}{GAP},{GAP}\*\*{GAP}{named}{GAP}\)"
    called = len(re.findall(call, body))
    used = [len(re.findall(rf"(?<![\w.]){name}\b", body)) for name in (first, others, named)]
    return used == [called] * 3 and called > 0


def looks_at_status(module: Module, function: FunctionChunk) -> bool:
    """Whether a function that passes a call on looks at the status of what comes back."""
    return _STATUS.search(flat(module.source(function.chunk))) is not None


def attempts_in(module: Module, function: FunctionChunk) -> int | None:
    """How often a function that passes a call on makes it at most: once, or as its one loop says; None if not known."""
    source = flat(module.source(function.chunk))
    if not re.search(r"^\s*(?:async )?(?:for|while)\b", source, re.MULTILINE):
        return 1
    found = _ATTEMPTS.findall(source)
    if len(found) != 1 or re.search(r"^\s*while\b", source, re.MULTILINE):
        return None
    start, stop = found[0]
    return int(stop) - int(start or 0)


def names_in(module: Module, function: FunctionChunk, words: str) -> bool:
    """Whether a word of some stands in a function; they are a regular expression."""
    return re.search(rf"\b(?:{words})\b", module.source(function.chunk)) is not None
