"""The difference between two texts, as a patch for people and tools. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ..fs.escapes import visible


def unified(before: str, after: str, name: str) -> str:
    """A patch that `git apply` and `patch -p1` take, "" if nothing differs; line ends are kept."""
    return "".join(_lines(before, after, name))


def _lines(before: str, after: str, name: str) -> Iterator[str]:
    for number, line in enumerate(difflib.unified_diff(_split(before), _split(after), lineterm="")):
        if number < 2:
            yield ("--- " + _quoted("a/" + name), "+++ " + _quoted("b/" + name))[number] + "\n"
        elif line.startswith("@@"):
            yield line + "\n"
        elif line.endswith("\n"):
            yield line
        else:
            yield line + "\n\\ No newline at end of file\n"


def _split(text: str) -> list[str]:
    """Lines as patches have them: they end at a line feed and nowhere else."""
    parts = text.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _quoted(name: str) -> str:
    """As git writes a name: in quotes when it holds quotes, or characters that a terminal obeys or hides."""
    if visible(name) != name or any(char in '"\\' for char in name):
        return '"' + "".join(_escaped(char) for char in name) + '"'
    return name + "\t" if " " in name else name


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if visible(char) == char:
        return char
    undecoded = "\udc80" <= char <= "\udcff"  # a byte of a name that is no UTF-8
    return "".join(
        f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogateescape" if undecoded else "surrogatepass")
    )
