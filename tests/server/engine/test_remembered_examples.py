"""With memory a check finds what it finds without: for every example, after changes in its other functions.

The changes are drawn by hash, so that a run repeats the last one. `RESILINT_CHANGES` sets how many are tried
in an example, by default some thousand in all, a minute or two; `all` tries
every line in every function, which takes hours.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.engine.incremental import IncrementalCache
from resilint_rules import registry
from resilint_rules.kit.project.imports import Project, module_name
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.rule import Rule
from resilint_rules.kit.rule_page import parse_docstring
from resilint_rules.kit.syntax.text import Document

CHANGES = os.environ.get("RESILINT_CHANGES", "")
CHARACTERS = 1_500
"""Text that is checked for one example: a small one gets many changes, a large one a few."""
FILES = Path(__file__).parents[2] / "rules"
RULES = sorted(registry.rules().values(), key=lambda rule: rule.code)
SETTINGS = Settings(preview=True)
OTHER = "\n\ndef another_function():\n    pass\n"
"""Added to every example, so that one with a single function has another one, too."""

GENERAL = (
    "pass",
    "return 1",
    "# no timeout on purpose: it may take a night",
    '"""Sends anonymous usage data, telemetry."""',
    "from gevent import monkey; monkey.patch_all()",
    "self.loop.run_forever()",
    "loop.run_until_complete(main())",
    "if self.rates is None: return 2",
    "import socket; socket.setdefaulttimeout(5)",
    "timeout = 5",
    "client = client.with_options(timeout=5)",
    "retry_after_seconds = 3",
    "session.mount('http://', adapter)",
    "session.verify = False",
    "self.session.verify = False",
    "self.session.timeout = 5",
    "policy.stop = None",
    "send = send.retry_with(stop=None)",
    "retries = retries.new(total=3)",
    "session.auth = None",
    "session.headers.update({'Authorization': token})",
    "return a == b",
    "return a != b",
    "global session; session = None",
    "proxies = {'https': None}",
    "_tasks = set(); task.add_done_callback(_tasks.discard)",
    "urllib3.disable_warnings()",
    "log = logging.getLogger(__name__)",
    "task = background_task = attempt = attempts = failures = 1",
    "import asyncio, contextlib, functools, hmac, httpx, logging, ssl, time, trio, urllib3",
)
"""Changes for every function: what rules look for in whole modules, and the words of the lists of before."""
LINES = {
    "call": ("{0}()", "value = {0}(1, timeout=5)", "return {0}", "if '429' in {0}(1): raise ValueError", "del {0}"),
    "attribute": (
        "self.{0} = None",
        "self.{0}.timeout = 5",
        "if self.{0} is None: return",
        "self.{0}.mount('https://', None)",
        "with make() as self.{0}: pass",
        "return self.{0}.get('/', timeout=5)",
    ),
    "name": (
        "global {0}; {0} = None",
        "{0}.timeout = 5",
        "{0}.update(timeout=5)",
        "{0}['timeout'] = 5",
        "{0}.get('/', timeout=5)",
        "print({0})",
        "asyncio.run({0})",
    ),
}
"""Changes that say something of the example's own functions, attributes and names."""


def texts(rule: Rule) -> Iterator[dict[str, str]]:
    """The projects of a rule's examples: text by file name."""
    for case in parse_docstring(registry.page(rule)).cases:
        yield {example.file or "example.py": example.code for example in case.files}
    folder = FILES / rule.name
    for path in sorted(folder.glob("*") if folder.is_dir() else ()):
        if path.is_dir() and path.name != "__pycache__":
            yield {file.relative_to(folder).as_posix(): file.read_bytes().decode() for file in path.rglob("*.py")}
        elif path.suffix == ".py":
            yield {path.name: path.read_bytes().decode()}


@lru_cache(maxsize=1)
def lines_of(rule: Rule) -> tuple[str, ...]:
    """The lines of a rule's examples that are a statement, or the head of one that gets a body."""
    rows = {row.strip() for project in texts(rule) for text in project.values() for row in text.splitlines()}
    heads = {f"{row} pass" for row in rows if row.endswith(":")}
    return tuple(sorted(row for row in rows | heads if stands_alone(row)))


