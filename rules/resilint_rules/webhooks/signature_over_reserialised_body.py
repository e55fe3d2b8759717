r"""A signature that is checked over a body that was parsed and written again.

A sender signs the bytes that it sends. Another order of keys, another blank, a letter outside ASCII that is written as
`\u00e9`, and a genuine event is refused. What is only similar today breaks with the next release of either side.

```python bad
import hashlib
import hmac
import json
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()

@app.post("/hooks")
async def hook(request: Request):
    event = await request.json()
    text = json.dumps(event, separators=(",", ":"))  # finds: signature-over-reserialised-body
    expected = hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers["X-Signature"]):
        raise HTTPException(401)
    return event["id"]
```

```python fixed
import hashlib
import hmac
import json
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()

@app.post("/hooks")
async def hook(request: Request):
    event = await request.json()
    text = json.dumps(event, separators=(",", ":"))
    expected = hmac.new(SECRET, await request.body(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers["X-Signature"]):
        raise HTTPException(401)
    return event["id"]
```

The same holds for the text of a body that is no text, and for one that is decoded with `replace` or `ignore`: a byte
that is no UTF-8 becomes another one.

```python bad
import hashlib
import hmac
from flask import request

def verify(given):
    text = str(request.get_json())  # finds: signature-over-reserialised-body
    return hmac.compare_digest(hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest(), given)
```

```python fixed
import hashlib
import hmac
from flask import request

def verify(given):
    text = str(request.get_json())
    return hmac.compare_digest(hmac.new(SECRET, request.get_data(), hashlib.sha256).hexdigest(), given)
```

```python bad
import hashlib
import hmac

def verify(stamp: str, body: bytes, given: str) -> bool:
    text = body.decode("utf-8", errors="replace")  # finds: signature-over-reserialised-body
    expected = hmac.new(SECRET, f"v0:{stamp}:{text}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={expected}", given)
```

A library that verifies needs the bytes, too.

```python bad
import json
import stripe
from flask import request

def event():
    signature = request.headers["Stripe-Signature"]
    body = json.dumps(request.json)  # finds: signature-over-reserialised-body
    return stripe.Webhook.construct_event(body, signature, SECRET)
```

```python fixed
import json
import stripe
from flask import request

def event():
    signature = request.headers["Stripe-Signature"]
    body = json.dumps(request.json)
    return stripe.Webhook.construct_event(request.get_data(), signature, SECRET)
```

A function that makes the digest for others gets what they write.

```python bad
import hashlib
import hmac
import json

from flask import abort, request

def sign(text):
    return hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()

def hook():
    text = request.get_data(as_text=True)  # finds: signature-over-reserialised-body
    if not hmac.compare_digest(sign(text), request.headers["X-Signature"]):
        abort(403)

def other_hook():
    body = json.dumps(request.get_json())  # finds: signature-over-reserialised-body
    if not hmac.compare_digest(sign(body), request.headers["X-Signature"]):
        abort(403)
```

```python good
import hashlib
import hmac
import json

import requests
from flask import abort, request

def sign(text):
    return hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()

def hook():
    if not hmac.compare_digest(sign(request.get_data().decode()), request.headers["X-Signature"]):
        abort(403)

def tell(url):
    text = json.dumps(request.get_json())
    requests.post(url, data=text, headers={"X-Signature": sign(text)}, timeout=5).raise_for_status()
```

Silent where the bytes are used as they came, also decoded without loss, where a body that we send is signed, and where
both sides sort the keys, as they have agreed then on how to write it.

```python good
import hashlib
import hmac
import json
from flask import request

def verify(stamp, given):
    text = request.get_data().decode()
    expected = hmac.new(SECRET, f"v0:{stamp}:{text}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={expected}", given)

def signed(order):
    body = json.dumps(order)
    return body, hmac.new(SECRET, body.encode(), hashlib.sha256).hexdigest()

def verify_order(given):
    text = json.dumps(request.get_json(), sort_keys=True)
    return hmac.compare_digest(hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest(), given)

class Auth:
    async def rest_authenticate(self, request):
        body = str(request.data)
        signature = hmac.new(SECRET, body.encode(), hashlib.sha256).hexdigest()
        headers = request.headers or {}
        headers.update({"X-Signature": signature})
        request.headers = headers
        return request

def verify_part(given):
    number = request.get_json()["id"]
    return hmac.compare_digest(hmac.new(SECRET, str(number).encode(), hashlib.sha256).hexdigest(), given)
```

The fix makes the digest of the raw body. It is not applied unasked: from then on, events are accepted that were
refused.

When not to: the sender says that it signs its own canonical form, and the code writes that.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import DigestCall, Finding, Frame, VerifyCall
from ..kit.rule import rule
from ._reserialised import Rewritten, rewritten_by_callers, rewritten_in, sign_raw_body


@rule(
    code="WHK002", name="signature-over-reserialised-body", on=(DigestCall, VerifyCall), severity="error", preview=True
)
def check(call: DigestCall | VerifyCall) -> Iterator[Finding]:
    """Reports a request that is verified by something else than the bytes that came."""
    for found in rewritten_in(call):
        yield call.finding(
            _message(call, call.frame, found),
            *sign_raw_body(call, found),
            span=call.frame.tree.span(found.node),
        )
    for caller, found in rewritten_by_callers(call):
        yield caller.finding(
            _message(call, caller, found), caller.tree.span(found.node), callee=call.callee, library=call.library
        )


def _message(call: DigestCall | VerifyCall, frame: Frame, found: Rewritten) -> str:
    text = frame.tree.code(found.node)
    subject = text if len(text) <= 70 else call.written
    why = "loses bytes that are no text" if found.lossy else "writes the body again, with other blanks and signs"
    return f"`{subject}` {why}: the sender signed the bytes as they came"
