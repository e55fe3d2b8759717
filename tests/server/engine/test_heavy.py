"""What is too heavy to be checked is left out with a word, and the rest is checked: limits of one file."""

from __future__ import annotations

import time

import pytest

from machine import slowness
from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.engine.incremental import IncrementalCache
from resilint.results import Report
from resilint_rules.kit.findings import Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax import tree
from resilint_rules.kit.syntax.text import Document

HEAD = "import requests\n\n\n"
REST = "\n\ndef rest():\n    requests.get(URL)\n"
CALLS = "requests.get(URL); " * 50_000 + "\n"

HEAVY = {
    "elements": ("def f():\n    requests.post(URL, json=[" + "1, " * 60_000 + "])\n", "40,000 elements"),
    "rows of elements": ("def f():\n    requests.post(URL, json=[\n" + "1,\n" * 240_000 + "    ])\n", "elements"),
    "keys": ("def f():\n    requests.post(URL, json={" + "'a': 1, " * 50_000 + "})\n", "40,000 elements"),
    "calls on one line": (CALLS, "1,000 operators, calls and subscripts"),
    "calls on one line of a function": ("def f():\n    " + CALLS, "1,000 operators, calls and subscripts"),
    "operators": ("def f():\n    x = g(" + "a + " * 1_500 + "requests.get(URL))\n", "1,000 operators"),
    "calls in one function": ("def f():\n" + "    requests.get(URL)\n" * 10_001, "10,000 calls"),
}
"""A chunk that is too heavy, and a part of what is said of it."""


def report_of(text: str, memo: IncrementalCache | None = None, settings: Settings | None = None) -> Report:
    """The report of a module by itself."""
    return check(Document(text, "app.py", "app"), Project(read=lambda name: None), settings or Settings(), memo)


def left_out(report: Report) -> list[tuple[int, str]]:
    """Where something is left out, and what is said of it."""
    return [(finding.span.start, finding.message) for finding in report.findings if finding.code == "E902"]


@pytest.mark.once
@pytest.mark.parametrize(("heavy", "part"), HEAVY.values(), ids=HEAVY)
def test_a_heavy_chunk_is_named_and_the_others_are_checked(heavy: str, part: str) -> None:
    """It ends in time, too: without limits each of these takes from five seconds to minutes."""
    started = time.process_time()
    report = report_of(HEAD + heavy + REST)
    assert time.process_time() - started < 10 * slowness()
    ((at, message),) = left_out(report)
    assert at == len(HEAD)
    assert part in message
    assert "split it" in message
    assert [finding.span.start > len(HEAD + heavy) for finding in report.findings if finding.code == "TMO001"] == [True]
    assert report.left_out == 1


@pytest.mark.parametrize(
    ("part", "cost"),
    [
        pytest.param("requests.get(URL)\n", 1, id="statements"),
        pytest.param("def f(u):\n    return requests.get(u)\n", 2, id="functions"),
        pytest.param("requests.post(URL, json=[" + "1, " * 80 + "])\n", 21, id="elements"),
    ],
)
def test_a_long_file_is_checked_as_far_as_its_limit(part: str, cost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """From where on it is not is said once, with the number of parts that are left out."""
    monkeypatch.setattr(tree, "MAX_COST", 60)
    fit = 60 // cost
    report = report_of(HEAD + part * (fit + 3))
    ((at, message),) = left_out(report)
    assert at == len(HEAD + part * fit)
    assert message.startswith("the last 3 parts with integration code are not checked: ")
    assert sum(finding.code == "TMO001" for finding in report.findings) == fit
    assert report.left_out == 3
    assert left_out(report_of(HEAD + part * fit)) == []


def test_a_heavy_chunk_takes_nothing_from_the_limit_of_its_file() -> None:
    """It is not parsed, so that it costs nothing."""
    heavy, _ = HEAVY["rows of elements"]
    report = report_of(HEAD + heavy + heavy.replace("f()", "g()") + REST)
    assert len(left_out(report)) == 2
    assert [finding.code for finding in report.findings] == ["E902", "E902", "TMO001"]


def test_code_without_calls_has_no_limit() -> None:
    """A table beside the code is not parsed, and nothing is said of it."""
    assert left_out(report_of(HEAD + "TABLE = [" + "1, " * 100_000 + "]\n" + REST)) == []


@pytest.mark.parametrize("name", ["elements", "operators"])
def test_an_editor_is_told_the_same_again(name: str) -> None:
    """Memory keeps no chunk that is left out: it is named at every check."""
    heavy, _ = HEAVY[name]
    memo = IncrementalCache()
    fresh = report_of(HEAD + heavy + REST)
    assert [report_of(HEAD + heavy + REST, memo).findings for _ in range(2)] == [fresh.findings] * 2


def test_memory_does_not_lift_the_limit_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered costs nothing, and counts all the same."""
    monkeypatch.setattr(tree, "MAX_COST", 60)
    memo = IncrementalCache()
    short = HEAD + "".join(f"def f{i}(u):\n    return requests.get(u)\n" for i in range(20))
    long = short + "".join(f"def g{i}(u):\n    return requests.get(u)\n" for i in range(20))
    assert left_out(report_of(short, memo)) == []
    assert left_out(report_of(long, memo)) == left_out(report_of(long)) != []


def test_the_word_about_it_can_be_switched_off() -> None:
    """`ignore` works as for a file that cannot be read, and `severity` as well."""
    heavy, _ = HEAVY["operators"]
    assert left_out(report_of(HEAD + heavy, settings=Settings(ignore=("E902",)))) == []
    (finding,) = report_of(HEAD + heavy, settings=Settings(severity={"E902": Severity.INFO})).findings
    assert finding.severity is Severity.INFO


def test_data_in_a_string_is_not_heavy() -> None:
    """A policy in JSON has many commas, and is one element."""
    data = "[" + "1, " * 200_000 + "]"
    assert tree.cost(f'POLICY = """{data}"""') == 0
    assert tree.cost(f"POLICY = {data}") > tree.MAX_COST


ROW = "    'kind {number}': {'unit': 'W', 'scale': 1 + 1 + 1, 'at': [1, 2]},\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("KINDS = {\n" + ROW * 400 + "    'ask': requests.get,\n}\n", Severity.INFO),
        ("KINDS = {\n" + ROW.replace("'W'", "requests.get(URL)") * 400 + "}\n", Severity.ERROR),
        ("requests.get(" + "1 + " * 2_000 + "1)\n", Severity.ERROR),
    ],
)
def test_a_table_of_data_that_is_left_out_hides_no_call(text: str, expected: Severity) -> None:
    """Its owner need not split it: that it is left out is said for information."""
    report = report_of(HEAD + text)
    assert [finding.severity for finding in report.findings if finding.code == "E902"] == [expected]
