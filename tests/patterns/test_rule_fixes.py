"""Patterns that consist of the fixes of rules: what they repair, and what they leave as it is."""

from __future__ import annotations

import pytest

from patterns.hardening import hardened

REPAIRED = {
    "a blocking request": (
        "offload",
        "import requests\n\nasync def f(u):\n    return requests.get(u, timeout=5).text\n\n"
        "async def g(us):\n    for u in us:\n        await f(u)\n",
        "(await asyncio.to_thread(requests.get, u, timeout=5)).text",
    ),
    "a blocking sleep": (
        "offload",
        "import asyncio\nimport time\n\nasync def f():\n    time.sleep(5)\n\nasync def g():\n"
        "    await asyncio.gather(f(), f())\n",
        "await asyncio.sleep(5)",
    ),
    "a signature compared by ==": (
        "webhook",
        "import hashlib\nimport hmac\n\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n"
        "@app.post('/hook')\ndef hook():\n"
        "    wanted = hmac.new(SECRET, request.get_data(), hashlib.sha256).hexdigest()\n"
        "    if request.headers['X-Signature'] == wanted:\n        return 'ok'\n    return 'no', 403\n",
        "hmac.compare_digest(",
    ),
    "a signature over a body that was parsed": (
        "webhook",
        "import hashlib\nimport hmac\nimport json\n\nfrom fastapi import FastAPI, HTTPException, Request\n\n"
        "app = FastAPI()\n\n@app.post('/hook')\nasync def hook(request: Request):\n"
        "    body = await request.json()\n"
        "    wanted = hmac.new(SECRET, json.dumps(body).encode(), hashlib.sha256).hexdigest()\n"
        "    if not hmac.compare_digest(wanted, request.headers['X-Signature']):\n"
        "        raise HTTPException(403)\n    return body\n",
        "await request.body()",
    ),
    "a task in a transaction": (
        "on-commit",
        "from celery import shared_task\nfrom django.db import transaction\n\n@shared_task\ndef send(pk):\n"
        "    print(pk)\n\ndef pay(order):\n    with transaction.atomic():\n        order.save()\n"
        "        send.delay(order.pk)\n",
        "transaction.on_commit(functools.partial(send.delay, order.pk))",
    ),
    "a message acknowledged at delivery": (
        "acknowledge",
        "import json\nimport pika\n\ndef handle(channel, method, properties, body):\n    book(json.loads(body))\n\n"
        "def main(params):\n    channel = pika.BlockingConnection(params).channel()\n"
        "    channel.basic_consume('orders', handle, auto_ack=True)\n    channel.start_consuming()\n",
        "    book(json.loads(body))\n    channel.basic_ack(method.delivery_tag)\n",
    ),
    "the first page of a bucket": (
        "pagination",
        "import boto3\n\ns3 = boto3.client('s3')\n\ndef keys(bucket):\n"
        "    return [item['Key'] for item in s3.list_objects_v2(Bucket=bucket)['Contents']]\n",
        "s3.get_paginator('list_objects_v2').paginate(Bucket=bucket).build_full_result()['Contents']",
    ),
    "a failure without a trace": (
        "trace",
        "import requests\n\ndef publish(posts):\n    for post in posts:\n        try:\n"
        "            requests.post('https://hub.example', json=post, timeout=5)\n"
        "        except requests.RequestException:\n            pass\n",
        'logging.getLogger(__name__).warning("requests.post failed", exc_info=True)',
    ),
}
UNTOUCHED = {
    "a database on the loop": (
        "offload", "import psycopg\n\nasync def f(c: psycopg.Connection):\n    return c.execute('select 1')\n",
    ),
    "a signature in constant time": (
        "webhook",
        "import hashlib\nimport hmac\n\nfrom flask import request\n\ndef verify():\n"
        "    wanted = hmac.new(SECRET, request.get_data(), hashlib.sha256).hexdigest()\n"
        "    return hmac.compare_digest(wanted, request.headers['X-Signature'])\n",
    ),
    "a task after the transaction": (
        "on-commit",
        "from celery import shared_task\nfrom django.db import transaction\n\n@shared_task\ndef send(pk):\n"
        "    print(pk)\n\ndef pay(order):\n    with transaction.atomic():\n        order.save()\n"
        "    send.delay(order.pk)\n",
    ),
    "a consumer that only prints": (
        "acknowledge",
        "import pika\n\ndef show(channel, method, properties, body):\n    print(body)\n\ndef main(params):\n"
        "    channel = pika.BlockingConnection(params).channel()\n"
        "    channel.basic_consume('events', show, auto_ack=True)\n",
    ),
    "one entry": (
        "pagination",
        "import boto3\n\ns3 = boto3.client('s3')\n\ndef first(bucket):\n"
        "    return s3.list_objects_v2(Bucket=bucket, MaxKeys=1)['KeyCount'] > 0\n",
    ),
    "a handler with a reason": (
        "trace",
        "import requests\n\ndef f(u):\n    try:\n        return requests.get(u, timeout=5).text\n"
        "    except requests.RequestException:\n        # only decoration: the page is complete without it\n"
        "        return ''\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "text", "wanted"), REPAIRED.values(), ids=REPAIRED)
def test_what_a_rule_would_fix_is_fixed(pattern: str, text: str, wanted: str) -> None:
    """Whether or not the rule is on by default."""
    done = hardened(text, (pattern,))
    assert wanted.replace("'", '"') in done.replace("'", '"')


@pytest.mark.parametrize(("pattern", "text"), UNTOUCHED.values(), ids=UNTOUCHED)
def test_what_is_right_stays(pattern: str, text: str) -> None:
    """What the rule of a pattern does not report."""
    assert hardened(text, (pattern,)) == text
