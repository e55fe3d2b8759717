"""Which functions answer a webhook, how long its sender waits, and where the answer leaves."""

from __future__ import annotations

import pytest

from resilint_rules.kit.entry_points.webhooks import Delivery, delivery, sent_name
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

FLASK = "from flask import Flask, request\napp = Flask(__name__)\n"
FAST = "from fastapi import FastAPI, Header\napp = FastAPI()\n"
LATE = "from slack_bolt import App\napp = App(process_before_response=True)\n"
BOLT = "from slack_bolt import App\napp = App()\n"


def found(text: str) -> Delivery | None:
    """What is known of the last function of a text."""
    module = Module(Document(text, "app.py", "app", "source"))
    frame = Session(Project(lambda _: None)).scope(module).frame(list(module.all_functions())[-1])
    assert frame is not None
    return delivery(frame)


@pytest.mark.parametrize(
    ("text", "sign", "patience"),
    [
        (FLASK + "@app.post('/h')\ndef f():\n    return request.headers['X-GitHub-Event']", "x-github-event", 10),
        (FLASK + "@app.post('/h')\ndef f():\n    return request.headers['X-Slack-Signature']", "x-slack-signature", 3),
        (FAST + "@app.post('/h')\ndef f(x_gitlab_event: str = Header()): ...", "x-gitlab-event", 10),
        (FAST + "@app.post('/h')\ndef f(kind: str = Header(alias='X-Shopify-Topic')): ...", "x-shopify-topic", 5),
        (LATE + "@app.event('m')\ndef f(ack):\n    ack()", "event", 3),
        (LATE + "def f(ack): ...\napp.command('/x')(ack=f)", "command", 3),
        (LATE + "def f(ack): ...\napp.command('/x')(f)", "command", 3),
    ],
)
def test_what_answers_a_webhook(text: str, sign: str, patience: int) -> None:
    """A header of a sender that is read, or a registration with a framework for events."""
    delivered = found(text)
    assert delivered is not None
    assert (delivered.sign, delivered.patience, delivered.answered) == (sign, patience, None)


@pytest.mark.parametrize(
    "text",
    [
        FLASK + "@app.post('/h')\ndef f():\n    return request.headers['X-Request-Id']",
        FLASK + "def f():\n    return request.headers['X-GitHub-Event']",
        FAST + "@app.post('/h')\ndef f(x_gitlab_event: str): ...",
        LATE + "def f(ack): ...\napp.command('/x')(ack=g, lazy=[f])",
        BOLT + "@app.event('m')\ndef f(event): ...",
        BOLT + "@app.command('/x')\ndef f(command): ...",
        "from slack_bolt import App\napp = App(process_before_response=SETTING)\n@app.event('m')\ndef f(event): ...",
    ],
)
def test_what_does_not(text: str) -> None:
    """No header of a sender, no route, an answer that left before, or one that cannot be seen."""
    assert found(text) is None


def test_an_answer_may_leave_before_the_end() -> None:
    """Where a listener calls `ack()`."""
    text = BOLT + "@app.command('/x')\ndef f(ack):\n    work()\n    ack()\n    more()"
    delivered = found(text)
    assert delivered is not None
    assert delivered.answered is not None
    assert text[delivered.answered.start : delivered.answered.end] == "ack()"


def test_names_of_headers() -> None:
    """As they are sent, whatever the framework calls them."""
    assert {sent_name(name) for name in ("X-Hub-Signature", "HTTP_X_HUB_SIGNATURE", "x_hub_signature")} == {
        "x-hub-signature"
    }