def stands_alone(row: str) -> bool:
    """Whether a line is a statement in a function."""
    try:
        return bool(row) and bool(ast.parse(f"async def f():\n {row}\n pass"))
    except SyntaxError:
        return False


def changes(rule: Rule, text: str) -> list[str]:
    """All lines that are tried in the functions of an example."""
    named = {
        "call": set(re.findall(r"\bdef (\w+)", text)),
        "attribute": set(re.findall(r"\bself\.(\w+)", text)),
        "name": set(re.findall(r"^(\w+)\b(?=[^\n]*=)|\b(\w+) = \w+(?:\.\w+)*\(", text, re.MULTILINE)),
    }
    names = {kind: sorted({"".join(name) for name in found}) for kind, found in named.items()}
    own = [line.format(name) for kind, found in names.items() for name in found for line in LINES[kind]]
    return list(dict.fromkeys((*GENERAL, *own, *lines_of(rule))))


def drawn(pairs: list[tuple[FunctionChunk, str]], text: str) -> list[tuple[FunctionChunk, str]]:
    """Some changes of a text, always the same ones, or all."""
    if CHANGES == "all":
        return pairs
    count = int(CHANGES) if CHANGES else max(3, CHARACTERS // len(text))
    key = hashlib.blake2b(text.encode()).hexdigest()
    order = sorted(pairs, key=lambda pair: _hash(f"{key} {pair[0].qualname} {pair[1]}"))
    return order[:count]


def _hash(text: str) -> bytes:
    return hashlib.blake2b(text.encode()).digest()


def with_line(text: str, function: FunctionChunk, row: str, *, first: bool) -> str:
    """A text with one more line as the first or the last one of a function's body."""
    chunk = function.chunk
    header, body = text[chunk.head : chunk.body], text[chunk.body : chunk.end]
    if "\n" not in body.rstrip("\n"):  # all of it stands on the line of the header
        return ""
    start = chunk.body + body.index("\n") + 1
    lines = [line for line in text[start : chunk.end].split("\n") if line.strip()]
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    at = start if first else chunk.end
    assert header
    gap = "" if text[:at].endswith("\n") else "\n"
    return f"{text[:at]}{gap}{indent}{row}\n{text[at:]}"


def project_of(files: dict[str, str]) -> Project:
    """A project of some files."""
    return Project(
        read=lambda name: files[name].encode() if name in files else None,
        exists=lambda name: any(file == name or file.startswith(name + "/") for file in files),
    )


def variants(rule: Rule, name: str, text: str, guilty: set[str]) -> Iterator[tuple[str, str]]:
    """Texts with one more line in a function without findings, and what that line is."""
    functions = [each for each in Module(Document(text, name)).all_functions() if each.qualname not in guilty]
    pairs = [(function, row) for function in functions for row in changes(rule, text)]
    for function, row in drawn(pairs, text):
        changed = with_line(text, function, row, first=_hash(row)[0] % 2 == 0)
        if changed:
            yield changed, f"{function.qualname}: {row}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_change_in_another_function_is_seen(rule: Rule) -> None:
    """The same findings, fixes and places with memory as without, after every change."""
    tried = 0
    wrong: list[str] = []
    for files in texts(rule):
        for name, code in files.items():
            text = code.rstrip("\n") + OTHER
            changed = {**files, name: text}
            project, memo = project_of(changed), IncrementalCache()
            doc = Document(text, name, module_name(name))
            guilty = {finding.scope for finding in check(doc, project, SETTINGS, memo).findings}
            for now, what in variants(rule, name, text, guilty):
                doc = Document(now, name, module_name(name))
                remembered = check(doc, project, SETTINGS, memo)
                fresh = check(doc, project, SETTINGS)
                tried += 1
                if (remembered.findings, remembered.suppressed) != (fresh.findings, fresh.suppressed):
                    wrong.append(f"{name}: {what}\n{text}\n-- {remembered.findings}\n-- {fresh.findings}")
    assert tried >= 5
    assert not wrong, f"{len(wrong)} of {tried}\n\n" + "\n\n".join(wrong[:3])
