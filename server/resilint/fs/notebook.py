"""Jupyter notebooks: the code of their cells as one module, and back into the file, in which all else stays. Pure.

The cells share one module, in their order, with a comment between two of them; comments survive every fix, so that
the text can be split again. Lines that are no Python (`%pip install`, `!ls`, `name?`) are left empty, or become
a statement that does nothing where a block needs one. Cells of another language are not in the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from .files import Unreadable, Unwritable

_SPACE = re.compile(r"[ \t\r\n]*")
_PIECE = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)'
    r"|'''(?:[^\\]|\\.)*?(?:'''|\Z)"
    r'|"(?:[^"\\\r\n]|\\.)*"?'
    r"|'(?:[^'\\\r\n]|\\.)*'?"
    r"|#[^\r\n]*|[(\[{]|[)\]}]|\\\r?\n|\n",
    re.DOTALL,
)
_MAGIC = re.compile(r"(?P<indent>[ \t]*)(?:[%!]|\?{1,2}\w|[/;,][A-Za-z_])|[ \t]*%?[\w.*]+\?{1,2}[ \t]*$")
_ASSIGNED = re.compile(r"(?P<target>[ \t]*[\w.]+(?:[ \t]*,[ \t]*[\w.]+)*[ \t]*=[ \t]*)(?:!|%{1,2}[A-Za-z])")
_OF_CELL = re.compile(r"[ \t]*%%(\w+)")
_PYTHON = frozenset({"capture", "debug", "ipytest", "prun", "pypy", "python", "python3", "time", "timeit"})
"""Magics of a cell whose body is Python still."""
_SURROGATE = re.compile("[\ud800-\udfff]")


class Cell(NamedTuple):
    """A code cell: its number among all cells from 1, the first row of it in the text, and where that is in the file.

    `line` is the row of the file, `step` how many rows of the file one row of the cell takes: 1, or 0 if all of
    them stand in one. `column` is where the text of each row begins in that of the file, behind the quotation mark;
    0 if they do not all stand alike.
    """

    number: int
    first: int
    line: int
    step: int
    column: int


class _Source(NamedTuple):
    """The value of `source` in the file: its place, its text, and its masked text."""

    start: int
    end: int
    value: str | list[str]
    text: str
    masked: str


class Notebook(NamedTuple):
    """The text of all code cells, and what is needed to put another in its place."""

    text: str
    cells: tuple[Cell, ...]
    border: str
    sources: tuple[_Source, ...]
    raw: str


@lru_cache(maxsize=1)
def read_notebook(data: bytes) -> Notebook:
    """The Python in a notebook. Raises Unreadable."""
    try:
        raw = data.decode("utf-8-sig")
        found = list(_sources(raw))
    except UnicodeDecodeError:
        raise Unreadable("is no notebook: it is not UTF-8") from None
    except (ValueError, IndexError, RecursionError) as error:
        raise Unreadable(f"is no notebook: {error or type(error).__name__}") from None
    border = "# %%"
    while any(border in source.masked for _, source in found):
        border += "%"
    cells: list[Cell] = []
    row = 1
    for number, source in found:
        cells.append(Cell(number, row, *_lines_in_file(raw, source)))
        row += source.masked.count("\n") + 2
    text = f"\n{border}\n".join(source.masked for _, source in found)
    return Notebook(text, tuple(cells), border, tuple(source for _, source in found), raw)


def code_of(data: bytes) -> bytes:
    """The Python in a notebook as a file would hold it; the data itself if it is no notebook."""
    try:
        return read_notebook(data).text.encode("utf-8")
    except Unreadable:
        return data


def rewritten(data: bytes, text: str) -> bytes:
    """The notebook with another text: of the file only the sources of changed cells differ. Raises Unwritable."""
    notebook = read_notebook(data)
    if not notebook.sources:
        return data
    parts = f"\n{text}\n".split(f"\n{notebook.border}\n")
    parts = [parts[0][1:], *parts[1:]]
    parts[-1] = parts[-1][:-1]
    if len(parts) != len(notebook.sources):
        raise Unwritable("cannot be divided into its cells again")
    pieces: list[str] = []
    done = 0
    for source, part in zip(notebook.sources, parts, strict=True):
        if part != source.masked:
            pieces += [notebook.raw[done : source.start], _encoded(notebook.raw, source, _unmasked(source, part))]
            done = source.end
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    return mark + "".join([*pieces, notebook.raw[done:]]).encode("utf-8")


def _sources(raw: str) -> Iterator[tuple[int, _Source]]:
    """The code cells that hold Python, with their numbers from 1."""
    top = dict(_members(raw, _skip(raw, 0)))
    if not _is_python(_value(raw, top, "metadata")):
        return
    if "cells" not in top:
        return
    for number, start in enumerate(_elements(raw, top["cells"][0]), 1):
        cell = dict(_members(raw, start))
        if _value(raw, cell, "cell_type") != "code" or "source" not in cell:
            continue
        value = _value(raw, cell, "source")
        lines = value if isinstance(value, list) else [value]
        if not all(isinstance(line, str) for line in lines):
            raise ValueError("the source of a cell is neither a text nor a list of texts")
        text = _SURROGATE.sub("\ufffd", "".join(lines))
        clean = masked(text)
        if clean is not None:
            yield number, _Source(*cell["source"], value, text, clean)


def _is_python(metadata: Any) -> bool:
    """Whether a notebook says that its language is Python, or does not say it."""
    metadata = metadata if isinstance(metadata, dict) else {}
    for key, name in (("language_info", "name"), ("kernelspec", "language")):
        about = metadata.get(key)
        if isinstance(about, dict) and isinstance(about.get(name), str):
            return str(about[name]).lower() in ("python", "ipython")
    return True


def _value(raw: str, members: dict[str, tuple[int, int]], key: str) -> Any:
    return json.loads(raw[slice(*members[key])]) if key in members else None


def _members(raw: str, at: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """The keys of an object at a place, and where their values are. Raises ValueError."""
    for start in _elements(raw, at, "{}"):
        key, end = _scan(raw, start)
        colon = _skip(raw, end)
        if not isinstance(key, str) or raw[colon] != ":":
            raise ValueError("not JSON")
        begin = _skip(raw, colon + 1)
        yield key, (begin, _scan(raw, begin)[1])


def _elements(raw: str, at: int, brackets: str = "[]") -> Iterator[int]:
    """Where the elements of an array begin, or the keys of an object. Raises ValueError."""
    if raw[at] != brackets[0]:
        raise ValueError("not the JSON of a notebook")
    at = _skip(raw, at + 1)
    while raw[at] != brackets[1]:
        yield at
        _, at = _scan(raw, at)
        at = _skip(raw, at)
        if brackets == "{}":
            at = _skip(raw, at + 1)
            _, at = _scan(raw, at)
            at = _skip(raw, at)
        if raw[at] == ",":
            at = _skip(raw, at + 1)
        elif raw[at] != brackets[1]:
            raise ValueError("not JSON")


def _skip(raw: str, at: int) -> int:
    """The place of what comes next behind blanks."""
    found = _SPACE.match(raw, at)
    return found.end() if found else at


_DECODER = json.JSONDecoder()


def _scan(raw: str, at: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(raw, at)


def _lines_in_file(raw: str, source: _Source) -> tuple[int, int, int]:
    """The row of the file where a source begins, 1 if each of its lines has a row of its own, and their column."""
    start = source.start
    if isinstance(source.value, list) and source.value:
        start = next(iter(_elements(raw, source.start)))
    row = raw.count("\n", 0, start) + 1
    rows = raw.count("\n", start, source.end)
    apart = isinstance(source.value, list) and all(line.count("\n") <= 1 for line in source.value)
    step = int(apart and rows >= len(source.value) - 1 > 0)
    starts = list(_elements(raw, source.start)) if step or (apart and len(source.value) == 1) else []
    columns = {start - raw.rfind("\n", 0, start) + 1 for start in starts}
    return row, step, columns.pop() if len(columns) == 1 else 0


def masked(text: str) -> str | None:
    """The source of a cell as Python, with as many lines; None for a cell that is another language."""
    of_cell = _OF_CELL.match(text.lstrip("\n"))
    if of_cell and of_cell[1] not in _PYTHON:
        return None
    lines = text.split("\n")
    for first, last in _magics(text, lines):
        assigned = _ASSIGNED.match(lines[first])
        indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        new = f"{assigned['target']}get_ipython()" if assigned else f"{indent}pass" if indent else ""
        lines[first : last + 1] = [new, *[""] * (last - first)]
    return "\n".join(lines)


def _magics(text: str, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The first and the last row, from 0, of each command of IPython: only where a statement begins."""
    starts = [0, *accumulate(len(line) + 1 for line in lines)]
    row = 0
    while row < len(lines):
        if _MAGIC.match(lines[row]) or _ASSIGNED.match(lines[row]):
            last = row
            while lines[last].rstrip("\r").endswith("\\") and last + 1 < len(lines):
                last += 1
            yield row, last
            row = last + 1
        else:
            row += _rows(text, starts[row])


