"""The parameters that stand for themselves, so that it can be seen which calls pass them on."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...project.module import FunctionChunk
from ..values import Unknown


@dataclass(frozen=True, slots=True, eq=False)
class Parameter(Unknown):
    """What a function is given for one of its parameters."""

    function: FunctionChunk | None = None
    name: str = ""
    members: set[str] = field(default_factory=set)
    """The attributes and methods that are taken from it; those that are set begin with "="."""
    receivers: list[FunctionChunk | None] = field(default_factory=list)
    """The functions that it is passed to where that may change it; None for code that cannot be seen."""
