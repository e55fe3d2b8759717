"""A check that does what the text tells it, so that a run can be tested without rules.

A line with `BAD` is a finding, `ask NAME` a question about another file, `DIE` the end of the process,
`CRASH` an exception, `WAIT` a wait without end.
"""

from __future__ import annotations

import os
import re
import signal
import sys

from resilint.config.settings import Settings
from resilint.results import Report
from resilint_rules.kit.findings import Finding, Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Span


def check(doc: Document, project: Project, settings: Settings) -> Report:
    """Obeys the text."""
    if "CRASH" in doc.text:
        raise ZeroDivisionError("as told")
    if "DIE" in doc.text:
        os._exit(9)
    if "WAIT" in doc.text:
        print("waiting", flush=True)
        signal.pause()
    project.reads.clear()
    for line in re.findall("ask (.+)", doc.text):
        for asked in line.split():
            project.file(asked)
    findings = tuple(
        Finding("TMO001", "no-timeout", Severity.WARNING, Span(found.start(), found.end()), f"bad in {doc.module}")
        for found in re.finditer("BAD", doc.text)
        if "TMO001" not in settings.ignore
    )
    return Report(findings, (), tuple(sorted(project.reads.items())), 1, doc.text.count("\n"))


def steep(doc: Document, project: Project, settings: Settings) -> Report:
    """Needs more stack than a thread usually has."""

    def down(depth: int) -> int:
        return depth and 1 + max(map(down, [depth - 1]))  # `map` calls through C, which costs real stack

    sys.setrecursionlimit(100_000)
    down(15_000)
    return Report(chunks=1)


def mild(doc: Document, project: Project, settings: Settings) -> Report:
    """The same of a text from which the worst is taken."""
    return check(Document(doc.text.replace("DIE", ""), doc.name, doc.module, doc.kind), project, settings)


def talkative(doc: Document, project: Project, settings: Settings) -> Report:
    """Prints, as a careless rule might."""
    print("1\tnot a digest\tnot a result")
    return check(doc, project, settings)
