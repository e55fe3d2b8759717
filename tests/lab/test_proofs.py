"""Rules proven by running their own examples: the bad one fails at a bad partner, the mended one copes.

The mended text is made here, by the rule's preferred fixes with short limits, so that what is run is
what a person gets, and no test waits half a minute.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lab import Lab, Outcome, run_example
from resilint import fix
from resilint.check import check
from resilint.settings import Settings, Timeouts
from resilint_rules import registry
from resilint_rules.kit.page import Case, parse_docstring
from resilint_rules.kit.project import Project, module_name
from resilint_rules.kit.text import Document

SHORT = Timeouts(connect=0.5, read=0.5, total=0.5, llm=0.5)
HANGS = "hanging"
DEADLINE = 10.0


@dataclass(frozen=True, slots=True)
class Proof:
    """A case of a rule's page (counted from 1), the fault it meets, and how each text ends there.

    `before` and `after` are what is raised, "hanging", or "" for a return. `call` sets it going.
    """

    rule: str
    case: int
    fault: str
    call: str
    before: str
    after: str
    given: str = ""

    @property
    def name(self) -> str:
        """What pytest shows."""
        return f"{self.rule}-{self.case}-{self.fault}"


READ_TIMEOUT = "requests.exceptions.ReadTimeout"

PROOFS = [
    Proof("no-timeout", 1, "hang", "charge({})", HANGS, READ_TIMEOUT),
    Proof("no-timeout", 2, "hang", "Rates().latest()", HANGS, READ_TIMEOUT),
    Proof("timeout-disabled", 1, "hang", "client.get(URL)", HANGS, "httpx.ReadTimeout"),
    Proof("timeout-disabled", 2, "hang", "report('https://partner.example/report')", HANGS, READ_TIMEOUT),
    Proof("status-never-checked", 1, "error", "user(1)", "builtins.KeyError", "requests.exceptions.HTTPError"),
    Proof("status-never-checked", 1, "malformed", "user(1)", *["requests.exceptions.JSONDecodeError"] * 2),
    Proof(
        "status-never-checked", 2, "unavailable", "names(client)", "builtins.TypeError", "httpx.HTTPStatusError",
        given="import httpx\nclient = httpx.AsyncClient(base_url='https://partner.example')",
    ),
]  # fmt: skip


def case_of(proof: Proof) -> Case:
    """The case that a proof is about."""
    rule = registry.find(proof.rule)
    assert rule is not None
    return parse_docstring(registry.page(rule)).cases[proof.case - 1]


def mend(case: Case, rule: str) -> dict[str, str]:
    """The files of a case after the rule's preferred fixes, with limits of half a second."""
    texts = {example.file or "example.py": example.code for example in case.files}
    project = Project(read=lambda name: texts[name].encode() if name in texts else None)
    settings = Settings(select=(rule,), preview=True, timeouts=SHORT)
    return {
        name: fix.fix_all(
            Document(text, name, module_name(name)), lambda doc: check(doc, project, settings).findings, fix.UNSAFE
        ).text
        for name, text in texts.items()
    }


def run(texts: dict[str, str], proof: Proof, lab: Lab, deadline: float) -> Outcome:
    """Runs the first file of a case, with the others beside it."""
    first, *others = texts
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
    return outcome.error if outcome.ended == "raised" else "" if outcome.ended == "returned" else HANGS


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_the_example_fails_and_the_mended_one_copes(proof: Proof) -> None:
    """The bad example shows the failure that its page tells of; the mended one ends as it should."""
    case = case_of(proof)
    for example in case.files:
        for module in ("requests", "httpx"):
            if module in example.code:
                pytest.importorskip(module, reason=f"the example uses {module}")
    bad = {example.file or "example.py": example.code for example in case.files}
    mended = mend(case, proof.rule)
    assert mended != bad
    with Lab(life=60) as lab:
        before = run(bad, proof, lab, 2 if proof.before == HANGS else DEADLINE)
        after = run(mended, proof, lab, DEADLINE)
        assert lab.accepted >= 2, "both have reached the partner"
    assert (ending(before), ending(after)) == (proof.before, proof.after)


def test_the_fixed_texts_hold_the_limits_that_people_get() -> None:
    """With the settings as they are, the same fix writes the limits that the page shows."""
    rule = registry.find("no-timeout")
    assert rule is not None
    case = parse_docstring(registry.page(rule)).cases[0]
    assert "timeout=(3.05, 27)" in case.fixed[0].code
    assert "timeout=(0.5, 0.5)" in mend(case, rule.name)["example.py"]
