"""One retry layer around a call, and the description of its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import libcst as cst

from ..interp.calls import Call, Frame
from ..syntax.text import Span

HANG, UNAVAILABLE, LIMITED_RATE, DROPPED = "hang", "503", "429", "dropped"
"""Failure events of the peer."""

STATUSES = {UNAVAILABLE: 503, LIMITED_RATE: 429}
WORDS = {
    HANG: ("timeout", "read"),
    DROPPED: ("connect", "read"),
    UNAVAILABLE: ("status",),
    LIMITED_RATE: ("status", "limit"),
}
PACES: Mapping[bool | None, str] = {True: "pauses in between", False: "no pause", None: ""}
"""Whether anything waits between attempts, in words; nothing is said where that is not known."""


@dataclass(frozen=True, slots=True)
class RetryLayer:
    """One layer that makes a call again.

    `attempts` counts the first one; None if that is not known, or if there is no end (`endless`).
    `on` says for each failure whether it is repeated; a failure that is missing cannot be seen.
    `pauses` are all seconds waited in between, None if that is not known; `pace` says it in words.
    """

    who: str
    attempts: int | None
    source: str
    on: Mapping[str, bool] = field(default_factory=dict)
    endless: bool = False
    pauses: float | None = None
    pace: str = ""
    note: str = ""
    unsure: Mapping[str, str] = field(default_factory=dict)
    """Failures that are repeated on a condition, and the condition."""
    header: str = ""
    """How long a pause may be that an answer asks for by Retry-After, in words; "" where that is not obeyed."""
    frame: Frame | None = None
    """The function that it stands in; None for what a library or its transport does by itself."""
    span: Span | None = None
    """Its decorator, or the head of its loop, in that function."""
    connects: bool = False
    """Whether it tries to connect as often, also where it does not repeat what was sent."""
    policy: object = None
    """The policy object that decides, if there is one."""
    ends: Mapping[str, str] = field(default_factory=dict)
    """The exception it ends with when all attempts have failed, where that is another one."""


def seconds(value: float) -> str:
    """Returns a duration as text, with minutes or hours for long ones."""
    text = f"{value:.6g} s"
    if value >= 120:
        text += f" ({value / 60:.3g} min)" if value < 7200 else f" ({value / 3600:.3g} h)"
    return text


def edition(call: Call) -> str:
    """The library with the versions that a statement about it holds for; "(assumed)" where the project names none."""
    library = call.record
    if library is None:
        return call.library
    pin = call.frame.scope.catalog.pinned(library)
    if pin:
        return f"{library.name} {pin.removeprefix('==')}"
    return f"{library.name} {library.checked} (assumed)" if library.checked else library.name


def product(call: Call) -> str:
    """The library of a call by its name alone."""
    return call.record.name if call.record is not None else call.library


def row(frame: Frame, node: cst.CSTNode) -> int:
    """The one-based line on which a node of a frame starts."""
    return frame.scope.module.doc.position(frame.tree.span(node).start)[0]


def where(frame: Frame, node: cst.CSTNode, here: Frame) -> str:
    """A place in words: a line of this file, or a line of another."""
    line = f"line {row(frame, node)}"
    doc = frame.scope.module.doc
    return line if doc.name == here.scope.module.doc.name else f"{doc.name}, {line}"
