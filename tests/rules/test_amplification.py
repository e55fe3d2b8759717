"""Retries inside retries: which layers of a function multiply what others repeat, and which do not."""

from __future__ import annotations

import textwrap

import pytest

from resilint.config.settings import Settings
from resilint.engine.frames import frames
from resilint_rules.budgets._amplification import NestedRetry, nested_retries, switch_of
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

ABOVE = """
import openai, requests
from requests.adapters import HTTPAdapter
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_none
from urllib3.util import Retry

ai = openai.OpenAI(timeout=60{options})
session = requests.Session()
session.mount("https://", HTTPAdapter(max_retries=Retry(total=4, status_forcelist=[503])))
"""


def nested(text: str, options: str = "") -> list[NestedRetry]:
    """The nested retries of the function `f` at the end of a text."""
    whole = (ABOVE.replace("{options}", options) + textwrap.dedent(text)).lstrip()
    doc = Document(whole, "app.py", "app")
    found = [frame for frame in frames(doc, Project(), Settings()) if frame.qualname == "f"]
    return [item for frame in found for item in nested_retries(frame)]


POLICY = "\n@retry(stop=stop_after_attempt(3), wait=wait_none(){more})\ndef f(x):\n    {body}\n"
GET = "return session.get(x, timeout=5)"
ASK = "return ai.responses.create(model='m', input=x)"


@pytest.mark.parametrize(
    ("more", "body", "attempts", "seconds"),
    [
        ("", GET, 15, 75.0),
        ("", "return session.post(x, timeout=5)", None, None),  # urllib3 leaves it alone
        (", retry=retry_if_exception_type(OSError)", GET, 15, 75.0),
        (", retry=retry_if_exception_type(KeyError)", GET, None, None),
        ("", ASK, 9, 540.0),
        ("", "return requests.get(x, timeout=5)", None, None),
    ],
)
def test_a_policy_around_what_is_repeated(more: str, body: str, attempts: int | None, seconds: float | None) -> None:
    """The product of layers for the same failure, and how long a hang takes with all of them."""
    found = nested(POLICY.format(more=more, body=body))
    assert [item.attempts for item in found] == ([attempts] if attempts else [])
    assert [item.seconds for item in found] == ([seconds] if seconds else [])


LOOP = """
def f(x):
    for turn in range(3):
        try:
            {body}
        except requests.RequestException as error:
            {handler}
"""


@pytest.mark.parametrize(
    ("handler", "attempts"),
    [
        ("pass", 15),
        ("if turn == 2: raise", 15),
        ("raise", None),
        ("if 'busy' not in str(error): raise", None),  # what it repeats is not known
        ("if 'busy' in str(error): continue\n            raise", None),
    ],
)
def test_a_loop_around_what_is_repeated(handler: str, attempts: int | None) -> None:
    """A clause that decides by the failure multiplies nothing for certain."""
    assert [item.attempts for item in nested(LOOP.format(body=GET, handler=handler))] == (
        [attempts] if attempts else []
    )


def test_only_the_function_of_the_outermost_layer_is_meant() -> None:
    """Its caller, without a layer of its own, has nothing that could be changed."""
    inner = POLICY.replace("def f", "def g").format(more="", body=GET)
    assert nested(inner + "\ndef f(x):\n    return g(x)\n") == []
    outer = nested(inner + POLICY.format(more="", body="return g(x)"))
    assert [[layer.attempts for layer in item.layers] for item in outer] in ([[5, 3, 3]], [])


@pytest.mark.parametrize(("options", "switch"), [("", True), (", max_retries=2", True), (", **OPTIONS", False)])
def test_the_switch_of_a_library(options: str, switch: bool) -> None:
    """The parameter of its client, where the client is made; none if it may be among options."""
    found = nested(POLICY.format(more="", body=ASK), options)
    assert [switch_of(item.lead.call) is not None for item in found] == ([True] if switch else [])
