"""Rules proven by running their own examples: the bad one fails at a bad partner, the mended one copes.

This is the table of those that show it in how they end. What shows in the number and the pace of requests stands in
`test_retry_proofs.py`, in the number of connections in `test_connection_proofs.py`, in the event loop in
`test_loop_proofs.py`, in whom is believed in `test_trust_proofs.py`; `test_servers.py` has real databases and brokers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from lab import Lab, Outcome, run_example
from lab.fixing import page_example
from resilint_rules import registry
from resilint_rules.kit.rule_page import parse_docstring

HANGS = "hanging"
DEADLINE = 20.0


@dataclass(frozen=True, slots=True)
class Proof:
    """A case of a rule's page (counted from 1), the fault it meets, and how each text ends there.

    `before` and `after` are the repr of what is returned, the name of what is raised, or "hanging". `call` sets it
    going, after `given`. `shorten` makes waits of the page shorter; the bad one is watched for `patience` seconds,
    longer than the mended one takes.
    """

    rule: str
    case: int
    fault: str
    call: str
    before: str
    after: str
    given: str = ""
    shorten: tuple[tuple[str, str], ...] = ()
    patience: float = 1.5
    says: str = ""
    """What the mended one writes to its log, and the bad one does not."""
    tls: bool = False

    @property
    def name(self) -> str:
        """What pytest shows."""
        return f"{self.rule}-{self.case}-{self.fault}"


READ_TIMEOUT = "requests.exceptions.ReadTimeout"
CONNECTION_ERROR = "requests.exceptions.ConnectionError"
HTTP_ERROR = "requests.exceptions.HTTPError"

OPENAI = """
import os
os.environ |= {"OPENAI_API_KEY": "none", "OPENAI_BASE_URL": "https://llm.example.com/v1"}
"""
AT_PARTNER = "import httpx\nclient = httpx.AsyncClient(base_url='https://partner.example')"
ANYBODY = """
def anybody(session):
    session.verify = False  # the lab's certificate is signed by nobody; the scheme is what matters here
    return session
