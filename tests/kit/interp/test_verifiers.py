"""Checks of signatures by libraries are calls of a frame, wherever the object that checks was made."""

from __future__ import annotations

import pytest

from resilint_rules.kit.interp.call_kinds import VerifyCall
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.syntax.text import Document


@pytest.mark.parametrize(
    ("text", "callee"),
    [
        (
            "import stripe\ndef f(b, s):\n    stripe.Webhook.construct_event(b, s, KEY)\n",
            "stripe.Webhook.construct_event",
        ),
        (
            "from svix.webhooks import Webhook\ndef f(b, h):\n    Webhook(KEY).verify(b, h)\n",
            "svix.webhooks.Webhook.verify",
        ),
        (
            "import standardwebhooks\ndef f(b, h):\n    hook = standardwebhooks.Webhook(KEY)\n    hook.verify(b, h)\n",
            "standardwebhooks.Webhook.verify",
        ),
        (
            "from slack_sdk.signature import SignatureVerifier\nverifier = SignatureVerifier(KEY)\n"
            "def f(b, t, s):\n    return verifier.is_valid(b, t, s)\n",
            "slack_sdk.signature.SignatureVerifier.is_valid",
        ),
    ],
)
def test_a_check_is_recorded(text: str, callee: str) -> None:
    """By a function, by an object made at once or under a name, and by one of the module."""
    project = Project(lambda _: None)
    module = Module(Document(text, "app.py", "app", "source"))
    chosen = [chunk for chunk in relevant(module, project.derived(Exports)).chunks if isinstance(chunk, FunctionChunk)]
    frame = Session(project).scope(module).frame(chosen[-1])
    assert frame is not None
    assert [call.callee for call in frame.calls.values() if isinstance(call, VerifyCall)] == [callee]
