"""Things named by text, so that another process can find them."""

from __future__ import annotations

from typing import Any


def find(name: str) -> Any:
    """The object that "package.module:name" names. Effect: imports the module."""
    from importlib import import_module

    module, _, own = name.partition(":")
    return getattr(import_module(module), own)
