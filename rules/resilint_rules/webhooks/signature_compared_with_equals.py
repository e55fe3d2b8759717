r"""A signature that is compared by `==`, so that it can be guessed byte by byte.

`==` stops at the first difference, and that takes longer the more of a forged signature is right. An
attacker who measures many calls finds a valid one, byte by byte, without knowing the key. A
comparison in constant time reveals nothing.

```python bad
import hmac

def accept(request):
    expected = hmac.new(SECRET, request.body, "sha256").hexdigest()
    if expected != request.headers["X-Signature"]:  # finds: signature-compared-with-equals
        raise PermissionError("signature")
    return request.json()
```

```python fixed
import hmac

def accept(request):
    expected = hmac.new(SECRET, request.body, "sha256").hexdigest()
    if not hmac.compare_digest(expected.encode(), request.headers["X-Signature"].encode()):
        raise PermissionError("signature")
    return request.json()
```

```python bad
import base64
import hashlib
from hmac import new

def sign(body: bytes) -> bytes:
    return base64.b64encode(new(SECRET, body, hashlib.sha256).digest())

class Hook:
    def valid(self, body, given):
        # given comes in bytes
        return sign(body) == given  # finds: signature-compared-with-equals
```

```python fixed
import base64
import hashlib
import hmac
from hmac import new

def sign(body: bytes) -> bytes:
    return base64.b64encode(new(SECRET, body, hashlib.sha256).digest())

class Hook:
    def valid(self, body, given):
        # given comes in bytes
        return hmac.compare_digest(sign(body), given or b"")
```

A digest without a key is no secret, so it may be compared as you like. So may a signature with one
that stands in the program, and two digests made here with each other.

```python good
import hashlib
import hmac

def accept(request):
    expected = hmac.new(SECRET, request.body, "sha256").hexdigest()
    return hmac.compare_digest(expected, request.headers["X-Signature"])

def unchanged(body, etag):
    return hashlib.sha256(body).hexdigest() == etag

def works():
    return hmac.new(b"key", b"text", "sha256").hexdigest() == "9a3d1f"

def twice(given):
    made = hmac.new(SECRET, b"body", "sha256").digest()
    nonce = b"n"
    return hmac.new(nonce, made, "sha256").digest() == hmac.new(nonce, given, "sha256").digest()
```

The fix compares with `hmac.compare_digest`. Text is turned into bytes first, because a header with a
sign outside ASCII would raise; a header that is missing counts as empty. The result is the same as that of
`==`, so the fix is safe where the other side is read from a request, or annotated. Of anything but text, or bytes
for a digest in bytes, `==` makes a False, and the fix an error. Half a character, which some servers make of a byte
that is no UTF-8, is refused by a UnicodeEncodeError: no signature has one.

When not to: a checksum with a key that guards against accidents only, where no sender gains by a
forged one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._signatures import compare_signatures, digest_comparisons


@rule(code="WHK001", name="signature-compared-with-equals", severity="error")
def check(frame: Frame) -> Iterator[Finding]:
    """Reports comparisons with a keyed digest that is made in this function, also for a caller in the same module."""
    for place, node, side, made in digest_comparisons(frame):
        text = place.tree.code(node)
        subject = text if len(text) <= 60 and "#" not in text else made.callee
        yield place.finding(
            f"`{subject}` takes longer the more leading bytes match: a valid signature can be guessed byte by byte",
            place.tree.span(node),
            tuple(compare_signatures(place, node, side, made)),
            callee=made.callee,
            library=made.library,
        )
