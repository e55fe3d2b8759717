"""A client that a record makes for its field: what is called there without arguments gets one."""

from __future__ import annotations

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import UNSAFE, fix_all
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

TEXT = """from dataclasses import dataclass, field

from openai import OpenAI

@dataclass
class Talk:
    model: OpenAI = field(repr=False, default_factory=OpenAI)
"""


def test_the_factory_becomes_a_call() -> None:
    """The finding stands at the client, and its fix leaves the field as it is."""
    doc, project = Document(TEXT, "talk.py", "talk", "source"), Project(lambda _: None)
    settings = Settings(select=("timeout-too-long",))
    (finding,) = check(doc, project, settings).findings
    assert TEXT[slice(*finding.span)] == "OpenAI"
    assert finding.message.startswith("`OpenAI` waits 10 minutes")
    done = fix_all(doc, lambda each: check(each, project, settings).findings, UNSAFE).text
    assert done == TEXT.replace("factory=OpenAI", "factory=lambda: OpenAI(timeout=60)")
