"""Part of the pattern `layers`: of two functions that a decorator of the project repeats, the outer one loses it."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ...kit.findings import Finding, Fix, Severity
from ...kit.interp.calls import Call, Frame
from ...kit.interp.values import Function, options
from ...kit.retries.loops import may_fail
from ...kit.syntax.text import Edit
from .reaching import repeating_decorator, sent_by


def undecorate(frame: Frame) -> Iterator[Finding]:
    """Offers to remove a decorator that repeats what the functions inside repeat already."""
    decorator = repeating_decorator(frame)
    if decorator is None or any(type(call) is Call and may_fail(call) for call in frame.calls.values()):
        return
    inside = [name for _, target in frame.uses.values() for name in _sending(frame, target)]
    edit = _removed(frame, decorator) if inside and all(inside) else None
    if edit is not None:
        written = frame.tree.code(decorator.decorator)
        fix = Fix(f"Remove {written}: {inside[0]} is repeated already", (edit,))
        message = f"`{written}` repeats what `{inside[0]}` repeats already"
        yield frame.finding(message, frame.tree.span(decorator.decorator), (fix,), severity=Severity.HINT)


def _sending(frame: Frame, target: object) -> Iterator[str]:
    """The functions that a call leads to and that send requests, by their names; "" for one that nothing repeats."""
    for option in options(target):  # type: ignore[arg-type]
        inner = frame.scope.session.frame(option) if isinstance(option, Function) else None
        if inner is not None and next(sent_by(frame, option), None) is not None:
            yield inner.qualname.rpartition(".")[2] if repeating_decorator(inner) is not None else ""


def _removed(frame: Frame, decorator: cst.Decorator) -> Edit | None:
    """Removes the line of a decorator; None if anything else stands there."""
    document = frame.scope.module.even
    start, end = frame.tree.span(decorator.decorator)
    row = document.position(start)[0]
    line = document.line(row)
    if document.position(end)[0] != row or line.strip() != f"@{frame.tree.code(decorator.decorator)}":
        return None
    return Edit(document.starts[row - 1], document.starts[row], "") if row < len(document.starts) else None
