"""Which rules run: selectors, profiles, files."""

from __future__ import annotations

import time

import pytest

from resilint.config.selection import enabled, for_file, ignored_for, severity_of
from resilint.config.settings import Settings
from resilint.fs.globs import alternatives, excess, meets
from resilint.own_rules import OWN
from resilint_rules.kit.findings import Severity
from resilint_rules.kit.rule import Rule


def make_rule(code: str, name: str, *, preview: bool = False, default: bool = True) -> Rule:
    """A rule with nothing but what selection looks at."""
    return Rule(
        code, name, Severity.WARNING, "family", "", ("Call",), "", False, preview, default, False, (), (), (), ()
    )


RULES = (
    make_rule("TMO001", "no-timeout"),
    make_rule("TMO003", "timeout-disabled"),
    make_rule("TMO090", "quiet-one", default=False),
    make_rule("TMO091", "new-one", preview=True),
    make_rule("BGT001", "nested-retries"),
    make_rule("CON001", "client-per-call"),
    make_rule("ATH001", "tls-verification-off"),
)


def on(**given: object) -> set[str]:
    """The codes that are on under these settings."""
    names = enabled(Settings(**given), RULES)  # type: ignore[arg-type]
    return {rule.code for rule in RULES if rule.name in names}


DEFAULT = {"TMO001", "TMO003", "BGT001", "CON001", "ATH001"}


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, DEFAULT),
        ({"preview": True}, DEFAULT | {"TMO091"}),
        ({"profile": "strict"}, DEFAULT | {"TMO090"}),
        ({"profile": "security"}, {"ATH001"}),
        ({"profile": "library"}, {"TMO001", "TMO003", "ATH001"}),
        ({"profile": "core"}, DEFAULT),
        ({"select": ("ALL",)}, DEFAULT | {"TMO090"}),
        ({"select": ("TMO",)}, {"TMO001", "TMO003", "TMO090"}),
        ({"select": ("no-timeout",), "profile": "strict"}, {"TMO001"}),
        ({"select": ("new-one",)}, set()),
        ({"extend_select": ("quiet-one",)}, DEFAULT | {"TMO090"}),
        ({"ignore": ("TMO",)}, DEFAULT - {"TMO001", "TMO003"}),
        ({"ignore": ("TMO",), "select": ("TMO003", "CON")}, {"TMO003", "CON001"}),
        ({"ignore": ("no-timeout",), "select": ("TMO001",)}, set()),
        ({"ignore": ("ALL",)}, set()),
    ],
)
def test_what_is_on(given: dict[str, object], codes: set[str]) -> None:
    """The closer selector wins, `ignore` on a draw, and a rule on trial needs `preview`."""
    assert on(**given) == codes


def test_our_own_findings_are_on_unless_ignored() -> None:
    """Unreadable files are told whatever is selected; only `ignore` silences them."""
    assert enabled(Settings(select=("TMO001",), profile="security"), OWN) == {rule.name for rule in OWN}
    assert "unused-ignore" not in enabled(Settings(ignore=("IGN001",)), OWN)


def test_ignores_by_file() -> None:
    """A pattern takes rules away from the files it means, a leading `!` from all others."""
    settings = Settings(per_file_ignores={"tests/*": ("TMO",), "!src/*": ("ATH001",)})
    assert "no-timeout" not in for_file(settings, RULES, "tests/deep/test_x.py")
    assert "tls-verification-off" not in for_file(settings, RULES, "tests/deep/test_x.py")
    assert {"no-timeout", "tls-verification-off"} <= for_file(settings, RULES, "src/a.py")


def test_severity_and_library() -> None:
    """The closest selector under `severity` counts; a library can be let off a rule."""
    settings = Settings(
        severity={"TMO": Severity.INFO, "no-timeout": Severity.ERROR}, library={"redis": {"ignore": ("TMO",)}}
    )
    assert severity_of(settings, RULES[0]) is Severity.ERROR
    assert severity_of(settings, RULES[1]) is Severity.INFO
    assert severity_of(settings, RULES[4]) is Severity.WARNING
    assert ignored_for(settings, RULES[0], "redis")
    assert not ignored_for(settings, RULES[0], "requests")
    assert not ignored_for(settings, RULES[4], "redis")


@pytest.mark.parametrize(
    ("pattern", "name", "yes"),
    [
        ("*.py", "a/b.py", True),
        ("b.py", "a/b.py", True),
        ("a/*.py", "a/b/c.py", True),
        ("a/**/c.py", "a/c.py", True),
        ("a/**/c.py", "a/b/d/c.py", True),
        ("a/**/c.py", "a/xc.py", False),
        ("**/tests/*", "tests/x.py", True),
        ("**/tests/*", "pkg/tests/x.py", True),
        ("**/tests/*", "mytests/x.py", False),
        ("./src/**", "src/a/b.py", True),
        ("{a,b{c,d}}/x.py", "bd/x.py", True),
        ("{a,b}/x.py", "c/x.py", False),
        ("[!t]*.py", "test.py", False),
        ("[a-c]?.py", "b1.py", True),
        ("[]a].py", "].py", True),
        ("[.py", "[.py", True),
        ("!a/*", "b/x.py", True),
        ("a", "a/b.py", False),
    ],
)
def test_patterns(pattern: str, name: str, yes: bool) -> None:
    """Patterns mean what they mean in ruff."""
    assert meets(pattern, name) is yes


def test_no_pattern_is_slow() -> None:
    """A pattern made to explode a backtracking matcher costs the product of the two lengths."""
    started = time.perf_counter()
    assert not meets("*a" * 60 + "b", "a" * 400)
    assert len(alternatives("{a,b}" * 40)) <= 256
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    "pattern",
    [
        "{" * 20_000,
        "{" * 200_000 + "}" * 200_000,
        "{a," * 100_000 + "}" * 100_000,
        "{a,{b," * 40 + "}" * 80 + "{c,d}" * 9,
        "{a,b}" * 30,
        "{a,b}" * 7 + "*a" * 50,
        "{" + "," * 300 + "}",
        "[a-\U0010ffff]" * 100_000,
        "[a-\U0010ffff]" * 21,
        "{a,b}" * 4 + "[a-\U0010ffff]" * 2,
        "!" * 100_000,
    ],
    ids=lambda pattern: f"{pattern[:12]}-{len(pattern)}",
)
def test_a_pattern_over_a_limit_matches_no_file(pattern: str) -> None:
    """And is recognised without writing its alternatives out."""
    started = time.perf_counter()
    assert excess(pattern).startswith("must be a pattern ")
    assert not meets(pattern, "a" * 100)
    assert not meets("!" + pattern, "a" * 100)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("pattern", "name", "yes"),
    [
        ("{" * 499 + "x" + "}" * 499, "x", True),
        ("{a,b}" * 8, "abababab", True),
        ("*a" * 490 + "b", "a" * 200, False),
        ("[a-\U0010ffff]" * 20, "a" * 20, True),
        ("[a-z]" * 200, "a" * 200, True),
        ("**/" * 330 + "b", "a/" * 2000 + "c", False),
        ("**/a*/" * 160 + "b", "a/" * 2000 + "c", False),
        ("!" * 999 + "x", "x", False),
        ("{" + ",".join(f"f{number}" for number in range(200)) + "}.py", "f199.py", True),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_pattern_within_the_limits_is_matched_in_bounded_time(pattern: str, name: str, yes: bool) -> None:
    """The largest patterns that are allowed."""
    started = time.process_time()
    assert excess(pattern) == ""
    assert meets(pattern, name) is yes
    assert time.process_time() - started < 1
