"""Runs the pages of this folder: Python fences whose comments state what the interpreter derives.

A page is Markdown: the first line is its title, prose explains each case. A fence ```` ```python ```` is one case;
fences that name their files (```` ```python shop/api.py ````) form one case until a name occurs again. A line
`versions: redis==7.4` pins versions for the fences below it. Comments at the end of a line:

- `x  # is: Const(1) | Unknown`: the abstract value of the expression statement, alternatives in any order;
- `x  # events: set verify, call mount`: what happened to the client, in the whole case; `none` if nothing did;
- `x  # uses: status_code, json`: the attributes read from the response, in the whole case;
- `f(x)  # calls: requests.get`: the catalogued calls that start on the line, by qualified name, or with their
  arguments: `requests.get(Unknown, timeout: Const(5))`, where `*` and `**` stand for what a spread may hold;
- `x  # unreachable`: the interpreter skips the expression statement.

Values are compared by type and value: `Const(1)` is not `Const(True)`. `Unknown` matches any reason, and
`Unknown(a spread may hold it)` that one. Lines are those of the fence; another file is named: `made at api.py:3`.
All that depends on the interpreter's own interface stands in `observe` and `render`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, NamedTuple
from unittest.mock import patch

import libcst as cst

from resilint_rules.kit.interp import values
from resilint_rules.kit.interp.context import Context
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.interp.statements import TABLE as STATEMENTS
from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.rule_page import Case, parse_docstring
from resilint_rules.kit.syntax.access_path import Attr, Called, Item, Path
from resilint_rules.kit.syntax.text import Document
from resilint_rules.kit.syntax.tree import walk

UNNAMED = "example.py"
_WORDS = "is|events|uses|calls|unreachable"
_COMMENT = re.compile(rf"[ \t]*# (?P<word>{_WORDS})\b:?[ ]*(?P<stated>.*?)[ ]*(?=# (?:{_WORDS})\b|$)")
_FENCE = re.compile(r"^```python(?=\s)", re.MULTILINE)
_TOKEN = re.compile(r""" *[\w.-]+:(?= )|(?:b?'(?:\\.|[^'\\])*'|b?"(?:\\.|[^"\\])*"|[^()|,'"])+|[()|,]""")


class Expected(NamedTuple):
    """What a comment states: the line of the page, the file and row of the case, and the code on the line."""

    line: int
    file: str
    row: int
    word: str
    stated: str
    code: str


@dataclass
class RevealCase:
    """Files that belong together, without their comments, and what the comments state."""

    line: int
    texts: dict[str, str]
    pins: dict[str, str]
    expected: list[Expected] = field(default_factory=list)


def read_page(text: str) -> Iterator[RevealCase]:
    """The cases of a page, in order. Raises ValueError for a fence that never ends."""
    page = parse_docstring(_FENCE.sub("```python good", text))
    at = 0
    for case in page.cases:
        found = RevealCase(0, {}, _pins(case))
        for example in case.files:
            at = text.index(f"\n{example.code}```", at) + 1
            first = text.count("\n", 0, at) + 1
            found.line = found.line or first
            name, lines = example.file or UNNAMED, example.code.split("\n")
            for row, line in enumerate(lines, 1):
                code = _COMMENT.sub("", line)
                for mark in _COMMENT.finditer(line):
                    found.expected.append(
                        Expected(first + row - 1, name, row, mark["word"], mark["stated"], code.strip())
                    )
                lines[row - 1] = code
            found.texts[name] = "\n".join(lines)
        yield found


def _pins(case: Case) -> dict[str, str]:
    pins = (re.fullmatch(r"([\w.-]+)([=<>!~].+)", pin) for pin in case.pins)
    return {pin[1]: pin[2] for pin in pins if pin is not None}


class Seen(NamedTuple):
    """A value, and how it is written at its statement, without and with reasons: later statements may change it."""

    value: values.Value
    plain: str
    reasoned: str


class Observed(NamedTuple):
    """What the interpreter derived for a file, by row; `statements` are the rows with an expression statement."""

    doc: Document
    values: dict[int, Seen]
    visited: set[int]
    statements: set[int]
    calls: dict[int, list[Any]]


