"""Where the imports of a module are, and where one more goes. Pure.

Only statements at the left margin count: what stands in a `try` or under `TYPE_CHECKING` may not be
there at run time, so it is neither relied on nor added to.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from resilint_rules.kit.findings import Import
from resilint_rules.kit.syntax.layout import even
from resilint_rules.kit.syntax.outline import logical_lines
from resilint_rules.kit.syntax.text import Document, Edit

_COMMENT = re.compile(r"[^\r\n]*")
_ANY_COMMENT = re.compile(r"#[^\r\n]*")
_BEHIND = re.compile(r"[ \t]*#[^\r\n]*\Z")
_IMPORT = re.compile(r"(?:import|from)\b(?!\s*=)")
_DUNDER = re.compile(r"__\w+__\s*(?::[^=]+)?=")
_FROM = re.compile(r"from\s*(\.*\s*[\w.]*)\s*import\b\s*(\(?)")
_NAME = re.compile(r"([\w.]+)(?:\s+as\s+(\w+))?")
_LONGEST_LINE = 88


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement at the left margin: offsets, without the comment behind it and the line's end."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """One import statement: `module` is "" for `import a, b`; `names` are (name, name it is bound to)."""

    place: Statement
    module: str
    names: tuple[tuple[str, str], ...]

    @property
    def section(self) -> int:
        """0: `__future__`, 1: the standard library, 2: others, 3: relative to this module."""
        module = self.module or self.names[0][0]
        return section_of(module)

    @property
    def order(self) -> tuple[bool, str]:
        """How import sorters order statements within a section."""
        return bool(self.module), (self.module or self.names[0][0]).lower()


def section_of(module: str) -> int:
    """The section that a module's import belongs to; see `Imported.section`."""
    if module == "__future__":
        return 0
    if module.startswith("."):
        return 3
    return 1 if module.partition(".")[0] in sys.stdlib_module_names else 2


def statements(text: str) -> Iterator[Statement]:
    """The statements at the left margin; a string keeps the comment behind it."""
    for start, stop in logical_lines(text, 0, len(text)):
        if start == 0 or text[start - 1] in "\r\n":
            line = text[start:stop].rstrip()
            if _IMPORT.match(line):
                line = _BEHIND.sub("", line)
            yield Statement(start, start + len(line), line)


def read_import(statement: Statement) -> list[Imported]:
    """What a statement imports; several entries where it is cut by semicolons, none if it is no import."""
    found: list[Imported] = []
    if not _IMPORT.match(statement.text):
        return found
    plain = re.sub(r"#[^\r\n]*|[()\\]", " ", statement.text)
    for chunk in plain.split(";"):
        words = " ".join(chunk.split())
        match = _FROM.match(words)
        if match:
            names = words[match.end() :]
        elif words.startswith("import "):
            names = words[len("import ") :]
        else:
            continue
        pairs = tuple((name, bound or name) for name, bound in _NAME.findall(names))
        if pairs or "*" in names:
            module = match.group(1).replace(" ", "") if match else ""
            found.append(Imported(statement, module, pairs or (("*", "*"),)))
    return found


@dataclass(frozen=True, slots=True)
class Head:
    """The top of a module: its docstring and imports, up to the first other statement.

    `later` are imports at the left margin further down.
    """

    docstring: Statement | None
    imports: tuple[Imported, ...]
    first_code: Statement | None
    later: tuple[Imported, ...]


@lru_cache(maxsize=8)
def head_of(text: str) -> Head:
    """Reads the top of a module; remembered, as each fix of a file asks again."""
    docstring: Statement | None = None
    first_code: Statement | None = None
    imports: list[Imported] = []
    later: list[Imported] = []
    for number, statement in enumerate(statements(text)):
        if number == 0 and statement.text.lstrip("rRuUbB")[:1] in ('"', "'"):
            docstring = statement
            continue
        read = read_import(statement)
        if first_code is not None:
            later.extend(read)
        elif read:
            imports.extend(read)
        elif not _DUNDER.match(statement.text):  # `__all__` stands above the imports
            first_code = statement
    return Head(docstring, tuple(imports), first_code, tuple(later))


def has(head: Head, wanted: Import, before: int) -> bool:
    """Whether the module imports this at its top, or at the left margin before an offset."""
    for imported in (*head.imports, *(late for late in head.later if late.place.start < before)):
        if wanted.name:
            if imported.module == wanted.module and (wanted.name, wanted.name) in imported.names:
                return True
        elif not imported.module and any(
            name == bound and (name + ".").startswith(wanted.module + ".") for name, bound in imported.names
        ):
            return True
    return False


def edits_for(text: str, wanted: Iterable[tuple[Import, int]]) -> list[Edit]:
    """The edits that import what is wanted; each comes with the offset from which it is needed."""
    newline = Document(text).newline
    text = even(text)
    head = head_of(text)
    missing = sorted({item for item, before in wanted if not has(head, item, before)}, key=_key)
    modules: dict[str, list[str]] = {}
    plain: list[str] = []
    for candidate in missing:
        if candidate.name:
            modules.setdefault(candidate.module, []).append(candidate.name)
        else:
            plain.append(candidate.module)
    lines = [(section_of(module), (False, module.lower()), f"import {module}") for module in plain]
    edits: list[Edit] = []
    for module, names in modules.items():
        added = _extend(text, head, module, names, newline)
        if added is not None:
            edits.append(added)
        else:
            order = (True, module.lower())
            lines.append((section_of(module), order, f"from {module} import {', '.join(names)}"))
    return sorted([*edits, *_place(text, head, sorted(lines), newline)])


