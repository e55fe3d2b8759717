"""Where fixes put what the functions of a module share."""

from __future__ import annotations

import pytest

from resilint_rules.kit.fixes.edits import front
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("import asyncio\n\n\ndef work():\n    pass\n", 4),
        ("import asyncio\n\n# The work.\ndef work():\n    pass\n", 3),
        ("import asyncio\n\n##########\n# Workers\n##########\n\n\ndef work():\n    pass\n", 3),
        ("import asyncio\n\n# ---- Workers ----\n\n# The work.\ndef work():\n    pass\n", 3),
        ("import asyncio\n\n# LIMIT = 3\n\ndef work():\n    pass\n", 5),
        ("#!/bin/env python\n##########\n# Licence\n##########\n\ndef work():\n    pass\n", 6),
    ],
)
def test_what_is_shared_stands_above_a_section_s_headline(text: str, row: int) -> None:
    """But not above the beginning of a file, nor above a comment on something else."""
    needs = "asyncio" if "import" in text else ""
    module = Module(Document(text, "work.py", "work", "source"))
    place = front(module, needs)
    assert place is not None
    assert module.doc.position(place)[0] == row
