"""Sizes and complexity: what exceeds a limit is listed, and the lists only shrink."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest

from architecture import complexity
from architecture.modules import ROOT
from resilint_rules import registry

RULE_LINES = 90
"""Code lines of a rule's file behind its page; what is longer moves into `_topic.py` beside it."""
CHECK_LINES = 25
"""Lines of a rule's `check`, from `def` to its end."""

_NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
}  # fmt: skip


def code_lines(text: str) -> int:
    """The lines of a module that hold code, without the docstring it begins with."""
    body = ast.parse(text).body
    start = 0
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        start = body[0].end_lineno or 0
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len({line for line in lines if line > start})


def check_lines(text: str) -> int:
    """The lines of the function `check`, without its decorators; 0 if there is none."""
    found = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == "check"]
    return sum((node.end_lineno or 0) - node.lineno + 1 for node in found)


def test_lines_are_counted_as_people_do() -> None:
    """A page, blank lines, comments and decorators do not count; the lines of a long string do."""
    page = '"""Page.\n\nMore.\n"""\n\nimport a  # why\n\n# words\n'
    text = f'{page}@a(\n    1,\n)\ndef check():\n    """Text.\n\n    End."""\n'
    assert code_lines(text) == 8
    assert check_lines(text) == 4


@pytest.mark.parametrize("path", registry.files(), ids=lambda path: path.stem)
def test_a_rule_is_short(path) -> None:
    """A rule reads in one go: more than that is a private module of its family."""
    text = path.read_text("utf-8")
    assert code_lines(text) <= RULE_LINES
    assert check_lines(text) <= CHECK_LINES


def test_no_function_becomes_more_complex() -> None:
    """Functions above the limit are those of the list; `python tests/architecture/complexity.py` shortens it."""
    found, listed = complexity.measure(), complexity.listed()
    worse = [f"{name} {value}" for name, value in found.items() if value > listed.get(name, complexity.LIMIT)]
    assert worse == [], "split these functions"
    stale = [f"{name} {value}" for name, value in listed.items() if found.get(name) != value]
    assert stale == [], "run `python tests/architecture/complexity.py`"


def test_the_list_is_not_longer_than_it_was() -> None:
    """The aim is at most 40 functions; lower this number when the list gets shorter."""
    assert len(complexity.listed()) <= 70


def test_the_style_check_has_no_exemption() -> None:
    """ruff's C901 is on at 15 for every file."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert "max-complexity = 15" in text
    assert [line for line in text.splitlines() if "C901" in line and " = [" in line] == []
    assert '"C901"' not in text
