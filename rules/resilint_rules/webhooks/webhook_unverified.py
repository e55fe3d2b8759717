r"""A webhook that believes all that is sent to it, as nothing looks at a signature.

The address of a webhook is no secret: it stands in logs, in documentation, in the settings of the sender. Who knows it
reports a payment that was never made, or has the pipeline build a commit of theirs.

```python bad
import json
from fastapi import FastAPI, Request

app = FastAPI()

@app.post("/hooks/code")
async def pushed(request: Request):
    if request.headers["X-GitHub-Event"] == "push":  # finds: webhook-unverified
        await build(await request.json())
```

```python bad
from flask import Flask, request

app = Flask(__name__)

@app.post("/hooks/payments")
def paid():
    event = request.get_json()
    if event["type"] == "checkout.session.completed":  # finds: webhook-unverified
        deliver(event["data"]["object"])
    return "", 204
```

Silent where the function, its class, its decorators, one of its dependencies or a function that it calls looks at a
signature, a token or an address, where the whole request is given to other code, and where the event is fetched from
the sender.

```python good
import hashlib
import hmac
import json

import stripe
from fastapi import Depends, FastAPI, HTTPException, Request
from flask import Flask, request

app = FastAPI()
site = Flask(__name__)

def from_sender(body, given):
    made = "sha256=" + hmac.new(KEY, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), given.encode())

@app.post("/hooks/code")
async def pushed(request: Request):
    if not from_sender(await request.body(), request.headers.get("X-Hub-Signature-256", "")):
        raise HTTPException(401)
    if request.headers["X-GitHub-Event"] == "push":
        await build(await request.json())

@app.post("/hooks/issues", dependencies=[Depends(from_sender)])
async def issue(request: Request):
    await note(request.headers["X-GitHub-Event"])

@site.post("/hooks/payments")
def paid():
    event = stripe.Event.retrieve(request.get_json()["id"])
    if event["type"] == "checkout.session.completed":
        deliver(event["data"]["object"])
    return "", 204

@site.get("/kinds")
def kinds():
    return ["invoice.paid", "charge.refunded"]
```

There is no fix, as only you know where the secret is kept. For a sender with a library,
`stripe.Webhook.construct_event(body, signature, secret)` or `SignatureVerifier(secret).is_valid_request(body,
headers)`; for others the digest of the raw body:

    made = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made.encode(), request.headers.get("X-Hub-Signature-256", "").encode()):
        raise HTTPException(401)

When not to: a proxy in front of the program has checked the signature.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._unverified import unverified_sign


@rule(
    code="WHK003",
    name="webhook-unverified",
    severity="info",
    preview=True,
    words=(
        "x-github-event", "x_github_event", "x-gitlab-event", "x_gitlab_event", "x-shopify-topic", "x-event-key",
        "x-gitea-event", "checkout.session.", "payment_intent.", "invoice.pa", "customer.subscription.",
    ),
)  # fmt: skip
def check(frame: Frame) -> Iterator[Finding]:
    """Reports handlers of webhooks in which nothing looks at who has sent the event."""
    sign = unverified_sign(frame)
    if sign is not None:
        text = frame.tree.code(sign).strip("'\"")
        yield frame.finding(
            f"`{text}` is believed, and nothing checks a signature: all who know the address can send such events",
            frame.tree.span(sign),
        )
