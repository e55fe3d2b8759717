"""Twice the code costs at most twice the work, for every rule and every way in which code grows.

The code is made of each rule's own `bad` example. Work is counted, not timed: the lines of Python that a check runs
through, the rounds of comprehensions among them. The count is the same on every machine, so that a small part that
grows with the square is seen in small texts already; `tests/bench/doubling.py` measures time.

A usual run tries one way for each rule, drawn by the rule's name; `RESILINT_DOUBLING=all` tries every way for each.
"""

from __future__ import annotations

import ast
import io
import os
import sys
import textwrap
import tokenize
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import FrameType
from typing import Any

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fs import files
from resilint_rules import registry
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.rule_page import parse_docstring
from resilint_rules.kit.syntax.text import Document

RULES = sorted(registry.rules().values(), key=lambda rule: rule.code)
"""As in `test_rules.py`, from whose examples the texts are made."""


SIZE = 16
"""How often the example is repeated."""
WORST = 2.01
"""How many times as many lines twice the example may run through. It is exact, and what is loaded only once is not in
it. What a check does once for a module makes it less than 2: a part of the work that grows with the square is seen
where it is a thirtieth of the rest."""
FEWER = {
    ("retry-after-as-number", "calls"), ("retry-loop-falls-through", "calls"), ("enqueue-in-transaction", "methods"),
    ("waiting-for-task", "methods"), ("producer-never-flushed", "calls"),
    ("subscribed-once", "calls"), ("redelivered-before-due", "methods"), ("breaker-per-call", "calls"),
    ("unbounded-fan-out", "methods"), ("unbounded-fan-out", "calls"), ("happy-path-only", "functions"),
    ("happy-path-only", "methods"), ("happy-path-only", "calls"), ("latency-over-budget", "methods"),
    ("latency-over-budget", "calls"), ("client-shared-by-threads", "calls"), ("body-shape-unchecked", "calls"),
    ("llm-output-parsed-unguarded", "calls"),
}  # fmt: skip
"""Where the copies are one finding, as they read one name, or a function can fall through its last loop alone; and
where they are none: a method is not called by its name alone, a name that is given twice is not followed, and without
its decorator nothing answers requests."""
STILL_MORE = {("client-shared-by-threads", "calls"): 2.04}
"""Where a function inside another may read all that a name is given, which the copies share: these may only become
fewer."""
OURS = "resilint"


@dataclass(frozen=True, slots=True)
class Parts:
    """An example in parts: what stands once in a module, and what can be repeated in it."""

    rule: Rule
    imports: str
    body: str
    name: str
    findings: int
    """How often the rule finds something in it."""

    @property
    def names(self) -> frozenset[str]:
        """The names that the body binds at module level."""
        return frozenset(_bound(ast.parse(self.body)))


def _bound(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        else:
            yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name) and type(part.ctx) is ast.Store)


@cache
def parts_of(rule: Rule) -> Parts:
    """The first `bad` example of a rule's page that is one file with a finding of the rule."""
    for case in parse_docstring(registry.page(rule)).cases:
        example = case.files[0]
        if case.kind == "bad" and len(case.files) == 1 and any(mark.rule == rule.name for mark in example.marks):
            lines = example.code.splitlines(keepends=True)
            tree = ast.parse(example.code)
            rows: set[int] = set()
            for node in tree.body:
                if isinstance(node, (ast.Import, ast.ImportFrom)):
                    rows.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            imports = "".join(line for row, line in enumerate(lines, 1) if row in rows)
            body = "".join(line for row, line in enumerate(lines, 1) if row not in rows)
            findings = sum(mark.rule == rule.name for mark in example.marks)
            return Parts(rule, imports, body.strip("\n") + "\n", example.file, findings)
    raise AssertionError(f"the page of {rule.name} has no bad example of one file")