def _key(wanted: Import) -> tuple[str, str]:
    return wanted.module, wanted.name


def _extend(text: str, head: Head, module: str, names: list[str], newline: str) -> Edit | None:
    """Adds names to a `from module import ...` that has room for them; None if there is none."""
    for found in head.imports:
        place = found.place
        match = _FROM.match(place.text)
        if match is None or found.module != module or ("*", "*") in found.names or not _has_room(place, match, names):
            continue
        plain = _ANY_COMMENT.sub(lambda comment: " " * len(comment.group()), place.text)
        spots = [(name.group(1), place.start + name.end()) for name in _NAME.finditer(plain, match.end())]
        have = [name for name, _ in spots]
        in_order = have == sorted(have) and len(names) == 1
        if in_order and names[0] < have[0]:
            first = spots[0][1] - len(_last_name(plain[match.end() : spots[0][1] - place.start]))
            return Edit(first, first, f"{names[0]},{_gap(text, first, newline)}")
        at = [end for name, end in spots if not in_order or name <= names[0]][-1]
        alone = _gap(text, at - len(_last_name(plain[: at - place.start])), newline)
        return Edit(at, at, "".join(f",{alone}{name}" for name in names))
    return None


def _last_name(text: str) -> str:
    """The name that a text ends with, with what it is renamed from."""
    found = [match for match in _NAME.finditer(text) if match.end() == len(text)]
    return found[-1].group() if found else ""


def _gap(text: str, start: int, newline: str) -> str:
    """What goes between a name that is added and one at an offset: a line break if that begins its line."""
    indent = text[text.rfind("\n", 0, start) + 1 : start]
    return newline + indent if indent and not indent.strip() else " "


def _has_room(place: Statement, match: re.Match[str], names: list[str]) -> bool:
    """Whether names can be added to an import: it stands alone, in brackets or on a line that stays short enough."""
    if ";" in place.text:
        return False
    line = re.sub(r"\s+", " ", place.text)
    return bool(match.group(2)) or len(line) + len(", ".join(("", *names))) <= _LONGEST_LINE


_Line = tuple[int, tuple[bool, str], str]


def _place(text: str, head: Head, lines: list[_Line], newline: str) -> Iterator[Edit]:
    """Puts each new line into the first block of its section, or starts a block."""
    together: dict[int, list[str]] = {}
    new_blocks: dict[int, list[str]] = {}
    for section, order, line in lines:
        block = _first_block(text, [imported for imported in head.imports if imported.section == section])
        if not block:
            new_blocks.setdefault(section, []).append(line)
            continue
        above = [candidate for candidate in block if candidate.order <= order]
        if above:
            at = above[-1].place.end
            at += len(_rest_of_line(text, at))
            together.setdefault(at, []).append(newline + line)
        else:
            together.setdefault(block[0].place.start, []).append(line + newline)
    for at, parts in together.items():
        yield Edit(at, at, "".join(parts))
    for section, parts in new_blocks.items():
        yield _new_block(text, head, section, newline.join(parts), newline)


def _rest_of_line(text: str, at: int) -> str:
    return _COMMENT.match(text, at).group()  # type: ignore[union-attr]


def _first_block(text: str, imports: list[Imported]) -> list[Imported]:
    """The imports of a section that stand together without a blank line or a comment between."""
    block: list[Imported] = []
    for imported in imports:
        if block:
            end = block[-1].place.end
            between = text[end + len(_rest_of_line(text, end)) : imported.place.start]
            if imported.place != block[-1].place and between not in ("\r\n", "\n", "\r"):
                break
        block.append(imported)
    return block


def _new_block(text: str, head: Head, section: int, lines: str, newline: str) -> Edit:
    """A first import of its section: below the earlier sections, or above the later ones."""
    earlier = [imported.place for imported in head.imports if imported.section < section]
    later = [imported.place for imported in head.imports if imported.section > section]
    if later and not earlier and not _comment_above(text, later[0].start):
        return Edit(later[0].start, later[0].start, lines + newline * 2)
    above = max((*earlier, *([head.docstring] if head.docstring else ())), key=lambda place: place.end, default=None)
    if above is None and later:
        above = max(later, key=lambda place: place.end)  # a heading over the first import stays with it
    if above is not None:
        at = above.end + len(_rest_of_line(text, above.end))
        following = text[at:].removeprefix(newline)[:1]
        gap = newline if following not in ("", "\r", "\n") else ""
        return Edit(at, at, newline * 2 + lines + gap)
    at = _top(text, head)
    if head.first_code is None:
        return Edit(at, at, lines + newline)
    blocks = re.match(r"(?:async\s+def|def|class|@)", head.first_code.text)
    return Edit(at, at, lines + newline * (3 if blocks else 2))


def _comment_above(text: str, at: int) -> bool:
    before = text[:at].rstrip("\r\n")
    return text[len(before) : at].count("\n") == 1 and before.rpartition("\n")[2].lstrip().startswith("#")


def _top(text: str, head: Head) -> int:
    """Where a first import goes in a module with neither docstring nor imports: below a licence."""
    doc = Document(text)
    if head.first_code is None:
        return len(text) if not text or text[-1] in "\r\n" else doc.starts[-1]
    row = first = doc.position(head.first_code.start)[0]
    while row > 1 and doc.line(row - 1).startswith("#"):
        row -= 1
    return doc.starts[first - 1] if row == 1 else doc.starts[row - 1]