def observe(case: RevealCase) -> Iterator[Observed]:
    """Interprets the files of a case that have comments, as a check does: one document after the other."""
    texts = case.texts
    for name in dict.fromkeys(mark.file for mark in case.expected):
        project = Project(
            read=lambda file: texts[file].encode() if file in texts else None,
            pins=case.pins,
            exists=lambda file: any(known == file or known.startswith(file + "/") for known in texts),
        )
        stated = {mark.row for mark in case.expected if mark.file == name and mark.word in ("is", "events", "uses")}
        yield _observe(Document(texts[name], name, module_name(name), "source"), project, stated)


def _observe(doc: Document, project: Project, stated: set[int]) -> Observed:
    """Interprets every function and statement of a document; values are kept for the rows of `stated`."""
    module = Module(doc)
    scope = Session(project).scope(module)
    scope.known = relevant(module, project.derived(Exports)).summary
    seen: dict[Any, dict[int, Seen | None]] = {}
    run_expression = STATEMENTS[cst.Expr]

    def record(ctx: Context, node: cst.Expr) -> None:
        row = _row(ctx.frame, node)
        rows = seen.setdefault(ctx.frame, {})
        rows[row] = None
        if row in stated and ctx.frame.scope is scope:
            value = ctx.value(node.value)  # the last round of a loop is the one that counts
            rows[row] = Seen(value, render(value, doc), render(value, doc, reasons=True))
        else:
            run_expression(ctx, node)

    with patch.dict(STATEMENTS, {cst.Expr: record}):
        frames = [scope.own_frame(function) for function in module.all_functions()]
        statements = [*module.statements, *(chunk for cls in module.all_classes() for chunk in cls.statements)]
        frames += [scope.statement(chunk) for chunk in statements]
    found = Observed(doc, {}, set(), set(), {})
    for outermost in frames:
        assert outermost is not None, f"a part of {doc.name} cannot be parsed"
        for node in (node for statement in outermost.tree.body for node in walk(statement)):
            if isinstance(node, cst.Expr):
                found.statements.add(_row(outermost, node))
            elif isinstance(node, cst.Call):
                found.calls.setdefault(_row(outermost, node), [])
        for frame in outermost.all_frames():
            found.visited.update(seen.get(frame, ()))
            found.values.update({row: value for row, value in seen.get(frame, {}).items() if value is not None})
            for call in frame.calls.values():
                found.calls[_row(frame, call.node)].append(call)
    return found


def _row(frame: Any, node: cst.CSTNode) -> int:
    return frame.scope.module.doc.position(frame.tree.span(node).start)[0]


def render(value: values.Value, doc: Document, *, reasons: bool = False) -> str:
    """A value as the comments write it; `doc` is the file whose lines need no file name."""

    def show(inner: values.Value) -> str:
        return render(inner, doc, reasons=reasons)

    if isinstance(value, values.OneOf):
        return " | ".join(map(show, value.options))
    parts = _client_parts(value, doc)
    if parts is None:
        parts = _code_parts(value, doc)
    if parts is None:
        parts = _literal_parts(value, show, reasons)
    name = type(value).__name__
    parts = [part for part in parts if part]
    return f"{name}({', '.join(parts)})" if parts or name in ("Sequence", "Mapping") else name


def _where(call: Any, doc: Document) -> str:
    other = call.frame.scope.module.doc
    return f"{'' if other.name == doc.name else other.name + ':'}{_row(call.frame, call.node)}"


def _client_parts(value: values.Value, doc: Document) -> list[str] | None:
    """What is written of a client and of what it gives; None for other values."""
    match value:
        case values.Instance():
            made = f"made at {_where(value.made, doc)}" if value.made is not None else value.origin
            base = f"subclass {value.subclass.qualname}" if value.subclass is not None else ""
            return [value.type, made, base, "escaped" if value.escaped else ""]
        case values.Method():
            return [value.owner.type, value.name]
        case values.Response():
            escaped = f"escaped: {value.escaped}" if value.escaped else ""
            return [value.type, f"call at {_where(value.call, doc)}", escaped]
        case values.Derived():
            source = f"response at {_where(value.source.call, doc)}" if value.source is not None else ""
            return [_path(value.path), source]
    return None


def _code_parts(value: values.Value, doc: Document) -> list[str] | None:
    """What is written of something that is defined somewhere; None for other values."""

    def within(module: Module, name: str) -> str:
        return name if module.doc.name == doc.name else f"{module.doc.module}.{name}"

    match value:
        case values.DeferredReturn():
            return [value.function.chunk.qualname] if value.function is not None else []
        case values.Function() | values.Class():
            return [within(value.module, value.chunk.qualname)]
        case values.Object():
            return [within(value.cls.module, value.cls.chunk.qualname)]
        case values.ProjectModule():
            return [value.module.doc.module]
        case values.Change() | values.Ref() | values.Nested():
            return [value.name]
    return None


