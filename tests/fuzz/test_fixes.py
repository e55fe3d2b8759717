"""No text ends with a traceback, and no fix damages what it is not about.

`RESILINT_MUTANTS=N` tries N mutants instead of the usual number. What fails is made smaller and
kept in `tests/fuzz/found/`; each file there is tried again.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from fuzz.mutants import minimal, mutant
from fuzz.texts import examples, published
from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.engine.file_checker import on_deep_stack
from resilint.fixes.apply import UNSAFE, fix_all
from resilint.fixes.verify import compiles
from resilint_rules.kit.findings import Finding
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.layout import comment_spans
from resilint_rules.kit.syntax.text import Document

FOUND = Path(__file__).parent / "found"
NUMBER = int(os.environ.get("RESILINT_MUTANTS", "0"))
USUAL, USUAL_PUBLISHED = 1200, 150
SECONDS = 10
"""Of processor time that one text may take."""
SETTINGS = Settings(preview=True)


def comments(text: str) -> Counter[str]:
    """The comments of a text but those that address resilint: these a fix removes on purpose."""
    found = Counter(text[start:end] for start, end in comment_spans(text))
    return Counter({comment: number for comment, number in found.items() if "resilint" not in comment})


def trouble(text: str) -> str:
    """What goes wrong when a text is checked and fixed, its kind first; "" if nothing does."""
    started = time.thread_time()
    project = Project(lambda name: None)

    def again(doc: Document) -> tuple[Finding, ...]:
        return check(doc, project, SETTINGS).findings

    try:
        done = fix_all(Document(text, "example.py", "example"), again, UNSAFE)
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"exception: {error!r}"
    faults = {
        "crash": next((found.message for found in done.findings if found.code == "E001"), ""),
        "broken": ", ".join(found.rule for found in done.broken),
        "unsettled": "" if done.settled else "the fixes undo each other",
        "damage": done.damage,
        "syntax": "it compiles no longer" if compiles(text) and not compiles(done.text) else "",
        "comment": str(next(iter(comments(text) - comments(done.text)), "")) if text != done.text else "",
        "slow": "" if time.thread_time() - started < SECONDS else f"more than {SECONDS} s",
    }
    return next((f"{kind}: {said}" for kind, said in faults.items() if said), "")


def troubles(texts: Iterable[str]) -> Iterator[str]:
    """The trouble with each text that has any, with the place of its smallest part. Effect: keeps that in `FOUND`."""

    def tried() -> Iterator[str]:
        for text in texts:
            if said := trouble(text):
                kind = said.partition(":")[0]
                least = minimal(text, lambda part: trouble(part).startswith(kind))  # noqa: B023 - used at once
                path = FOUND / f"{kind}-{hashlib.sha256(least.encode('utf-8', 'replace')).hexdigest()[:12]}.txt"
                path.write_bytes(least.encode("utf-8", "replace"))
                yield f"{path.name}: {trouble(least) or said}"
            else:
                yield ""

    return (said for said in on_deep_stack(tried()) if said)


@pytest.mark.timeout(0 if NUMBER else 600)
def test_mutants_of_examples() -> None:
    """The same mutants in every run, from the number of each."""
    found = list(troubles(mutant(number, examples()) for number in range(NUMBER or USUAL)))
    assert not found, "\n".join(found)


@pytest.mark.timeout(0 if NUMBER else 600)
def test_mutants_of_published_files(tmp_path: Path) -> None:
    """Code that no one wrote for this test; its text may change with the index, so that numbers mean less."""
    texts = published(tmp_path)
    if not texts:
        pytest.skip("the package index cannot be reached")
    found = list(troubles(mutant(number, texts) for number in range(NUMBER // 10 or USUAL_PUBLISHED)))
    assert not found, "\n".join(found)


@pytest.mark.timeout(0 if NUMBER else 600)
def test_whole_texts() -> None:
    """Also without a change: every third text, or all of them if more is tried than usual."""
    texts = list(dict.fromkeys(examples()))
    found = list(troubles(texts if NUMBER else texts[::3]))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.txt")), ids=lambda path: path.stem)
def test_what_was_found_stays_fixed(path: Path) -> None:
    """Each text that has failed once."""
    assert list(troubles_without_keeping(path.read_bytes().decode())) == [""]


def troubles_without_keeping(text: str) -> Iterator[str]:
    """The trouble with one text, found on a deep stack."""
    return on_deep_stack(trouble(part) for part in [text])


def test_a_failure_is_made_small() -> None:
    """The part that fails is found among lines and words that do not matter."""
    text = "".join(f"line_{number} = call({number})\n" for number in range(40))
    assert minimal(text, lambda part: "line_17" in part and "23" in part) == "line_1723"
    assert minimal("a b\n", lambda part: True) == ""


def test_mutants_differ_and_stay() -> None:
    """A number stands for one mutant, and most are new texts, many of them Python."""
    made = [mutant(number, examples()) for number in range(200)]
    assert made == [mutant(number, examples()) for number in range(200)]
    assert len(set(made) - set(examples())) > 150
    assert sum(map(compiles, made)) > 40
