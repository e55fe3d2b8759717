r"""A check of a signature that is left out when there is no signature, or no secret.

A sender that must not be trusted leaves the header away, and its request passes. A secret that an environment lacks
after a move opens the endpoint to all, and nothing tells of it.

```python bad
import hashlib
import hmac
from flask import Flask, abort, request

app = Flask(__name__)

@app.post("/hooks")
def hook():
    given = request.headers.get("X-Signature")
    expected = hmac.new(SECRET, request.get_data(), hashlib.sha256).hexdigest()
    if given and not hmac.compare_digest(expected, given):  # finds: signature-check-fails-open
        abort(401)
    return "taken"
```

```python fixed
import hashlib
import hmac
from flask import Flask, abort, request

app = Flask(__name__)

@app.post("/hooks")
def hook():
    given = request.headers.get("X-Signature")
    expected = hmac.new(SECRET, request.get_data(), hashlib.sha256).hexdigest()
    if not given or not hmac.compare_digest(expected, given):
        abort(401)
    return "taken"
```

A lack of the secret is a warning, since somewhere it may be wanted; so is a function that finds everything right then.

```python bad
import hashlib
import hmac
import os

def verify_signature(body: bytes, given: str) -> bool:
    secret = os.environ.get("HOOK_SECRET")
    if not secret:  # finds: signature-check-fails-open
        return True
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, given)
```

```python fixed
import hashlib
import hmac
import os

def verify_signature(body: bytes, given: str) -> bool:
    secret = os.environ.get("HOOK_SECRET")
    if not secret:
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, given)
```

```python bad
import hashlib
import hmac

def is_valid(body, given):
    try:
        return hmac.compare_digest(hmac.new(SECRET, body, hashlib.sha256).hexdigest(), given)
    except Exception:  # finds: signature-check-fails-open
        return True
```

```python bad
from fastapi import FastAPI, Request
from standardwebhooks import Webhook

app = FastAPI()

@app.post("/hooks")
async def hook(request: Request):
    body = await request.body()
    try:
        Webhook(SECRET).verify(body, dict(request.headers))
    except Exception as error:  # finds: signature-check-fails-open
        log.warning("webhook-signature: %s", error)
    return await take(body)
```

Silent where a lack is refused, here or before, and where a setting of its own switches the check off.

```python good
import hashlib
import hmac
import os
from flask import Flask, abort, request

app = Flask(__name__)

def verify_signature(body: bytes, given: str) -> bool:
    secret = os.environ.get("HOOK_SECRET")
    if not secret or not given:
        return False
    if os.environ.get("DEBUG"):
        return True
    return hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), given)

@app.post("/hooks")
def hook():
    given = request.headers.get("X-Signature")
    if not given:
        abort(401)
    if given and not verify_signature(request.get_data(), given):
        abort(401)
    return "taken"

@app.post("/payments")
def payment():
    try:
        if not verify_signature(request.get_data(), request.headers["X-Signature"]):
            abort(401)
    except ValueError as error:
        if "captured" in str(error):
            return "taken"
        raise
    return "taken"

@app.post("/trials")
def trial():
    given = request.headers.get("X-Signature", "")
    if app.debug and not given:
        return "taken"
    if not verify_signature(request.get_data(), given):
        abort(401)
    return "taken"
```

The fix refuses what cannot be checked. It is not applied unasked: where a secret is missing today, requests are refused
from then on.

When not to: a sender that is not able to sign yet, for a time that is over soon. Say so in an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame, Severity
from ..kit.rule import rule
from ._fail_open import gaps, place_of, refuse


@rule(
    code="WHK004",
    name="signature-check-fails-open",
    severity="error",
    preview=True,
    words=("-signature", "-hmac-", "hub_signature", "x_signature"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports conditions and handlers that let a request pass without a check of its signature."""
    for gap in gaps(frame):
        what = "a signature that cannot be checked has to be refused"
        if gap.missing is None:
            text = f"any error passes for a right signature: {what}"
        else:
            passes = "a request passes" if gap.sent else "every request passes"
            text = f"`{frame.tree.code(gap.missing)}` is needed for the check, and without it {passes}: {what}"
        severity = Severity.ERROR if gap.sent else Severity.WARNING
        yield frame.finding(text, place_of(frame, gap), tuple(refuse(frame, gap)), severity=severity)
