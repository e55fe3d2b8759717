"""Call paths as places of a finding."""

from __future__ import annotations

from ..findings import Related
from ..interp.call_kinds import WrappedCall
from ..interp.calls import Call, Frame
from .local import step_of
from .records import Kind, ReachedCall, Step

_LAST = {Kind.EXTERNAL: "it waits here", Kind.TASK: "it is sent here"}


def path_to(call: Call, reached: ReachedCall) -> tuple[Related, ...]:
    """The places that lead from a call in the checked module to what it reaches, for `related` of a finding."""
    return places_of(call.frame, reached.path, _LAST[reached.kind])


def path_of(call: Call) -> tuple[Related, ...]:
    """The places that lead from a call of a wrapper to the external call; () for one that stands for itself."""
    steps = []
    inner = call
    while isinstance(inner, WrappedCall):
        inner = inner.inner
        steps.append(step_of(inner))
    return places_of(call.frame, tuple(steps), "the request is made here") if steps else ()


def places_of(frame: Frame, path: tuple[Step, ...], last_words: str) -> tuple[Related, ...]:
    """The steps of a path as places of a finding in a frame; `last_words` say what happens at the last one."""
    here = frame.scope.module.doc.name
    last = len(path) - 1
    return tuple(
        Related(
            last_words if number == last else f"`{step.written}` is called here",
            step.span,
            "" if step.file == here else step.file,
            step.row,
        )
        for number, step in enumerate(path)
    )
