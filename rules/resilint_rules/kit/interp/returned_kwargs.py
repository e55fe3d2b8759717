"""Arguments that another function of the module writes out, to be spread over a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from .values import UNKNOWN, Built, Mapping, Value

if TYPE_CHECKING:
    from .frame import Frame


def lent(frame: Frame, value: Value, node: cst.CSTNode) -> Value:
    """The mapping that a function of the module writes out and gives back; Unknown if its keys cannot all be seen.

    What its keys hold is the other function's affair: only which there are is known here. One that is empty, or
    that several classes have a method for, is there to be overridden.
    """
    function = value.function if isinstance(value, Built) else None
    if function is None:
        return UNKNOWN
    namesakes = sum(function.piece.name in cls.methods for cls in function.module.all_classes())
    inner = frame.scope.linker.frame(function) if function.owner is None or namesakes == 1 else None
    if inner is None or inner.wrapped:
        return UNKNOWN
    found = inner.returned()
    if not isinstance(found, Mapping) or found.open or not found.items:
        return UNKNOWN
    return Mapping(dict.fromkeys(found.items, (UNKNOWN, node)), display=found.display, lent=function.piece.name)
