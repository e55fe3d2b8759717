"""Numbers and names that mean milliseconds where seconds are expected."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import libcst as cst

from ..kit import Call, Const, Frame, Value, dotted, number

_NAMED = re.compile(r"(?:_|^)(?:ms|msecs?|millis|milliseconds)$", re.IGNORECASE)
_THOUSAND = 1000


class Hit(NamedTuple):
    """A number that looks like milliseconds: what is said of it, and what is to be written in its place."""

    node: cst.CSTNode
    said: str
    fixed: str
    doubtful: bool
    """It may be meant: a thousand is a round number of seconds, too."""


def judge(call: Call, node: cst.CSTNode, given: Value) -> Hit | None:
    """Returns what is wrong with a number; None if it may well count seconds."""
    frame = call.frame
    name = dotted(node)
    value = 0.0
    if isinstance(node, (cst.Integer, cst.Float)):
        value = float(node.evaluated_value)
    elif isinstance(given, Const) and not given.soft and _written_out(frame, name):
        value = float(given.value)
    if _suspicious(value):
        fixed = f"{name} / 1000" if name else number(value / 1000)
        return Hit(node, f"{value:.0f} seconds are {_duration(value)}", fixed, value == _THOUSAND)
    if name and _NAMED.search(name.rpartition(".")[2]):
        return Hit(node, f"`{name}` holds milliseconds", f"{frame.tree.code(node)} / 1000", False)
    return None


def judge_several(call: Call, node: cst.CSTNode, given: Iterable[Value]) -> Hit | None:
    """Returns what is wrong with the name of a constant that holds several numbers; None if they may count seconds."""
    name = dotted(node)
    if not _written_out(call.frame, name, r"\([\d_., \t]+\)"):
        return None
    numbers = [float(one.value) if isinstance(one, Const) and not one.soft else 0.0 for one in given]
    if not all(map(_suspicious, numbers)):
        return None
    fixed = f"tuple(part / 1000 for part in {name})"
    return Hit(node, f"{numbers[0]:.0f} seconds are {_duration(numbers[0])}", fixed, False)


def _suspicious(value: float) -> bool:
    """Whether a number looks like milliseconds, and not like a round span of time in seconds."""
    if value < 1000 or value % 500 or (not value % 60 and value % 1000):
        return False
    return bool(value % 1800)  # no round number of half hours


def _written_out(frame: Frame, name: str, value: str = r"[\d_.]+") -> bool:
    """Whether this module assigns a plain number, or what another pattern says, to a constant."""
    last = name.rpartition(".")[2]
    line = rf"^[ \t]*{last}[ \t]*(?::[^=\n]+)?=[ \t]*{value}$"
    if not last.isupper():
        return False
    return any(re.match(line, candidate) for candidate in frame.scope.module.lines_with(last))


def _duration(seconds: float) -> str:
    return f"{seconds / 3600:.1f} hours" if seconds >= 7200 else f"{seconds / 60:.0f} minutes"
