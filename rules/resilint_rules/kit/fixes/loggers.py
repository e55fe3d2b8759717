"""The logger that a function uses, for fixes that write to a log."""

from __future__ import annotations

import re

from ..findings import Import
from ..interp.calls import Frame

_OWN_LOG = re.compile(r"\b(?:self|cls)\.(?:_?log(?:ger)?|_?LOG(?:GER)?)(?=\.(?:debug|info|warning|error|exception)\()")
_LOGGERS = ("logger", "log", "LOGGER", "LOG", "_logger", "_log", "_LOGGER", "_LOG")


def logger_of(frame: Frame) -> tuple[str, tuple[Import, ...]]:
    """Returns the logger that a function uses: that of its object, of the module, or a new one with its import."""
    own = _OWN_LOG.search(frame.outermost.tree.flat)
    if own is not None:
        return own.group(), ()
    module = frame.scope.module
    for name in _LOGGERS:
        made = rf"(?m)^{name}\b[^=\n]*=[^\n]*\bget_?[lL]ogger\("
        if name in module.bindings and module.search(made) is not None:
            return name, ()
    return "logging.getLogger(__name__)", (Import("logging"),)
