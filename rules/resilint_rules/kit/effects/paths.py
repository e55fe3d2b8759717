"""Call paths as places of a finding."""

from __future__ import annotations

from ..findings import Related
from ..interp.calls import Call, Frame
from .records import Kind, ReachedCall, Step

_LAST = {Kind.EXTERNAL: "it waits here", Kind.TASK: "it is sent here"}


def path_to(call: Call, reached: ReachedCall) -> tuple[Related, ...]:
    """The places that lead from a call in the checked module to what it reaches, for `related` of a finding."""
    return places_of(call.frame, reached.path, _LAST[reached.kind])


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
