"""Which files and folders are out: quick answers for plain words, patterns for the rest."""

from __future__ import annotations

import re

FOLDERS = (
    ".bzr", ".direnv", ".eggs", ".git", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox", ".pytest_cache",
    ".resilint_cache", ".ruff_cache", ".semgrep", ".svn", ".tox", ".venv", "__pycache__", "__pypackages__", "build",
    "dist", "node_modules", "site-packages", "venv",
)  # fmt: skip
"""Folders that hold no source of the project."""

VENDORED = ("_vendor", "third_party", "vendor", "vendored")
"""Folders that hold other people's source."""

GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")
"""Files that a program writes."""

_WILD = re.compile(r"[*?\[\]{}!]")


class Excluded:
    """Patterns sorted by what they cost: names and endings are looked up, paths and wild cards compared."""

    __slots__ = ("_patterns", "endings", "names", "paths")

    def __init__(self, patterns: tuple[str, ...]) -> None:
        names: set[str] = set()
        paths: set[str] = set()
        endings: list[str] = []
        self._patterns: list[str] = []
        for pattern in patterns:
            plain = pattern.removeprefix("./").rstrip("/")
            if not _WILD.search(plain):
                (paths if "/" in plain else names).add(plain)
            elif plain.startswith("*") and not _WILD.search(plain[1:]):
                endings.append(plain[1:])
            else:
                self._patterns.append(plain)
        self.names = frozenset(names)
        self.paths = frozenset(paths)
        self.endings = tuple(endings)

    @property
    def plain(self) -> bool:
        """Whether a file's or folder's own name says it all."""
        return not self.paths and not self._patterns

    def out(self, own: str, name: str) -> bool:
        """Whether the file or folder called `own`, at `name` below the root, is out."""
        if own in self.names or own.endswith(self.endings):
            return True
        return not self.plain and self.out_by_path(name)

    def out_by_path(self, name: str) -> bool:
        """The dear half of `out`."""
        if name in self.paths:
            return True
        if not self._patterns:
            return False
        from .globs import meets

        return any(meets(pattern, name) for pattern in self._patterns)


DEFAULT = Excluded((*FOLDERS, *VENDORED, *GENERATED))
"""What is out where no settings say otherwise."""