def _rows(text: str, at: int) -> int:
    """How many lines the statements take that begin at a place, up to the end of a line outside of brackets."""
    depth = rows = 0
    for piece in _PIECE.finditer(text, at):
        word = piece.group()
        rows += word.count("\n")
        depth += word in ("(", "[", "{")
        depth -= word in (")", "]", "}") and depth > 0
        if word == "\n" and not depth:
            return rows
    return rows + 1


def _unmasked(source: _Source, part: str) -> str:
    """A new masked text with the commands of IPython put back. Raises Unwritable."""
    from difflib import SequenceMatcher

    masked, lines, new = source.masked.split("\n"), source.text.split("\n"), part.split("\n")
    found: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, masked, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += lines[a:b]
        elif masked[a:b] != lines[a:b]:
            raise Unwritable("cannot be fixed beside a command of IPython")
        else:
            found += new[c:d]
    return "\n".join(found)


def _encoded(raw: str, source: _Source, text: str) -> str:
    """A source in JSON, in the style that it has in the file; lines that it had before are as they were."""
    escaped = raw.isascii() and "\\u" in raw

    def dumped(value: object) -> str:
        return json.dumps(value, ensure_ascii=escaped)

    if isinstance(source.value, str):
        return dumped(text)
    lines = text.splitlines(keepends=True) if "\n" not in text else [line for line in _kept(text) if line]
    starts = list(_elements(raw, source.start))
    literals = [raw[start : _scan(raw, start)[1]] for start in starts]
    known = dict(zip(source.value, literals, strict=True))
    if not starts:
        return dumped(lines)
    gap = raw[source.start + 1 : starts[0]]
    between = raw[starts[0] + len(literals[0]) : starts[1]] if len(starts) > 1 else f",{gap or ' '}"
    end = raw[starts[-1] + len(literals[-1]) : source.end]
    return f"[{gap}{between.join(known.get(line) or dumped(line) for line in lines)}{end}"


def _kept(text: str) -> list[str]:
    parts = text.split("\n")
    return [*(part + "\n" for part in parts[:-1]), parts[-1]]