def _literal_parts(value: values.Value, show: Callable[[values.Value], str], reasons: bool) -> list[str]:
    """What is written of constants, containers and wrappers of other values."""
    match value:
        case values.Unknown():
            return [value.why] if reasons and value.why else []
        case values.Const():
            return [repr(value.value), "soft" if value.soft else "", f"named {value.name}" if value.name else ""]
        case values.Sequence():
            return [show(member) for member in value.members]
        case values.Mapping():
            items = [f"{key}: {show(inner)}" for key, (inner, _) in value.items.items()]
            return [
                *items,
                "open" if value.open else "",
                f"written in {value.returned_by}" if value.returned_by else "",
            ]
        case values.Pending():
            return [show(value.value)]
        case values.Partial():
            bound = value.call.args
            given = [show(argument.value) for argument in bound.positional[1:]]
            named = [f"{key}: {show(argument.value)}" for key, argument in bound.named.items()]
            return [show(value.target), *given, *named]
    raise TypeError(f"no notation for {type(value).__name__}")


def _path(path: Path) -> str:
    text = path.base
    for step in path.steps:
        match step:
            case Attr():
                text += f".{step.name}"
            case Item():
                text += f"[{'' if step.key is None else step.key}]"
            case Called() if step.converted is not None:
                text += f"({_path(step.converted)})"
            case Called():
                text += "()"
    return text


def _arguments(call: Any, doc: Document) -> str:
    args = call.args
    parts = [render(given.value, doc) for given in args.positional] + ["*"] * args.open_positions
    parts += [f"{name}: {render(given.value, doc)}" for name, given in args.named.items()] + ["**"] * args.open_names
    return f"({', '.join(parts)})"


def mismatches(case: RevealCase) -> list[str]:
    """What a case states wrongly: line of the page, code, expected and actual value."""
    found: list[str] = []
    for seen in observe(case):
        for mark in (mark for mark in case.expected if mark.file == seen.doc.name):
            actual = _actual(mark, seen)
            if _normal(mark.stated) != _normal(actual):
                stated = mark.stated or mark.word
                found.append(f"{mark.line}: {mark.code}\n    expected {mark.word}: {stated}\n    actual: {actual}")
    return found


def _actual(mark: Expected, seen: Observed) -> str:
    if mark.word == "calls":
        if mark.row not in seen.calls:
            return "no call starts on this line"
        named = [
            call.callee + (_arguments(call, seen.doc) if "(" in mark.stated else "") for call in seen.calls[mark.row]
        ]
        return ", ".join(named) or "none"
    if mark.row not in seen.statements:
        return "no expression statement starts on this line"
    if mark.row not in seen.visited:
        return "" if mark.word == "unreachable" else "unreachable"
    if mark.word == "unreachable":
        return "reachable"
    value, plain, reasoned = seen.values[mark.row]
    if mark.word == "is":
        return reasoned if "Unknown(" in mark.stated else plain
    if mark.word == "events" and isinstance(value, values.Instance):
        return ", ".join(f"{event.kind.name.lower()} {event.name}" for event in value.events) or "none"
    if mark.word == "uses" and isinstance(value, values.Response):
        return ", ".join(name for name, _ in value.uses) or "none"
    return f"not an object with {mark.word}: {plain}"


def _normal(text: str) -> list[Any]:
    """A statement as nested lists in which the order of alternatives does not count."""
    tokens = _TOKEN.findall(text)

    def arguments() -> list[Any]:
        found: list[Any] = []
        alternatives: list[Any] = []
        part: list[Any] = []
        while tokens:
            token = tokens.pop(0).strip()
            if token == "(":
                part.append(arguments())
            elif token in ("|", ",", ")"):
                alternatives.append(part)
                part = []
                if token != "|":
                    found.append(sorted(alternatives, key=repr))
                    alternatives = []
                if token == ")":
                    return found
            elif token.endswith(":"):
                found.append(token)
            elif token:
                part.append(token)
        return [*found, sorted([*alternatives, part], key=repr)]

    return arguments()


def pages(folder: FilePath) -> Mapping[str, RevealCase]:
    """The cases of all pages of a folder, by page and line."""
    found = ((path.name, case) for path in sorted(folder.glob("*.md")) for case in read_page(path.read_text("utf-8")))
    return {f"{name}:{case.line}": case for name, case in found}
