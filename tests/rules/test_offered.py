"""What is offered in bulk, by hand or not at all, and what is said once although several calls lead to it."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

SENDS = "import requests\n\ndef send(place, row):\n    requests.put(URL, json=row, timeout=5).raise_for_status()\n"
ERRORS = (
    "import requests\n\ndef ask(method, url):\n    if method == 'get':\n        answer = requests.get(url, timeout=5)\n"
    "    else:\n        answer = requests.delete(url, timeout=5)\n    if answer.ok:\n        return answer.text\n"
    "    else:\n        raise RuntimeError(answer.json())\n"
)


def found(text: str, rule: str) -> list[Finding]:
    """The findings of a rule in a text."""
    doc = Document(text, "shop/orders.py", "shop.orders", "source")
    return list(check(doc, Project(lambda _: None), Settings(select=(rule,), preview=True)).findings)


@pytest.mark.parametrize(
    ("annotation", "moved"),
    [
        ("str", True),
        ("requests.Session", True),
        ("AsyncSession", False),
        ("Connection | None", False),
        ("httpx.AsyncClient", False),
    ],
)
def test_what_belongs_to_a_loop_is_handed_to_no_thread(annotation: str, moved: bool) -> None:
    """A session of a database is used by one task, in the thread of its loop."""
    text = f"{SENDS}\nasync def save(place: {annotation}, row):\n    send(place, row)\n"
    (finding,) = found(text, "blocking-call-in-async")
    assert bool(finding.fixes) is moved


def test_one_read_of_several_answers_is_one_finding() -> None:
    """The body of whichever request was sent is parsed at one place."""
    assert len(found(ERRORS, "body-parsed-before-check")) == 1


@pytest.mark.parametrize(("loaded", "applied"), [("", "displayonly"), ("c.load_host_keys(HOSTS)", "unsafe")])
def test_hosts_have_to_be_known_before_others_are_refused(loaded: str, applied: str) -> None:
    """A program that loads no keys of hosts would reach none of them any more."""
    text = f"import paramiko\n\nc = paramiko.SSHClient()\n{loaded}\nc.set_missing_host_key_policy(paramiko.AutoAddPolicy())\n"
    (finding,) = found(text, "tls-verification-off")
    assert [fix.applicability for fix in finding.fixes] == [applied]


@pytest.mark.parametrize(
    ("said", "applied"),
    [("The other side needs a quarter of an hour.", "displayonly"), ("The books of a year.", "unsafe")],
)
def test_a_class_says_that_its_calls_take_long(said: str, applied: str) -> None:
    """A limit that is common elsewhere would end every one of them."""
    text = f'import requests\n\nclass Books:\n    """{said}"""\n\n    def close(self):\n        requests.post(URL)\n'
    (finding,) = found(text, "no-timeout")
    assert {fix.applicability for fix in finding.fixes} == {applied}
