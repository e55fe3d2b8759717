"""A rule's page: the prose and the examples that stand in the docstring of the rule's file.

The page is read from the source, never from `__doc__`, so that `python -OO` does not empty it and no
rule has to be imported to be read about. Its form:

- the first line is the summary;
- a fence ```` ```python bad ````, ```` ```python fixed ```` or ```` ```python good ```` is an example, and may name its
  file: ```` ```python bad shop/api.py ````; files of one kind that follow each other, each with a name of its own,
  are one case;
- `fixed` is what becomes of the case before it, to the byte: the first one by the preferred fix of
  every finding, the next one by the second fix, and so on;
- a line `versions: redis==7.4` pins versions for the examples after it, up to the next prose;
- a comment `# finds: NAME` at the end of a line, or `# misses: NAME - reason`, says what is expected
  there; it is no part of the example's code.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["bad", "fixed", "good"]

_LEAD = re.compile(
    r"""(?:[ \t\f]*(?:\#[^\n]*)?\n)*"""  # a shebang, a coding line, comments, blank lines
    r"""(?P<literal>(?P<prefix>[rRuU]?)(?P<quotes>\"{3}|'{3})(?P<body>(?:\\.|(?!(?P=quotes))[^\\])*)(?P=quotes))""",
    re.DOTALL,
)
_OPEN = re.compile(r"```python (?P<kind>\w+)(?: +(?P<file>\S+))?\s*")
_PINS = re.compile(r"versions:\s*(?P<pins>\S.*)")
_MARK = re.compile(
    r"[ \t]*\#[ ]?(?P<word>finds|misses):[ ]*(?P<names>[a-z][a-z0-9-]*(?:,[ ]*[a-z][a-z0-9-]*)*)"
    r"(?:[ ]+-[ ]+(?P<reason>[^\r\n]*?))?[ \t]*(?=\r|\n|\Z)",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is expected on a one-based row: that a rule finds it, or that it misses it for a reason."""

    row: int
    word: Literal["finds", "misses"]
    rule: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """One fence. `code` ends with a newline and is without its marks; `file` is "" when it names none."""

    kind: Kind
    file: str
    code: str
    pins: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Files that are checked together, and what each round of fixes makes of them."""

    kind: Kind
    files: tuple[Example, ...]
    fixed: tuple[Example, ...]

    @property
    def pins(self) -> tuple[str, ...]:
        """The versions the case holds for, as `name==version`."""
        return self.files[0].pins


@dataclass(frozen=True, slots=True)
class Page:
    """A page in its order: `blocks` are paragraphs of prose (as written) and examples."""

    summary: str
    blocks: tuple[str | Example, ...]

    @property
    def examples(self) -> tuple[Example, ...]:
        """All examples, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Example))

    @property
    def prose(self) -> str:
        """All that is said around the examples, paragraphs set apart by blank lines."""
        return "\n\n".join(block for block in self.blocks if isinstance(block, str))

    @property
    def why(self) -> str:
        """What is said before the first example: the failure that the rule prevents."""
        said: list[str] = []
        for block in self.blocks:
            if isinstance(block, Example):
                break
            said.append(block)
        return "\n\n".join(said)

    @property
    def cases(self) -> tuple[Case, ...]:
        """The examples as they are checked: each bad or good one with its files and fixed texts."""
        cases: list[Case] = []
        for example in self.examples:
            if example.kind == "fixed":
                last = cases[-1]
                cases[-1] = Case(last.kind, last.files, (*last.fixed, example))
            elif cases and _belongs(example, cases[-1]):
                last = cases[-1]
                cases[-1] = Case(last.kind, (*last.files, example), ())
            else:
                cases.append(Case(example.kind, (example,), ()))
        return tuple(cases)


def _belongs(example: Example, case: Case) -> bool:
    """Whether an example is one more file of the case: same kind, and a name that is not there yet."""
    names = [file.file for file in case.files]
    alike = example.kind == case.kind and not case.fixed and example.pins in {(), case.pins}
    return alike and bool(example.file) and "" not in names and example.file not in names


def read_docstring(source: str) -> str:
    """The docstring of a module, from its text; "" if it has none."""
    found = _LEAD.match(source)
    if not found:
        return ""
    if found["prefix"] in "rR" and found["prefix"]:
        return found["body"]
    return cast("str", ast.literal_eval(found["literal"]))


def read_marks(code: str) -> tuple[str, tuple[Mark, ...]]:
    """The code without its marks, and the marks. Line ends stay as they are."""
    marks: list[Mark] = []
    for found in _MARK.finditer(code):
        row = code.count("\n", 0, found.start()) + 1
        word = cast('Literal["finds", "misses"]', found["word"])
        names = found["names"].split(",")
        marks.extend(Mark(row, word, name.strip(), found["reason"] or "") for name in names)
    return _MARK.sub("", code), tuple(marks)


def parse(source: str) -> Page:
    """Reads the page in a rule module's source text. Raises ValueError as `parse_docstring` does."""
    return parse_docstring(read_docstring(source.replace("\r\n", "\n")))


def parse_docstring(text: str) -> Page:
    """Reads a page from its own text, as `registry.page` gives it.

    Raises ValueError, with the line of the docstring, for a fence of an unknown kind, one that never
    ends, or a `fixed` that follows nothing.
    """
    lines = text.strip().split("\n")
    blocks: list[str | Example] = []
    prose: list[str] = []
    pins: tuple[str, ...] = ()
    row = 1
    while row < len(lines):
        line = lines[row]
        row += 1
        if line.startswith("```"):
            end = next((at for at in range(row, len(lines)) if lines[at].rstrip() == "```"), None)
            if end is None:
                raise ValueError(f"line {row} of the docstring opens a fence that never ends: {line}")
            opened = _OPEN.fullmatch(line)
            if opened:
                _end_paragraph(blocks, prose)
                blocks.append(_read_example(opened, lines[row:end], pins, row))
            else:
                prose.extend(lines[row - 1 : end + 1])
            row = end + 1
        elif pinned := _PINS.fullmatch(line):
            _end_paragraph(blocks, prose)
            pins = tuple(pin.strip(",") for pin in pinned["pins"].split())
        elif line.strip():
            prose.append(line)
            pins = ()
        else:
            _end_paragraph(blocks, prose)
    _end_paragraph(blocks, prose)
    page = Page(lines[0].strip(), tuple(blocks))
    if page.examples and page.examples[0].kind == "fixed":
        raise ValueError("the docstring's first example is a `fixed`; it must follow the example that it fixes")
    return page


def _end_paragraph(blocks: list[str | Example], prose: list[str]) -> None:
    if prose:
        blocks.append("\n".join(prose))
        prose.clear()


def _read_example(opened: re.Match[str], lines: list[str], pins: tuple[str, ...], row: int) -> Example:
    kind = opened["kind"]
    if kind not in ("bad", "fixed", "good"):
        raise ValueError(f"line {row} of the docstring: an example is bad, fixed or good, not `{kind}`")
    code, marks = read_marks("".join(line + "\n" for line in lines))
    return Example(cast("Kind", kind), opened["file"] or "", code, pins, marks)
