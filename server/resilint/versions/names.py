"""The names of files that say which versions a project runs with, and what each is worth."""

from __future__ import annotations

import re

LOCKS = re.compile(r"(?:uv|poetry|pdm)\.lock|pylock(?:\.[^./]+)?\.toml|Pipfile\.lock")
"""Files that say exactly what is installed."""
PINS = re.compile(r"requirements[^/]*\.txt")
"""Files that say what is to be installed."""
DECLARATION = "pyproject.toml"
VERSIONS = "?versions"
"""The last step of the path that stands for what a folder says of versions, among the reads of a result."""


def rank(name: str) -> int:
    """What a file of this name is worth: 0 a lock, 1 pins, 2 declared ranges, -1 nothing."""
    if LOCKS.fullmatch(name):
        return 0
    if PINS.fullmatch(name):
        return 1
    return 2 if name == DECLARATION else -1
