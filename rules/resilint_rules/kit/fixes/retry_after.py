"""The function that reads a Retry-After header, as fixes put it into a module."""

from __future__ import annotations

from ..findings import Import
from ..project.module import Module

SECONDS = "retry_after_seconds"
HELPER = """def retry_after_seconds(value: str, default: float = 1.0, longest: float = 3600.0) -> float:
    # a number of seconds or an HTTP date: RFC 9110, section 10.2.3
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError, OverflowError):
            seconds = default
    return min(max(0.0, seconds), longest)
"""
IMPORTS = (Import("time"), Import("email.utils", "parsedate_to_datetime"))
"""What the function needs."""


def can_import(module: Module, *needed: Import) -> bool:
    """Whether modules and names can be imported under their own names: nothing else of the module has them."""
    for imported in needed:
        name = imported.name or imported.module.partition(".")[0]
        homes = (imported.module, f"{imported.module}.{imported.name}") if imported.name else (name,)
        if name in module.bindings or name in module.functions or name in module.classes:
            return False
        targets = module.imports.get(name, [])
        if any(f"{target.module}.{target.name}".strip(".") not in homes for target in targets):
            return False
    return True
