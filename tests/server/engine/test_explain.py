"""Explanation of a call: its limit, retry layers, longest duration, and outcomes of failures."""

from __future__ import annotations

import json
import textwrap

import pytest

from resilint.config.settings import Settings
from resilint.engine.explain import as_json, explain, hints, hover, policy
from resilint_rules.kit.policy.effective import Policy
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span


def _doc(text: str) -> Document:
    return Document(textwrap.dedent(text).lstrip(), "app.py", "app")


def _policy(text: str, mark: str) -> Policy:
    doc = _doc(text)
    found = policy(doc, Project(), Settings(), doc.text.rindex(mark) + len(mark) - 1)
    assert found is not None
    return found


def _on(found: Policy, event: str) -> str:
    (text,) = [outcome.text for outcome in found.outcomes if outcome.event == event]
    return text


SESSION = """
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.5, status_forcelist=[503])))

def fetch(url):
    try:
        answer = session.get(url, timeout=(3, 10))
        answer.raise_for_status()
    except requests.Timeout:
        return None
    return answer.json()
"""


def test_without_a_limit_a_hang_reaches_no_handler() -> None:
    """No timeout, so nothing is repeated and no handler is ever entered."""
    found = _policy(
        """
        import requests

        def fetch(url):
            try:
                return requests.get(url)
            except requests.Timeout:
                return None
        """,
        "requests.get",
    )
    assert found.state == "unbounded"
    assert _on(found, "on a hang").startswith("waits without limit")


def test_retries_of_a_transport_turn_a_timeout_into_another_exception() -> None:
    """With retries requests raises ConnectionError after the last timeout: `except Timeout` does not see it."""
    found = _policy(SESSION, "session.get")
    hang = next(outcome for outcome in found.outcomes if outcome.event == "on a hang")
    assert (hang.attempts, hang.seconds, hang.least) == (4, 43.0, False)  # 4 x 10, and pauses of 0, 1 and 2
    assert "`requests.exceptions.ConnectionError` reaches the caller of `fetch`" in hang.text
    assert "for `https://`" in hang.text


def test_a_status_is_repeated_if_it_is_listed_or_the_answer_asks_for_it() -> None:
    """503 is listed; 429 is not, and urllib3 repeats it only if the answer carries Retry-After."""
    found = _policy(SESSION, "session.get")
    assert "tries 4 times" in _on(found, "on 503")
    assert "RetryError" in _on(found, "on 503")
    assert "only an answer with Retry-After" in _on(found, "on 429")


def test_a_post_is_not_repeated_by_a_policy_for_safe_methods() -> None:
    """urllib3 sends a POST once, whatever the policy's total."""
    found = _policy(SESSION.replace("session.get", "session.post"), "session.post")
    assert "times in all" not in _on(found, "on a hang")
    assert "makes up to 4 attempts to connect" in _on(found, "on a hang")
    assert _on(found, "on a dropped connection").startswith("nothing here repeats it")


def test_layers_multiply() -> None:
    """Three attempts of the SDK inside four of a decorator are twelve."""
    found = _policy(
        """
        import openai
        from tenacity import retry, stop_after_attempt, wait_fixed

        ai = openai.OpenAI()

        @retry(stop=stop_after_attempt(4), wait=wait_fixed(2))
        def ask(prompt):
            return ai.chat.completions.create(model="x", messages=[prompt])
        """,
        "completions.create",
    )
    hang = found.outcomes[0]
    assert (hang.attempts, hang.seconds, hang.least) == (12, 7200.0, True)
    assert "tenacity.RetryError" in hang.text


def test_a_count_given_to_the_client_counts() -> None:
    """`max_retries=0` is one attempt, and nothing is said of repeating."""
    found = _policy(
        """
        import openai

        def ask(prompt):
            ai = openai.OpenAI(max_retries=0, timeout=20)
            return ai.chat.completions.create(model="x", messages=[prompt])
        """,
        "completions.create",
    )
    assert found.outcomes[0].attempts == 1
    assert "gives up after 20 s" in found.outcomes[0].text


def test_what_is_given_from_elsewhere_is_not_guessed() -> None:
    """A client that comes as a parameter may retry or not: at least one attempt, and the reason."""
    found = _policy(
        """
        import openai

        def ask(ai: openai.OpenAI, prompt):
            return ai.chat.completions.create(model="x", messages=[prompt])
        """,
        "completions.create",
    )
    assert found.state == "unknown"
    dropped = found.outcomes[-1]
    assert dropped.least
    assert "its client is made elsewhere" in dropped.text


def test_an_enclosing_limit_ends_it_first() -> None:
    """Three seconds of `asyncio.timeout` are less than the client's five, and raise another exception."""
    found = _policy(
        """
        import asyncio, httpx

        async def fetch(url):
            async with httpx.AsyncClient() as client:
                try:
                    async with asyncio.timeout(3):
                        return await client.get(url)
                except TimeoutError:
                    return None
        """,
        "client.get",
    )
    hang = found.outcomes[0]
    assert hang.seconds == 3.0
    assert "`except TimeoutError` (line 8) sees it and returns" in hang.text


