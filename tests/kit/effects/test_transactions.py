"""Transactions around a place: blocks and decorators, not those of a function that only holds another."""

from __future__ import annotations

from textwrap import dedent

import libcst as cst
import pytest

from resilint_rules.kit.effects.transactions import transaction_at, transaction_of_caller
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document
from resilint_rules.kit.syntax.tree import walk

HEAD = "from django.db import transaction\nfrom django.db.transaction import atomic\n"


def opened(text: str) -> str:
    """The name of the transaction around the call of `here` in the last function of a text; "" for none."""
    module = Module(Document(HEAD + dedent(text)))
    frame = Session(Project(lambda name: None)).scope(module).frame(list(module.all_functions())[-1])
    assert frame is not None
    frame = frame.all_frames()[-1]
    places = [
        node
        for node in walk(frame.tree.module)
        if isinstance(node, cst.Call) and cst.Name("here").deep_equals(node.func)
    ]
    found = transaction_at(frame, places[0])
    return found.name if found is not None else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f():\n    with transaction.atomic():\n        here()", "transaction.atomic"),
        ("def f():\n    with atomic(), open('x'):\n        if f:\n            here()", "transaction.atomic"),
        ("@atomic\ndef f():\n    here()", "transaction.atomic"),
        ("@transaction.atomic(using='x')\ndef f():\n    here()", "transaction.atomic"),
        ("def f():\n    with transaction.atomic():\n        pass\n    here()", ""),
        ("def f():\n    with open(here()):\n        pass", ""),
        ("@transaction.on_commit\ndef f():\n    here()", ""),
        ("@atomic\ndef f():\n    def inner():\n        here()\n    return inner", ""),
    ],
)
def test_transaction_at(text: str, expected: str) -> None:
    """The innermost block counts, then a decorator of the function itself."""
    assert opened(text) == expected


@pytest.mark.parametrize(
    ("signal", "expected"), [("post_save", True), ("[post_save, mine]", True), ("mine", False), ("post_delete", False)]
)
def test_transaction_of_caller(signal: str, expected: bool) -> None:
    """Handlers of what is saved run in the transaction of the code that saves; those of other signals may not."""
    text = f"""
        from django.db.models.signals import post_delete, post_save
        from django.dispatch import receiver
        from shop import mine

        @receiver({signal}, sender=int)
        def f(sender, **kwargs):
            pass
    """
    module = Module(Document(HEAD + dedent(text)))
    frame = Session(Project(lambda name: None)).scope(module).frame(module.functions["f"][0])
    assert frame is not None
    assert (transaction_of_caller(frame) is not None) is expected
