"""Small trees on the disk, old enough for a cache to believe their times of change."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

OLD = 1_600_000_000


def plant(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files below `root`, all changed long ago, and gives the root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    age(root)
    return root


def age(root: Path, when: int = OLD) -> None:
    """Sets the times of change of all below and of the root itself to long ago."""
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            if not os.path.islink(os.path.join(folder, name)):
                os.utime(os.path.join(folder, name), (when, when))
        os.utime(folder, (when, when))
