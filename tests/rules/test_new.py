"""The command that starts a rule, run in a copy of the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from resilint_rules import generate, new, registry
from resilint_rules.kit.subscriptions import SUBSCRIPTIONS

TOP = Path(__file__).resolve().parents[2]
CODES = new.read_codes()
CODE, NAME = next((code, name) for code, name in CODES.reserved.items() if code.startswith("ERR") and name)
"""A code that no rule has yet, with its name; the sample of these tests."""
FILE = NAME.replace("-", "_")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources, and of the test that holds rules to their pages."""
    ignored = shutil.ignore_patterns("__pycache__")
    for folder in ("rules", "server"):
        shutil.copytree(TOP / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "tests" / "rules").mkdir(parents=True)
    shutil.copy(TOP / "tests" / "rules" / "test_rules.py", tmp_path / "tests" / "rules")
    shutil.copy(TOP / "pyproject.toml", tmp_path)
    return tmp_path


def run(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in the copy, with its packages."""
    paths = os.pathsep.join([str(checkout / "rules"), str(checkout / "server")])
    return subprocess.run(
        [sys.executable, *words], cwd=checkout, env={**os.environ, "PYTHONPATH": paths, "NO_COLOR": "1"},
        capture_output=True, text=True, check=False, timeout=250,
    )  # fmt: skip


def start(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in the copy."""
    return run(checkout, "-m", "resilint_rules.new", *words)


def copied(checkout: Path, name: str) -> str:
    """The text of a file of the copy's `rules` folder."""
    return (checkout / "rules" / name).read_text("utf-8")


@pytest.mark.once
def test_it_writes_one_rule_and_the_tables(checkout: Path) -> None:
    """The file is the rule's, the tables know it, ruff and mypy accept it, and the next commands are printed."""
    done = start(checkout, f"errors/{FILE}", "--code", CODE, "--on", "Guard")
    assert (done.returncode, done.stderr) == (0, "")
    assert "found something" not in done.stdout
    assert f"python -m pytest tests/rules -k {NAME}\n" in done.stdout
    assert f"python -m resilint_rules.new --check errors/{FILE}\n" in done.stdout
    text = copied(checkout, f"resilint_rules/errors/{FILE}.py")
    assert "from ..kit import Finding, Guard\n" in text
    assert f'@rule(code="{CODE}", name="{NAME}", preview=True)\ndef check(guard: Guard) ->' in text
    assert f"resilint_rules.errors.{FILE}" in copied(checkout, "resilint_rules/rule_table.py")
    taken, _, reserved = copied(checkout, "CODES.md").partition("## Reserved")
    assert f"| {CODE} | {NAME} | errors |\n" in taken
    assert CODE not in reserved


@pytest.mark.once
def test_its_examples_fail_until_they_are_written(checkout: Path) -> None:
    """The page, the finding, the fixed text and the good example are all demanded."""
    start(checkout, f"errors/{NAME}", "--code", CODE, "--on", "Guard")
    done = run(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/rules", "-k", f"{NAME} or twice")
    failed = set(re.findall(r"^FAILED \S+::(\w+)", done.stdout, re.MULTILINE))
    assert failed >= {
        "test_a_rule_explains_itself",
        "test_whether_it_is_fixable_is_true",
        "test_no_example_is_told_twice",
        "test_it_finds_what_is_marked_and_nothing_else",
        "test_the_preferred_fixes_give_the_fixed_text",
    }


@pytest.mark.once
def test_mistakes_are_reported_by_check(checkout: Path) -> None:
    """Both tools look at the file, and the exit status says that one of them has found something."""
    file = checkout / "rules" / "resilint_rules" / "errors" / f"{FILE}.py"
    start(checkout, f"errors/{FILE}", "--code", CODE, "--on", "Guard")
    file.write_text(
        file.read_text("utf-8").replace("yield from ()", "import os; guard.nonsense; yield from ()"), "utf-8"
    )
    done = start(checkout, "--check", f"errors/{FILE}")
    assert done.returncode == 1
    assert "F401" in done.stdout
    assert '"Guard" has no attribute "nonsense"' in done.stdout


@pytest.mark.once
def test_a_skeleton_for_each_subscription_is_right(checkout: Path) -> None:
    """Types and style are right for everything that a rule can subscribe to, alone and for two types together."""
    folder = checkout / "rules" / "resilint_rules" / "errors"
    for number, on in enumerate([*((name,) for name in sorted(SUBSCRIPTIONS)), ("Call", "ClientCall")], 100):
        name = f"trial-{'-'.join(on).lower()}"
        file = folder / f"{name.replace('-', '_')}.py"
        file.write_text(new.skeleton(f"ERR{number}", name, on), "utf-8")
        assert registry.read(file).on == on
    for words in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)):
        done = run(checkout, "-m", *words, *(path.as_posix() for path in sorted(folder.glob("trial_*.py"))))
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("path", "code", "on", "message"),
    [
        (f"error/{FILE}", CODE, "Guard", "no family `error`; the families are asynchrony, auth"),
        ("errors/DeadHandler", CODE, "Guard", "`DeadHandler` is no name of a rule"),
        (f"errors/{FILE}2", CODE, "Guard", "is no name of a rule"),
        ("errors", CODE, "Guard", "`` is no name of a rule: write FAMILY/NAME"),
        ("errors/unchecked_body", CODE, "Guard", "the name unchecked-body is taken by ERR002"),
        (
            f"errors/{FILE}",
            "ERR002",
            "Guard",
            f"ERR002 is taken by unchecked-body; free in errors: {CODE} ({NAME}",
        ),
        ("errors/another_name", CODE, "Guard", f"{CODE} is reserved for {NAME}; free in errors"),
        (f"errors/{FILE}", "TMO003", "Guard", "`TMO003` is no code of the family: ERR and three digits"),
        (f"errors/{FILE}", "err4", "Guard", "`err4` is no code of the family"),
        ("timeouts/hanging_call", "TMO002", "Call", "TMO002 is retired: it became a part of TMO001; free in timeouts"),
        (f"errors/{FILE}", CODE, "Function", "no rule can subscribe to `Function`; it can to AnyRetry, "),
    ],
)
def test_it_refuses(path: str, code: str, on: str, message: str) -> None:
    """A taken or retired code, a bad name or an unknown type: the message says what is free, and nothing is written."""
    before = registry.files()
    with pytest.raises(new.RefusedError) as refused:
        new.start(path, code, (on,))
    assert message in str(refused.value)
    assert registry.files() == before


