"""Envelopes: which arguments make one count, and which addresses are known for answering a failure with 200."""

from __future__ import annotations

import pytest

from resilint.config.settings import Settings
from resilint.engine.check import check
from resilint.fixes.apply import UNSAFE, fix_all
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

START = """\
import boto3, httpx, requests
from elasticsearch import Elasticsearch, helpers
functions = boto3.client("lambda")
events = boto3.client("events")
"""
SETTINGS = Settings(select=("envelope-unchecked",))


def found(line: str) -> bool:
    """Whether a line of a function is reported."""
    text = f"{START}def job(es: Elasticsearch, docs, url, kw):\n    {line}\n"
    return bool(check(Document(text, "job.py", "job", "source"), Project(lambda _: None), SETTINGS).findings)


@pytest.mark.parametrize(
    ("line", "reported"),
    [
        ('functions.invoke(FunctionName="f")', True),
        ('functions.invoke(FunctionName="f", InvocationType="RequestResponse")', True),
        ('functions.invoke(FunctionName="f", InvocationType="Event")', False),
        ('functions.invoke(FunctionName="f", InvocationType=kw["way"])', False),
        ('functions.invoke(FunctionName="f", **kw)', False),
        ("functions.invoke(**kw)", False),
        ("events.put_events(Entries=docs)", True),
        ('events.put_events(ApplicationId="a", EventsRequest={})', False),
        ("helpers.bulk(es, docs, raise_on_error=False)", True),
        ("helpers.bulk(es, docs, raise_on_error=True)", False),
        ("helpers.bulk(es, docs, raise_on_error=url)", False),
        ("helpers.bulk(es, docs)", False),
        ("helpers.streaming_bulk(es, docs, raise_on_error=False)", False),
    ],
)
def test_arguments_decide(line: str, reported: bool) -> None:
    """What is not seen counts as what would be silent."""
    assert found(line) is reported


@pytest.mark.parametrize(
    ("address", "reported"),
    [
        ('"https://slack.com/api/chat.postMessage"', True),
        ('f"https://slack.com/api/{kw}"', True),
        ('"https://hooks.slack.com/services/T/B/x"', False),
        ('"https://slack.community/api/x"', False),
        ('"https://challenges.cloudflare.com/turnstile/v0/siteverify"', True),
        ('f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={kw}"', True),
        ('"https://maps.googleapis.com/maps/api/geocode/json"', True),
        ('"https://maps.googleapis.com/maps/api/staticmap"', False),
        ('f"{url}/_bulk"', True),
        ('f"{url}/_bulk_load"', False),
        ("url", False),
    ],
)
def test_addresses(address: str, reported: bool) -> None:
    """Only where the owner documents it."""
    assert found(f"requests.post({address}, timeout=5).raise_for_status()") is reported


@pytest.mark.parametrize(
    "read",
    [
        'return answer.json()["ok"]',
        "return answer.json()",
        "return answer",
        "return answer.text",
        "log.info(answer.text)",
        'body = answer.json()\n    if body.get("error"):\n        raise RuntimeError(body)',
    ],
)
def test_a_body_that_is_read_or_given_on(read: str) -> None:
    """Its receiver may look."""
    assert not found(f'answer = requests.post("https://slack.com/api/x", timeout=5)\n    {read}')


def test_the_check_of_an_awaited_body_is_left_to_a_person() -> None:
    """There is no fix where the body has to be awaited, or where the call stands in a larger expression."""
    text = (
        "import aiohttp, boto3\n\nasync def tell(session: aiohttp.ClientSession):\n"
        '    await session.post("https://slack.com/api/x", json={})\n\n\n'
        'def forget(queue, entries):\n    ids = [boto3.client("sqs").delete_message_batch(QueueUrl=queue, Entries=e)'
        '["ResponseMetadata"] for e in entries]\n'
    )
    doc = Document(text, "tell.py", "tell", "source")
    project = Project({doc.name: doc.text})
    assert len(check(doc, project, SETTINGS).findings) == 2
    assert fix_all(doc, lambda document: check(document, project, SETTINGS).findings, UNSAFE).text == text
