"""Call paths as places of a finding."""

from __future__ import annotations

from ..findings import Related
from ..interp.calls import Call
from .records import Kind, ReachedCall

_LAST = {Kind.EXTERNAL: "it waits here", Kind.TASK: "it is sent here"}


def path_to(call: Call, reached: ReachedCall) -> tuple[Related, ...]:
    """The places that lead from a call in the checked module to what it reaches, for `related` of a finding."""
    here = call.frame.scope.module.doc.name
    last = len(reached.path) - 1
    return tuple(
        Related(
            _LAST[reached.kind] if number == last else f"`{step.written}` is called here",
            step.span,
            "" if step.file == here else step.file,
            step.row,
        )
        for number, step in enumerate(reached.path)
    )
