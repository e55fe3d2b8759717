"""Fixes for retries: where a pause, a limit or a list of errors is written, and where none can be."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import apply
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

IMPORTS = "import backoff\nimport requests\nimport tenacity\n\n\n"
ATTEMPT = """\
        try:
            return requests.get(url, timeout=5)
        except requests.ConnectionError:
            {handler}
"""


_LOST = "(requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)"
"""What requests raises when there is no whole answer."""


def fixed(rule: str, text: str) -> list[str]:
    """What each fix of the one finding makes of a text, from its first function on."""
    doc = Document(IMPORTS + text, "work.py", "work", "source")
    (finding,) = check(doc, Project(lambda _: None), Settings(select=(rule,), preview=True)).findings
    return [apply(doc.text, [fix]).text.partition("\n\n\n")[2] for fix in finding.fixes]


def loop(head: str, handler: str = "pass", define: str = "def work(url):") -> str:
    """A function that repeats a request."""
    return f"{define}\n    {head}\n" + ATTEMPT.format(handler=handler)


@pytest.mark.parametrize(
    ("head", "test", "exponent", "renamed"),
    [
        ("for attempt in range(3):", "attempt", "attempt", ""),
        ("for attempt in range(1, 4):", "attempt > 1", "attempt", ""),
        ("for _ in range(3):", "attempt", "attempt", "for attempt in range(3):"),
    ],
)
def test_a_pause_that_grows_with_the_counter(head: str, test: str, exponent: str, renamed: str) -> None:
    """No pause before the first attempt, whichever number that has; `_` gets a name, as it is read now."""
    (text,) = fixed("retry-without-backoff", loop(head))
    pause = f"        if {test}:\n            time.sleep(random.uniform(0, min(10, 0.5 * 2**{exponent})))\n"
    assert text == loop(renamed or head).replace("        try:\n", f"{pause}        try:\n")


@pytest.mark.parametrize("handler", ["print(_)", "log.debug('attempt %s', _)"])
def test_an_underscore_that_is_read_keeps_its_name(handler: str) -> None:
    """A counter of another name would leave it without a value, in a message to the log as well."""
    assert fixed("retry-without-backoff", loop("for _ in range(3):", handler)) == []


def test_no_name_for_the_counter_is_free() -> None:
    """A name that the function has already may hold something else."""
    head = "def work(url, attempt, attempt_number, attempts_made):"
    assert fixed("retry-without-backoff", loop("for _ in range(3):", define=head)) == []


def test_a_counter_that_does_not_number_the_attempts() -> None:
    """Only a counter from 0 or 1 says how long to pause; another one still says which attempt is the last."""
    (text,) = fixed("retry-without-backoff", loop("for attempt in range(2, 5):"))
    assert "2**attempt" not in text
    assert "            if attempt == 4 or not _may_pass(error):\n                raise\n" in text


def test_a_loop_over_hosts_is_no_repetition() -> None:
    """Each member is another request: nothing counts the attempts."""
    text = "HOSTS = ['a', 'b', 'c']\n\n\n" + loop("for host in HOSTS[:3]:")
    doc = Document(IMPORTS + text, "work.py", "work", "source")
    findings = check(doc, Project(lambda _: None), Settings(select=("retry-without-backoff",), preview=True)).findings
    assert [finding.fixes for finding in findings] in ([], [()])


def test_the_name_of_a_module_that_means_something_else() -> None:
    """`time.sleep` would be looked up on the parameter; where only `random` is taken, the pause is without it."""
    assert fixed("retry-without-backoff", loop("for attempt in range(3):", define="def work(url, time):")) == []
    (text,) = fixed("retry-without-backoff", loop("for attempt in range(3):", define="def work(url, random):"))
    assert "random." not in text
    assert "            time.sleep(max(1, _wanted_pause(error)))\n" in text


def test_a_pause_in_a_coroutine() -> None:
    """It leaves the loop to others."""
    text = (
        "import httpx\n\n\nasync def work(url):\n    client = httpx.AsyncClient()\n    for attempt in range(3):\n"
        "        try:\n            return await client.get(url)\n        except httpx.ConnectError:\n            pass\n"
    )
    (done,) = fixed("retry-without-backoff", text)
    assert "            await asyncio.sleep(random.uniform(0, min(10, 0.5 * 2**attempt)))\n" in done


def endless(define: str = "def work(url):", handler: str = "pass") -> str:
    """A function that repeats a request until it succeeds."""
    return loop("while True:", handler, define)


def test_an_endless_loop_counts_its_failures() -> None:
    """The fifth error leaves it."""
    (text,) = fixed("unbounded-retry", endless())
    assert text.startswith("def work(url):\n    attempts = 0\n    while True:\n")
    assert "            attempts += 1\n            if attempts == 5:\n                raise\n" in text


def test_no_name_for_the_count_of_failures_is_free() -> None:
    """The first name that the function does not mention is used; without one there is no fix."""
    (text,) = fixed("unbounded-retry", endless("def work(url, attempts):"))
    assert "            failures += 1\n            if failures == 5:\n" in text
    assert fixed("unbounded-retry", endless("def work(url, attempts, failures, failed_attempts):")) == []


def test_a_pause_in_a_loop_that_counts_by_itself() -> None:
    """It stands where the round ends, or in the handler before a `continue`; `time` must be the module."""
    head = "tries = 0\n    while tries < 5:\n        tries += 1"
    (text,) = fixed("retry-without-backoff", loop(head))
    assert text == loop(head) + "        time.sleep(1)\n"
    (text,) = fixed("retry-without-backoff", loop(head, "continue"))
    assert text.endswith("            time.sleep(max(1, _wanted_pause(error)))\n            continue\n")
    assert fixed("retry-without-backoff", loop(head, define="def work(url, time):")) == []


POLICY = "@tenacity.retry{arguments}\ndef work(url):\n    return requests.get(url, timeout=5)\n"
STOP = "stop=tenacity.stop_after_attempt(5)"
WAIT = "wait=tenacity.wait_random_exponential(multiplier=0.5, max=10)"


@pytest.mark.parametrize(
    ("rule", "arguments", "expected"),
    [
        ("unbounded-retry", "", [f"({STOP}, {WAIT})"]),
        ("unbounded-retry", "()", [f"({STOP}, {WAIT})"]),
        ("unbounded-retry", "(reraise=True)", [f"(reraise=True, {STOP}, {WAIT})"]),
        (
            "retries-every-exception",
            "",
            [f"(retry=tenacity.retry_if_exception_type({_LOST}))"],
        ),
        (
            "retries-every-exception",
            "(retry=tenacity.retry_if_exception_type(Exception))",
            [f"(retry=tenacity.retry_if_exception_type({_LOST}))"],
        ),
        ("retry-without-backoff", "(stop=tenacity.stop_after_attempt(3), wait=tenacity.wait_none())",
         [f"(stop=tenacity.stop_after_attempt(3), {WAIT})"]),
        ("retry-without-backoff", "(stop=tenacity.stop_after_attempt(3))",
         [f"(stop=tenacity.stop_after_attempt(3), {WAIT})"]),
    ],
)  # fmt: skip
def test_arguments_of_a_policy(rule: str, arguments: str, expected: list[str]) -> None:
    """A bare decorator gets its brackets; a value that is there is replaced, not given twice."""
    done = fixed(rule, POLICY.format(arguments=arguments))
    assert done == [POLICY.format(arguments=text) for text in expected]
