"""Which exception class extends which."""

from __future__ import annotations

from ..catalog.lookup import Catalog

TIMEOUT = "asyncio.TimeoutError"
"""A class of its own before Python 3.11, and the builtin `TimeoutError` since."""


def is_a(catalog: Catalog, error: str, base: str) -> bool:
    """Whether an exception class surely is another one, or extends it, as far as the catalogue knows."""
    return is_subclass(catalog, error, base) is True


def is_subclass(catalog: Catalog, error: str, base: str) -> bool | None:
    """Whether an exception class is another one, or extends it; None if that depends on an unknown version of Python.

    `asyncio.TimeoutError` is the builtin one since Python 3.11; before, neither extends the other.
    """
    apart, merged = (_extends(catalog, error, base, merged=merged) for merged in (False, True))
    if apart == merged:
        return merged
    recent = catalog.python(">=3.11")
    return recent if recent is None else merged if recent else apart


def _extends(catalog: Catalog, error: str, base: str, *, merged: bool) -> bool:
    error, base = (_spelling(catalog.canonical(name), merged=merged) for name in (error, base))
    above = ("Exception", "BaseException") if error == TIMEOUT else catalog.bases(error)
    return error == base or base in {_spelling(name, merged=merged) for name in above}


def _spelling(name: str, *, merged: bool) -> str:
    """The class that a builtin name is another spelling of: `IOError` is `OSError`."""
    if name in (TIMEOUT, "asyncio.exceptions.TimeoutError"):
        return "TimeoutError" if merged else TIMEOUT
    if name == "socket.timeout":
        return "TimeoutError"
    if name in ("IOError", "EnvironmentError", "socket.error", "select.error"):
        return "OSError"
    return name