def test_handlers_are_followed_outwards() -> None:
    """An inner handler that raises again passes it on to the outer one."""
    found = _policy(
        """
        import httpx

        def fetch(url):
            try:
                try:
                    return httpx.get(url)
                except httpx.TimeoutException:
                    raise
            except httpx.HTTPError:
                return None
        """,
        "httpx.get",
    )
    hang = _on(found, "on a hang")
    assert hang.index("(line 7) raises it again") < hang.index("(line 9) sees it and returns")
    assert "(line 7)" not in _on(found, "on a dropped connection")


def test_a_loop_counts_its_rounds() -> None:
    """A loop that goes round when the call fails multiplies like any other layer."""
    found = _policy(
        """
        import httpx

        def fetch(url):
            for turn in range(3):
                try:
                    return httpx.get(url)
                except httpx.HTTPError:
                    print("again")
        """,
        "httpx.get",
    )
    assert (found.outcomes[0].attempts, found.outcomes[0].seconds) == (3, 15.0)


@pytest.mark.parametrize(
    ("options", "times"),
    [
        ("", 5),
        ('config=Config(retries={"max_attempts": 2})', 3),
        ('config=Config(retries={"total_max_attempts": 2})', 2),
    ],
)
def test_options_objects_are_read(options: str, times: int) -> None:
    """botocore counts `max_attempts` without the first attempt, `total_max_attempts` with it."""
    found = _policy(
        f"""
        import boto3
        from botocore.config import Config

        def fetch(key):
            s3 = boto3.client("s3", {options})
            return s3.get_object(Bucket="b", Key=key)
        """,
        "get_object",
    )
    assert found.outcomes[0].attempts == times


def test_silence_has_a_reason() -> None:
    """Where nothing is reported, the text says which value decides and cannot be seen."""
    doc = _doc("import requests\n\ndef fetch(url, **more):\n    return requests.get(url, **more)\n")
    assert "nothing is reported, as a spread may hold the timeout" in explain(doc, Project(), Settings(), 4)
    assert "no call here" in explain(doc, Project(), Settings(), 2)


def test_a_line_names_its_calls() -> None:
    """A line in the middle of a call that spans several belongs to that call."""
    doc = _doc("import requests\n\nrequests.post(\n    URL,\n    timeout=4,\n)\n")
    for row in (3, 4, 5):
        assert explain(doc, Project(), Settings(), row).startswith("app.py:3:1: `requests.post`")


def test_hints_show_the_limit_that_is_not_written() -> None:
    """Infinity, the client's, the library's; nothing where the call says so itself or the limit is unknown."""
    doc = _doc(
        """
        import httpx, requests

        client = httpx.Client(timeout=7)

        def fetch(url, **more):
            requests.get(url)
            client.get(url)
            httpx.get(url)
            requests.get(url, timeout=3)
            requests.get(url, **more)
        """
    )
    found = hints(doc, Project(), Settings(), Span(0, len(doc.text)))
    assert [(doc.position(hint.offset)[0], hint.label) for hint in found] == [
        (6, "timeout=\u221e"),
        (7, "timeout=7s from client"),
        (8, "timeout=5s from default"),
    ]
    assert [hint.label for hint in hints(doc, Project(), Settings(), Span(0, 60))] == []


def test_a_policy_can_leave_as_json() -> None:
    """Everything in it has a JSON value, and the hover is about the call's own span."""
    found = _policy(SESSION, "session.get")
    assert json.loads(json.dumps(as_json(found)))["library"] == "requests"
    doc = _doc(SESSION)
    found_hover = hover(doc, Project(), Settings(), doc.text.index("session.get"))
    assert found_hover is not None
    assert found_hover.span == found.span
    assert hover(doc, Project(), Settings(), 0) is None


def test_a_text_without_a_call_has_nothing_behind_it() -> None:
    """Neither one without an import of a library, nor one that imports it and calls nothing."""
    for text in ("x = 1\n", "import requests\n", '"""requests"""\nimport json\n'):
        doc = Document(text, "app.py", "app")
        assert policy(doc, Project(), Settings(), 3) is None
        assert hover(doc, Project(), Settings(), 3) is None
        assert hints(doc, Project(), Settings(), Span(0, len(text))) == []


def test_a_function_that_is_not_valid_python_hides_no_other() -> None:
    """Nothing is said of the calls in it."""
    doc = _doc(
        """
        import requests

        def bad(u):
            requests.get(u) = = 3

        def good(u):
            return requests.get(u)
        """
    )
    found = hints(doc, Project(), Settings(), Span(0, len(doc.text)))
    assert [hint.offset for hint in found] == [doc.text.rindex("(u)") + 3]
    assert policy(doc, Project(), Settings(), doc.text.index("get(u) =")) is None


def test_the_head_of_a_function_stands_for_what_is_in_it() -> None:
    """A code lens above it leads here."""
    doc = _doc(
        "import requests\n\ndef f(u):\n    requests.get(u)\n    return requests.get(u, timeout=3)\n\ndef g(): pass\n"
    )
    text = explain(doc, Project(), Settings(), 3)
    assert text.startswith("app.py:3:5: `f` leads to 2 external calls")
    assert "no call here" in explain(doc, Project(), Settings(), 7)
