"""Which loops repeat a request as long as its status is an error: those whose rounds are all the same."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules import registry
from resilint_rules.kit import AnyRetry, Finding, StatusLoop
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

Loops = Callable[[str], list[StatusLoop]]


@pytest.fixture
def loops(monkeypatch: pytest.MonkeyPatch) -> Loops:
    """Returns the loops of a text that check the status, as a rule on retries receives them."""

    def run(text: str) -> list[StatusLoop]:
        found: list[StatusLoop] = []

        def probe(retry: AnyRetry) -> Iterator[Finding]:
            if isinstance(retry, StatusLoop):
                found.append(retry)
            yield from ()

        monkeypatch.setattr(registry, "load", lambda name: probe)
        doc = Document(textwrap.dedent(text).lstrip(), "a.py", "a")
        report = check(doc, Project(lambda name: None), Settings(select=("retry-without-backoff",), preview=True))
        assert report.findings == ()
        return found

    return run


def loop(body: str, head: str = "for turn in range(5):", before: str = "pass") -> str:
    """A function with a loop."""
    return (
        "import time, requests\n\ndef fetch(url, urls, log, repair):\n"
        f"    {before}\n    {head}\n{textwrap.indent(textwrap.dedent(body).strip(), ' ' * 8)}\n"
    )


GET = "answer = requests.get(url, timeout=5)\n"


@pytest.mark.parametrize(
    "test",
    [
        "answer.ok",
        "answer",
        "not not answer.ok",
        "answer.status_code == 200",
        "answer.status_code in (200, 204)",
        "answer.status_code == requests.codes.ok",
        "answer.status_code < 400",
        "answer.status_code <= 299",
        "not answer.status_code >= 400",
        "not answer.status_code > 399",
        "not (answer.status_code in [500, 503])",
        "not answer.status_code != 200",
        "answer.ok or answer.status_code == 204",
    ],
)
def test_a_good_status_leaves_the_loop(loops: Loops, test: str) -> None:
    """The condition holds for no error, so that each round is one more attempt."""
    (found,) = loops(loop(GET + f"if {test}:\n    return answer"))
    assert (found.attempts, found.endless) == (5, False)
    assert found.call.callee == "requests.get"


@pytest.mark.parametrize(
    "test",
    [
        "answer.status_code == 404",  # leaves for an error
        "answer.status_code in (200, 503)",  # both
        "answer.status_code < 600",  # both
        "answer.status_code > 199",  # both
        "answer.status_code == url",
        "answer.status_code in ()",
        "answer.status_code is None",
        "200 <= answer.status_code < 400",
        "answer.ok and urls",
        "answer.ok or urls",
        "answer.headers == 200",
        "answer.text",
        "urls",
    ],
)
def test_another_question_is_not_about_the_status(loops: Loops, test: str) -> None:
    """It may leave the loop for an error, or repeat a request that has succeeded."""
    assert loops(loop(GET + f"if {test}:\n    return answer")) == []


@pytest.mark.parametrize(
    "body",
    [
        GET + "if not answer.ok:\n    continue\nreturn answer",
        GET + "if answer.ok:\n    break\nelse:\n    log.warning('again')",
        GET + "if not answer.ok:\n    log.info(url)\nelse:\n    return answer",
        GET + "if answer.status_code == 503:\n    continue\nbreak",
        "with requests.get(url, timeout=5) as answer:\n    if answer.ok:\n        return answer.text",
        "if requests.get(url, timeout=5).ok:\n    return url",
        GET + "if answer.ok:\n    return answer\nif urls:\n    raise LookupError(repair(url))",
    ],
)
def test_ways_to_write_the_check(loops: Loops, body: str) -> None:
    """With `continue`, with `else`, in a `with`, in the condition itself; and a way to give up is no repair."""
    assert len(loops(loop(body))) == 1


@pytest.mark.parametrize(
    "body",
    [
        GET + "if answer.ok:\n    return answer\nrepair(url)",  # the next attempt finds something else
        GET + "if answer.ok:\n    return answer\ntime.sleep(1)",  # a pause may be all it needs
        GET + "if answer.ok:\n    return answer\nurl = answer.url",  # another request
        GET + "if answer.ok:\n    return answer\nanswer.raise_for_status()",  # an error status ends it
        GET + "if not answer.ok:\n    return None",  # goes on with a good answer
        GET + "if answer.ok:\n    print(answer)",  # nothing leaves it
        GET + "if answer.ok:\n    return answer\nreturn None",  # never goes round
        GET + "if answer.ok:\n    return answer\nyield answer",  # its caller decides
        "answer = requests.get(url, params={'page': turn}, timeout=5)\nif answer.ok:\n    return answer",
        "answer = requests.get(url + '/poll', timeout=5)\nif answer.ok:\n    return answer",
        "try:\n    answer = requests.get(url, timeout=5)\nfinally:\n    pass\nif answer.ok:\n    return answer",
        "if urls:\n    answer = requests.get(url, timeout=5)\n    if answer.ok:\n        return answer",
    ],
)
def test_rounds_that_are_not_attempts(loops: Loops, body: str) -> None:
    """Another request, a repair, an exit for errors, or a call that not each round makes."""
    assert loops(loop(body)) == []


@pytest.mark.parametrize(
    ("head", "count", "endless"),
    [
        ("for turn in range(5):", 1, False),
        ("while True:", 1, True),
        ("for url in urls:", 0, False),
        ("for turn in urls:", 0, False),
    ],
)
def test_the_head_of_the_loop(loops: Loops, head: str, count: int, endless: bool) -> None:
    """A range or no condition; one over a collection makes one request for each member."""
    found = loops(loop(GET + "if answer.ok:\n    return answer", head))
    assert [known.endless for known in found] == [endless] * count


@pytest.mark.parametrize(
    ("test", "body", "count"),
    [
        ("not answer.ok", GET + "print(url)", 1),
        ("not answer.ok", GET + "time.sleep(1)", 0),
        ("answer is None or not answer.ok", GET, 1),
        ("answer.status_code != 200", GET, 1),
        ("answer.ok", GET, 0),
        ("not answer.ok", GET + "if urls:\n    break", 0),
        ("tries < 3", GET + "tries += 1\nif answer.ok:\n    return answer", 1),
        ("urls", GET + "if answer.ok:\n    return answer", 0),
    ],
)
def test_the_condition_of_a_while(loops: Loops, test: str, body: str, count: int) -> None:
    """It checks the status itself, or counts the attempts and leaves the check to the body."""
    found = loops(loop(body, f"while {test}:", "answer = requests.get(url, timeout=5); tries = 0"))
    assert len(found) == count


def test_an_asynchronous_for_is_no_retry(loops: Loops) -> None:
    """Who feeds it decides when it goes round."""
    text = """
        import httpx

        async def fetch(client: httpx.AsyncClient, ticks, url):
            async for tick in {}:
                answer = await client.get(url)
                if answer.is_success:
                    return answer
    """
    assert loops(text.format("range(3)")) == []
    assert len(loops(text.replace("async for", "for").format("range(3)"))) == 1
