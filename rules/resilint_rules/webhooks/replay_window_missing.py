r"""A signature that is accepted at any age, so that a request can be sent again later.

A signature proves who wrote a request, not when. Who has recorded one, in a proxy or a log, sends it again next year: a
payment is booked twice. A sender that signs the time with the body expects that it is compared with the clock.

```python bad
import hashlib
import hmac
from flask import request

def verify(body):
    stamp = request.headers["X-Timestamp"]
    expected = hmac.new(SECRET, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()  # finds: replay-window-missing
    return hmac.compare_digest(expected, request.headers["X-Signature"])
```

A library that compares it has an argument that switches this off.

```python bad
import stripe

def event(body, given):
    return stripe.Webhook.construct_event(body, given, SECRET, tolerance=None)  # finds: replay-window-missing
```

```python fixed
import stripe

def event(body, given):
    return stripe.Webhook.construct_event(body, given, SECRET)
```

Silent where the module compares a time with the clock or knows what it has seen, where no time is signed, and for a
request that we sign.

```python good
import hashlib
import hmac
import time
import stripe
from flask import request

def verify(body):
    stamp = request.headers["X-Timestamp"]
    if abs(time.time() - float(stamp)) > 300:
        return False
    expected = hmac.new(SECRET, f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, request.headers["X-Signature"])

def event(body, given):
    return stripe.Webhook.construct_event(body, given, SECRET, tolerance=600)
```

```python good
import hashlib
import hmac

def verify(body, given):
    return hmac.compare_digest(hmac.new(SECRET, body, hashlib.sha256).hexdigest(), given)

def headers(stamp, body):
    return {"X-Signature": hmac.new(SECRET, f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()}
```

The fix takes the argument out, so that the library compares as it does by default. A comparison of your own is left to
you, as only you know how a wrong request is refused: `if abs(time.time() - float(stamp)) > 300:`.

When not to: what a request does may be done twice, or its number is looked up in another module.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import DigestCall, Finding, VerifyCall
from ..kit.rule import rule
from ._replays import keep_default, open_tolerance, unread_stamp


@rule(code="WHK007", name="replay-window-missing", on=(DigestCall, VerifyCall), preview=True)
def check(call: DigestCall | VerifyCall) -> Iterator[Finding]:
    """Reports signatures whose age is not looked at, though it is known."""
    if isinstance(call, VerifyCall):
        text = open_tolerance(call)
        if text:
            yield call.finding(f"`{text}` accepts a request that was recorded long ago", *keep_default(call))
        return
    stamp = unread_stamp(call)
    if stamp is not None:
        text = call.frame.tree.code(stamp)
        yield call.finding(f"`{text}` is signed, but not compared with the clock: a recorded request passes again")
