"""Layout decides nothing: a program with other blanks, line breaks and comments has the same findings and fixes.

`RESILINT_LAYOUTS=N` sets how many variants are tried; by default a few for each example. `RESILINT_CASES=FOLDER`
adds the Python files of a folder.
"""

from __future__ import annotations

import ast
import os
import random
import re
from collections import Counter
from pathlib import Path

import pytest

from fuzz.layout import tokens_of, variants
from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes import apply
from resilint.fs import files
from resilint_rules import registry
from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.rule_page import parse_docstring, read_marks
from resilint_rules.kit.syntax.layout import even
from resilint_rules.kit.syntax.text import Document

HERE = Path(__file__).parent
TESTS = HERE.parent
SHARE = float(os.environ.get("RESILINT_LAYOUTS", "300"))
SETTINGS = Settings(preview=True)


def programs() -> dict[str, tuple[str, dict[str, str], str]]:
    """(text, the texts it is checked with by name, its own name) by a name for the test."""
    found: dict[str, tuple[str, dict[str, str], str]] = {}
    for rule in sorted(registry.rules().values(), key=lambda rule: rule.code):
        for number, case in enumerate(parse_docstring(registry.page(rule)).cases, 1):
            texts = {example.file or "example.py": example.code for example in case.files}
            kind = "tests/" if rule.tests else ""
            for name, text in texts.items():
                found[f"{rule.name}-{number}-{name}"] = (text, texts, kind + name)
    folders = [TESTS / "rules", TESTS / "lab", *map(Path, filter(None, [os.environ.get("RESILINT_CASES")]))]
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            text = read_marks(path.read_bytes().decode())[0]
            found[f"{folder.name}/{path.relative_to(folder)}"] = (text, {}, path.name)
    return {name: value for name, value in found.items() if "\r" not in value[0]}


def look(text: str, others: dict[str, str], name: str) -> tuple[Finding, ...]:
    """What all rules find in a text."""
    base = name.removeprefix("tests/")
    texts = {**others, base: text}
    project = Project(
        read=lambda path: texts[path].encode() if path in texts else None,
        exists=lambda path: any(known == path or known.startswith(path + "/") for known in texts),
    )
    return check(document(text, name), project, SETTINGS).findings


def document(text: str, name: str) -> Document:
    """A text as the file of this name."""
    base = name.removeprefix("tests/")
    return Document(text, base, module_name(base), "test" if base != name else files.kind(name))


def essence(findings: tuple[Finding, ...], text: str) -> list[tuple[str, str, int, int, tuple[str, ...]]]:
    """Findings with their places as numbers of tokens, and messages without blanks and line numbers."""
    plain = even(text).replace("\r\n", " \n")
    tokens = [token for token in tokens_of(plain) if not token.comment and plain[token.start : token.end] != ";"]
    starts = {token.start: number for number, token in enumerate(tokens)}
    ends = {token.end: number for number, token in enumerate(tokens)}
    return [
        (
            finding.code,
            re.sub(r"\s|\\\n|\bline \d+", "", finding.message),
            starts.get(finding.span.start, -1),
            ends.get(finding.span.end, -1),
            tuple(fix.title for fix in finding.fixes),
        )
        for finding in findings
    ]


SAME_LINES = re.compile(r"joined|inlined")
"""Layouts that put statements on one line: a fix that adds a line is not offered there."""


def fixed(text: str, others: dict[str, str], name: str) -> str:
    """The tree after all fixes, without places; imports, which stand where lines are free, by what they import."""
    doc = document(text, name)
    done = apply.fix_all(doc, lambda again: look(again.text, others, name), apply.UNSAFE)
    assert not done.broken
    assert comments(text) <= comments(done.text)
    tree = ast.parse(even(done.text))
    moved = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    tree.body = [node for node in tree.body if node not in moved]
    names = [(getattr(node, "module", ""), alias.name, alias.asname) for node in moved for alias in node.names]
    return ast.dump(tree) + repr(sorted(names, key=repr))


def comments(text: str) -> Counter[str]:
    """The comments of a text and how often each stands there."""
    plain = even(text).replace("\r\n", "\n")
    return Counter(plain[token.start : token.end].rstrip() for token in tokens_of(plain) if token.comment)


def untitled(found: list[tuple[str, str, int, int, tuple[str, ...]]]) -> list[tuple[str, str, int, int]]:
    """The same without the titles of fixes."""
    return [item[:4] for item in found]


PROGRAMS = programs()


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_layout_decides_nothing(name: str) -> None:
    """Same rules, messages, places and titles of fixes; same tree after fixing."""
    text, others, path = PROGRAMS[name]
    seed = random.Random(name)
    count = SHARE / len(PROGRAMS)
    chosen = list(variants(text, seed, int(count) + (seed.random() < count % 1)))
    if not chosen:
        pytest.skip("no variant of this example is drawn")
    found = look(text, others, path)
    want = essence(found, text)
    tree = fixed(text, others, path) if found else ""
    for label, variant in chosen:
        again = look(variant, others, path)
        if SAME_LINES.search(label):
            assert untitled(essence(again, variant)) == untitled(want), label
            continue
        assert essence(again, variant) == want, label
        if found:
            assert fixed(variant, others, path) == tree, label
