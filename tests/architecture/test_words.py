"""Names and sentences are plain technical English: the words that the style guide refuses do not occur."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture.modules import ROOT, Source, read_modules

MODULES = read_modules()
REFUSED = re.compile(
    r"\b(?<!in-)(?:asked|told|handed|lent|somebody|nobody|whoever|anybody|everybody|gone through|goes through|anew|"
    r"mend(?:s|ed|ing|able)?|cure[sd]?|guilty|speak(?:s|ing)?|spoken|for ever|house|bury|buried|youth|hopeless)\b",
    re.IGNORECASE,
)
"""Words that need their author beside them; each has a plain one (is reported, returns, fix, without limit, ...)."""
NAMES = frozenset((
    "each", "asked", "told", "handed", "lent", "shown", "mend", "mended", "mending", "anew", "hopeless", "youth",
    "bury", "somebody", "nobody", "whoever", "guilty", "speak", "speaks", "spoken", "house",
))  # fmt: skip
"""Words that no identifier has as one of its parts."""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
"""The parts of an identifier, in any of the usual spellings."""
PAGES = sorted(
    path
    for pattern in ("README.md", "rules/*.md", "server/*.md", "editors/**/*.md", ".github/*.md", "tests/**/*.md")
    for path in ROOT.glob(pattern)
    if not {"node_modules", "dist", "corpus"} & set(path.parts)
)


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The names that a module gives: classes, functions, parameters, variables, attributes that it sets."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def sentences(source: Source) -> Iterator[tuple[int, str]]:
    """Comments, docstrings and other texts of a module, without the code fences of a rule's page."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, prose(node.value)


def prose(text: str) -> str:
    """A text without its code fences and code spans, which keep their length in lines."""
    fence = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    fenced = fence.sub(lambda found: "\n" * found.group().count("\n"), text)
    return re.sub(r"`[^`\n]*`", "``", fenced)


def refused_in(text: str, line: int) -> Iterator[str]:
    """Each refused word of a text, as `line: word`."""
    for found in REFUSED.finditer(text):
        yield f"{line + text.count(chr(10), 0, found.start())}: {found.group()}"


def test_the_patterns_find_what_they_should() -> None:
    """A list that matches nothing would always pass."""
    assert list(refused_in("It is told\nto nobody.", 1)) == ["1: told", "2: nobody"]
    assert prose("a `told` b\n```\ntold\n```\nc") == "a `` b\n\n\n\nc"
    assert [name for _, name in identifiers(ast.parse("for each in x: y.told = 1"))] == ["each", "told"]


@pytest.mark.parametrize("source", MODULES, ids=[source.shown for source in MODULES])
def test_names_are_plain(source: Source) -> None:
    """No identifier has a refused word as one of its parts."""
    wrong = [
        f"{source.shown}:{line}: {name}"
        for line, name in identifiers(ast.parse(source.text))
        if not NAMES.isdisjoint(word.lower() for word in WORD.findall(name))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", MODULES, ids=[source.shown for source in MODULES])
def test_sentences_are_plain(source: Source) -> None:
    """No comment, docstring or message has a refused word."""
    wrong = [f"{source.shown}:{found}" for line, text in sentences(source) for found in refused_in(text, line)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", PAGES, ids=[path.relative_to(ROOT).as_posix() for path in PAGES])
def test_pages_are_plain(path: Path) -> None:
    """Nor has a page for users or contributors."""
    wrong = [f"{path.relative_to(ROOT)}:{found}" for found in refused_in(prose(path.read_text("utf-8")), 1)]
    assert not wrong, "\n".join(wrong)
