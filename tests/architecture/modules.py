"""The modules of both packages as text: what each is called and what it imports."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"resilint": ROOT / "server" / "resilint", "resilint_rules": ROOT / "rules" / "resilint_rules"}


@dataclass(frozen=True, slots=True)
class Source:
    """One module: its dotted name, its file, its text, and the dotted names that it imports.

    `imports` holds everything imported anywhere in it; `from a import b` counts as `a` and as `a.b`.
    """

    name: str
    path: Path
    text: str
    imports: frozenset[str]

    @property
    def shown(self) -> str:
        """The path below the root, for messages."""
        return self.path.relative_to(ROOT).as_posix()


def read_modules() -> list[Source]:
    """Every module of both packages, sorted by name."""
    found = [_read(package, path) for package in PACKAGES for path in PACKAGES[package].rglob("*.py")]
    return sorted(found, key=lambda source: source.name)


def _read(package: str, path: Path) -> Source:
    below = path.relative_to(PACKAGES[package]).with_suffix("")
    parts = [package, *below.parts]
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    text = path.read_text("utf-8")
    return Source(name, path, text, frozenset(_imports(text, name, is_package=is_package)))


def _imports(text: str, name: str, *, is_package: bool) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = name.split(".")
                kept = up[: len(up) - node.level + (1 if is_package else 0)]
                base = ".".join([*kept, *([base] if base else [])])
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return found


def inside(imported: str, package: str) -> bool:
    """Whether an imported name is a package or lies in it."""
    return imported == package or imported.startswith(package + ".")