def renamed(text: str, names: frozenset[str], number: int) -> str:
    """The text with a number behind some names; attributes and keywords of calls stay."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    lines = text.splitlines(keepends=True)
    depth = 0
    found: list[tuple[int, int]] = []
    for before, token, after in zip([tokens[0], *tokens], tokens, [*tokens[1:], tokens[-1]]):  # noqa: B905
        if token.string in ("(", "[", "{"):
            depth += 1
        elif token.string in (")", "]", "}"):
            depth -= 1
        elif token.type == tokenize.NAME and token.string in names and before.string != ".":
            if not (depth and after.string == "="):
                found.append((token.end[0] - 1, token.end[1]))
    for row, column in reversed(found):
        lines[row] = f"{lines[row][:column]}_{number}{lines[row][column:]}"
    return "".join(lines)


def functions(parts: Parts, count: int) -> dict[str, str]:
    """The example again and again in one module."""
    return {_file(parts): parts.imports + "".join(renamed(parts.body, parts.names, i) for i in range(count))}


def _file(parts: Parts, name: str = "example.py") -> str:
    return parts.name or name


def _segments(parts: Parts, number: int) -> Iterator[tuple[ast.stmt, str]]:
    """The statements of one copy with their texts, decorators and comments included."""
    text = renamed(parts.body, parts.names, number)
    lines = text.splitlines(keepends=True)
    last = 0
    for node in ast.parse(text).body:
        yield node, "".join(lines[last : node.end_lineno])
        last = node.end_lineno or last


def methods(parts: Parts, count: int) -> dict[str, str]:
    """The functions, or what stands outside of them, as methods of one class; classes as classes in it."""
    outside, inside = [], []
    for number in range(count):
        loose = []
        for node, text in _segments(parts, number):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                head, bracket, rest = text.partition(f"{node.name}(")
                inside.append(f"{head}{bracket}self{'' if rest.startswith(')') else ', '}{rest}")
            elif isinstance(node, ast.ClassDef):
                inside.append(text)
            elif any(isinstance(part, ast.Call) for part in ast.walk(node)) and not isinstance(node, ast.Assign):
                loose.append(text)
            else:
                outside.append(text)
        if loose:
            inside.append(f"def loose_{number}(self):\n" + textwrap.indent("".join(loose), "    "))
    body = textwrap.indent("".join(inside), "    ") or "    pass\n"
    return {_file(parts): f"{parts.imports}{''.join(outside)}class Service:\n{body}"}


def calls(parts: Parts, count: int) -> dict[str, str]:
    """The bodies of the functions again and again in one function, each under a condition."""
    outside: list[str] = []
    inside: list[str] = []
    is_async = False
    parameters: dict[str, None] = {}
    for number in range(count):
        for node, text in _segments(parts, number):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.decorator_list:
                is_async |= isinstance(node, ast.AsyncFunctionDef)
                parameters.update(dict.fromkeys(arg.arg for arg in node.args.args))
                first = node.body[0].lineno
                lines = text.splitlines(keepends=True)
                offset = (node.end_lineno or 0) - len(lines)
                block = textwrap.dedent("".join(lines[first - offset - 1 :]))
                inside.append(f"if flag > {number}:\n" + textwrap.indent(block, "    "))
            elif isinstance(node, (ast.Assign, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                outside.append(text)
            else:
                inside.append(f"if flag > {number}:\n" + textwrap.indent(text, "    "))
    head = f"{'async ' if is_async else ''}def run({', '.join([*parameters, 'flag'])}):\n"
    body = textwrap.indent("".join(inside), "    ") or "    pass\n"
    return {_file(parts): parts.imports + "".join(outside) + head + body}


def modules(parts: Parts, count: int) -> dict[str, str]:
    """Modules with the example, each of which imports what the one before it has."""
    stem, _, ext = _file(parts).rpartition(".")
    package = module_name(f"{stem}.{ext}").rpartition(".")[0]
    texts = {}
    for number in range(count):
        head = ""
        if number:
            names = ", ".join(sorted(f"{name}_{number - 1}" for name in parts.names)) or "*"
            place = f"{package}." if package else ""
            head = f"from {place}{stem.rpartition('/')[2]}_{number - 1} import {names}\n"
        text = parts.imports + head + renamed(parts.body, parts.names, number)
        texts[f"{stem}_{number}.{ext}"] = text
    return texts


SHAPES: dict[str, Callable[[Parts, int], dict[str, str]]] = {
    "functions": functions,
    "methods": methods,
    "calls": calls,
    "modules": modules,
}


def run(rule: Rule, texts: dict[str, str]) -> int:
    """Checks all files of a project; returns the number of findings of the rule."""
    settings = Settings(select=("ALL",), preview=True)
    folders = {name[:at] for name in texts for at, sign in enumerate(name) if sign == "/"}
    project = Project(
        read=lambda name: texts[name].encode() if name in texts else None,
        exists=lambda name: name in texts or name in folders,
    )
    found = 0
    for name, text in texts.items():
        kind = "test" if rule.tests else files.kind(name)
        report = check(Document(text, name, module_name(name), kind), project, settings)
        found += sum(finding.rule == rule.name for finding in report.findings)
    return found


def count_lines(action: Callable[[], int], ours: str) -> tuple[int, int]:
    """The lines that an action runs through in modules with a part of this name, and its result."""
    count = 0

    def on_line(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return on_line

    def on_call(frame: FrameType, event: str, argument: Any) -> Any:
        return on_line if ours in frame.f_globals.get("__name__", "") else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        result = action()
    finally:
        sys.settrace(before)
    return count, result


def tried() -> list[tuple[Rule, str]]:
    """The rules with the ways in which their examples grow in this run."""
    if os.environ.get("RESILINT_DOUBLING") == "all":
        return [(rule, shape) for rule in RULES for shape in SHAPES]
    shapes = list(SHAPES)
    return [(rule, shapes[zlib.crc32(rule.name.encode()) % len(shapes)]) for rule in RULES]


@pytest.mark.parametrize(("rule", "shape"), tried(), ids=[f"{rule.name}-{shape}" for rule, shape in tried()])
def test_twice_the_code_is_at_most_twice_the_work(rule: Rule, shape: str) -> None:
    """Many functions, methods, calls in one function, or modules, each with its findings."""
    parts, make = parts_of(rule), SHAPES[shape]
    run(rule, make(parts, 2))  # what is loaded once is loaded
    small, large = make(parts, SIZE), make(parts, 2 * SIZE)
    once, findings = count_lines(lambda: run(rule, small), OURS)
    twice, more = count_lines(lambda: run(rule, large), OURS)
    assert twice <= STILL_MORE.get((rule.name, shape), WORST) * once, f"{twice / once:.3f} times the work"
    if (rule.name, shape) not in FEWER:
        assert (findings, more) == (SIZE * parts.findings, 2 * SIZE * parts.findings)


def test_what_grows_with_the_square_is_seen() -> None:
    """The measure itself sees the rounds of a comprehension."""

    def compare_all(size: int) -> int:
        return sum(len([other for other in range(size) if other == number]) for number in range(size))

    once, _ = count_lines(lambda: compare_all(SIZE), __name__)
    twice, _ = count_lines(lambda: compare_all(2 * SIZE), __name__)
    assert twice > 3 * once