"""

PROOFS = [
    Proof("no-timeout", 1, "hang", "charge({})", HANGS, READ_TIMEOUT),
    Proof("no-timeout", 2, "hang", "Rates().latest()", HANGS, READ_TIMEOUT),
    Proof("no-timeout", 16, "hang", "Partner().send({})", HANGS, READ_TIMEOUT),
    Proof("timeout-disabled", 1, "hang", "client.get(URL)", HANGS, "httpx.ReadTimeout"),
    Proof("timeout-disabled", 2, "hang", "report('https://partner.example/report')", HANGS, READ_TIMEOUT),
    Proof(
        "timeout-without-effect", 1, "hang", "session.get(URL)", HANGS, READ_TIMEOUT,
        shorten=(("= 10", "= 0.5"),),
    ),
    Proof(
        "timeout-without-effect", 2, "hang", "Rates('secret').http.get(URL)", HANGS, READ_TIMEOUT,
        shorten=(("(3.05, 27)", "(0.5, 0.5)"),),
    ),
    Proof(
        "timeout-in-milliseconds", 1, "hang", "rates()", HANGS, READ_TIMEOUT,
        shorten=(("5000", "2000"),), patience=3,
    ),
    Proof(
        "timeout-too-long", 1, "hang", "client.responses.create(model='small', input='')", HANGS,
        "openai.APITimeoutError", given=OPENAI, shorten=(("OpenAI()", "OpenAI(max_retries=0)"),),
    ),
    Proof(
        "unbounded-retry", 1, "reset", "rates()", HANGS, "tenacity.RetryError", shorten=(("max=10", "max=0.1"),),
    ),
    Proof(
        "unbounded-retry", 3, "reset", "rates()", HANGS, CONNECTION_ERROR,
        shorten=(("ConnectionError)", "ConnectionError, factor=0.02)"),),
    ),
    Proof("unbounded-retry", 5, "reset", "rates(URL)", HANGS, CONNECTION_ERROR, shorten=(("sleep(1)", "sleep(0.1)"),)),
    Proof(
        "retry-without-effect", 1, "busy", "anybody(client()).get(URL, timeout=5).status_code", "503", "200",
        given=ANYBODY, tls=True,
    ),
    Proof(
        "retry-without-effect", 2, "busy", "PoolManager(retries=policy).request('GET', URL).status", "503", "200",
        given="from urllib3 import PoolManager",
    ),
    Proof(
        "retry-without-effect", 3, "busy", "anybody(client()).get(URL, timeout=5).status_code", "503", "200",
        given=ANYBODY, tls=True,
    ),
    Proof(
        "retry-without-effect", 5, "busy", "PoolManager(retries=policy).request('GET', URL).status",
        "builtins.TypeError", "200", given="from urllib3 import PoolManager",
    ),
    Proof("status-never-checked", 1, "error", "user(1)", "builtins.KeyError", HTTP_ERROR),
    Proof("status-never-checked", 1, "malformed", "user(1)", *["requests.exceptions.JSONDecodeError"] * 2),
    Proof(
        "status-never-checked", 2, "unavailable", "names(client)", "builtins.TypeError", "httpx.HTTPStatusError",
        given=AT_PARTNER,
    ),
    Proof("unchecked-body", 1, "error", "rates('today')", "builtins.KeyError", HTTP_ERROR),
    Proof(
        "unchecked-body", 2, "error", "rates(client)", "builtins.KeyError", "httpx.HTTPStatusError", given=AT_PARTNER,
    ),
    Proof(  # worse than a KeyError: the error page is taken for a list of one
        "unchecked-body", 3, "unavailable", "list(listing(requests.Session(), 'x'))", "['error']", HTTP_ERROR,
    ),
    Proof("failure-swallowed", 1, "error", "rates('today')", "{}", "{}", says="httpx.get failed\nTraceback"),
    Proof("failure-swallowed", 2, "reset", "publish([1])", "None", "None", says="requests.post failed\nTraceback"),
    Proof(
        "retry-after-as-number", 1, "limited-date", "[fetch(URL).status_code, fetch(URL).status_code]",
        "builtins.ValueError", "[429, 200]",
    ),
]  # fmt: skip


def run(texts: Mapping[str, str], proof: Proof, deadline: float) -> Outcome:
    """Runs the first file of an example, with the others beside it, against a lab of its own."""
    first, *others = texts
    with Lab(tls=proof.tls) as lab:
        return run_example(
            texts[first],
            lab,
            deadline,
            path=proof.fault,
            call=proof.call,
            given=proof.given,
            files={name: texts[name] for name in others},
        )


def ending(outcome: Outcome) -> str:
    """How it ended, in a proof's words."""
    return {"raised": outcome.error, "returned": outcome.value, "hanging": HANGS}[outcome.ended]


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_the_example_fails_and_the_mended_one_copes(proof: Proof) -> None:
    """The bad example shows the failure that its page tells of; the mended one ends as it should."""
    pair = page_example(proof.rule, proof.case, proof.shorten)
    before = run(pair.before, proof, proof.patience if proof.before == HANGS else DEADLINE)
    after = run(pair.after, proof, DEADLINE)
    assert (ending(before), ending(after)) == (proof.before, proof.after), after.output
    assert proof.says in after.output
    assert not proof.says or proof.says not in before.output


def test_a_session_is_given_its_limit_once() -> None:
    """The other fix: the call stays as it is, and what it goes through has a limit."""
    rule = registry.find("no-timeout")
    assert rule is not None
    text = parse_docstring(registry.page(rule)).cases[2].fixed[1].code.replace("(3.05, 27)", "(0.5, 0.5)")
    assert "bank.request = " in text
    proof = Proof(rule.name, 3, "hang", "rates()", HANGS, READ_TIMEOUT)
    assert ending(run({"example.py": text}, proof, DEADLINE)) == READ_TIMEOUT


def test_the_fixed_texts_hold_the_limits_that_people_get() -> None:
    """With the settings as they are, the same fix writes the limits that the page shows."""
    rule = registry.find("no-timeout")
    assert rule is not None
    case = parse_docstring(registry.page(rule)).cases[0]
    assert "timeout=(3.05, 27)" in case.fixed[0].code
    assert "timeout=(0.5, 0.5)" in page_example(rule.name, 1).after["example.py"]
