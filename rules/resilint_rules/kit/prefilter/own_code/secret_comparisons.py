"""Where a text compares a secret with `==` or `!=`, beside words of a request or of a refusal."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the file filter asks for words only
    from ...project.module import FunctionChunk, Module

_SECRETS = (
    "secret", "token", "passw", "passphrase", "pwd", "apikey", "api_key", "api-key", "access_key", "auth_key",
    "master_key", "shared_key", "authkey", "accesskey", "authorization",
)  # fmt: skip
_BESIDE = (
    "request", "header", "query_param", "socket", "event[", "cookie", "query(", "depends(", "security(", "401",
    "403", "unauthori", "forbidden", "denied", "authenticat",
)  # fmt: skip
_SECRET = re.compile("|".join(_SECRETS))
_COMPARED = re.compile(r"[=!]=")
_ENDS = re.compile(
    rf"(?:{'|'.join(_SECRETS)}|passwo?r?d|credentials)(?:_?value|_header)?[\"'\])}}]*"
    r"(?:\.(?:get_secret_value|credentials|value|encode|decode|strip|lower|upper)(?:\([^()]*\))?)*[\"'\])}]*\Z"
)
"""An operand whose last name is one of a secret, with what is read of it."""
_TELLS = re.compile(r"(?:^|_)(?:is|check|verify|valid\w*|auth\w*|allow\w*|match\w*)(?:_|$)", re.IGNORECASE)
"""The name of a function that says whether a request may go on."""
_NEAR = 120
"""Letters around an operator in which its operands stand, with the comments and line ends between."""
_LITERAL = re.compile(r"\s*(?:[rb]{0,2}[\"']|-?\d|none\b|true\b|false\b|len\(|type\(|\[\]|\{\}|\(\))")
_CUT = re.compile(r"\s(?:and|or|else|if|for)\b|[,:](?:\s|\Z)|(?<=\))\s*(?:and|or)\b")
_OPENS = re.compile(r"(?:\A|[\s(,])(?:[rb]?(?:\"[^\"]*\"|'[^']*')|\d+|none)\s*\Z")
_SPLITS = re.compile(r"\b(?:and|or|not|if|elif|return|assert|while)\b")


_READS = re.compile(
    rb"request\.(?:headers|query|args|form|json|GET|POST|META|get_?[hH]eader|match_info|cookies|post)\b"
)
"""Code that reads what a request brings."""


def comparing(module: Module) -> Iterator[tuple[int, FunctionChunk]]:
    """The functions, by start, that seem to compare a secret which may come from a request, whatever the layout."""
    near = _beside_a_secret(module.text)
    for function in module.all_functions() if near else ():
        if _compares(module, function, near):
            yield function.chunk.start, function


def may_compare(data: bytes) -> bool:
    """Whether a file that reads requests seems to compare a secret."""
    return _READS.search(data) is not None and bool(_beside_a_secret(data.decode("latin-1")))


def _beside_a_secret(text: str) -> list[int]:
    """Where an operator stands that has the name of a secret before or behind it, in order."""
    found = []
    for operator in ("==", "!="):
        at = text.find(operator)
        while at >= 0:
            behind = text[at + 2 : at + 2 + _NEAR].lower()
            if not _LITERAL.match(behind) and _SECRET.search(text[max(at - _NEAR, 0) : at].lower() + behind):
                found.append(at)
            at = text.find(operator, at + 2)
    return sorted(found)


def _compares(module: Module, function: FunctionChunk, near: list[int]) -> bool:
    chunk = function.chunk
    index = bisect_left(near, chunk.body)
    if index == len(near) or near[index] >= chunk.end:
        return False
    text = module.text[chunk.start : chunk.end].lower()
    if not (any(word in text for word in _BESIDE) or _TELLS.search(function.name)):
        return False
    lines = module.flat_function(function).lower().split("\n")
    return any(_names_secret(line, found) for line in lines for found in _COMPARED.finditer(line))


def _names_secret(line: str, operator: re.Match[str]) -> bool:
    """Whether one operand ends in the name of a secret, and none is a literal."""
    left, right = line[: operator.start()].rstrip(), line[operator.end() :]
    if _LITERAL.match(right) or _OPENS.search(left):
        return False
    left, right = _SPLITS.split(left)[-1], _CUT.split(right, maxsplit=1)[0].strip()
    return bool(_ENDS.search(left[-_NEAR:]) or _ENDS.search(right[:_NEAR]))