def test_free_codes_are_free() -> None:
    """Neither taken nor retired; those reserved come first, and then the next number of the family."""
    found = re.findall(r"[A-Z]{3}\d{3}", new.free_codes(CODES, "TMO"))
    assert not set(found) & {rule.code for rule in registry.rules().values()}
    assert not set(found) & set(CODES.retired)
    known = {rule.code for rule in registry.rules().values()} | set(CODES.retired) | set(CODES.reserved)
    assert found[-1] == f"TMO{max(int(code[3:]) for code in known if code.startswith('TMO')) + 1:03}"
    assert set(found[:-1]) <= set(CODES.reserved)


def test_the_page_of_codes_is_right() -> None:
    """Taken are the codes of the registry; no code is in two tables; every code has the letters of a family."""
    text = generate.CODES.read_text("utf-8")
    taken = re.findall(r"^\| ([A-Z]{3}\d{3}) \| ([\w-]+) \| (\w+) \|$", text.partition("## Taken")[2], re.MULTILINE)
    assert taken == sorted((rule.code, rule.name, rule.family) for rule in registry.rules().values())
    codes = [*(code for code, _, _ in taken), *CODES.reserved, *CODES.retired]
    assert len(codes) == len(set(codes))
    assert {code[:3] for code in codes} <= set(CODES.families.values())
    assert {rule.family: rule.code[:3] for rule in registry.rules().values()}.items() <= CODES.families.items()
    assert set(CODES.retired.values()) <= {rule.code for rule in registry.rules().values()}
