r"""A token that is accepted without a check of its signature.

Anyone can write a token that says `"sub": "admin"`. What makes it trustworthy is the signature,
checked with a key and an algorithm that the reader chooses, never the token: one that may be
unsigned, or signed with a public key taken for a secret, is one that anyone can write.

```python bad
from joserfc import jwt

def user(token, key):
    return jwt.decode(token, key, algorithms=["RS256", "none"]).claims["sub"]  # finds: jwt-unverified
```

```python fixed
from joserfc import jwt

def user(token, key):
    return jwt.decode(token, key, algorithms=["RS256"]).claims["sub"]
```

```python bad
import jwt
from jose import jwt as jose

def user(token):
    claims = jwt.decode(token, options={"verify_signature": False})  # finds: jwt-unverified
    return claims["sub"]

def role(token, key):
    return jose.decode(token, key)["role"]  # finds: jwt-unverified

def either(token, key):
    return jwt.decode(token, key, algorithms=["HS256", "RS256"])["sub"]  # finds: jwt-unverified
```

It is an error where the token is read off a request: its sender has written it.

```python bad
import jwt
from flask import Flask, request

app = Flask(__name__)

@app.get("/account")
def account():
    token = request.args["t"]
    return {"account": jwt.decode(token, options={"verify_signature": False})["sub"]}  # finds: jwt-unverified
```

Before its version 2, PyJWT took whatever algorithm the token named.

versions: PyJWT==1.7.1

```python bad
import jwt

def user(token, key):
    return jwt.decode(token, key)["sub"]  # finds: jwt-unverified

def mail(token, key):
    return jwt.decode(token, key, verify=False)["email"]  # finds: jwt-unverified
```

To look into a token before it is checked is fine, as long as nothing but the way to the key is
taken from it, or how long it lasts. So is a token that comes straight from its issuer, as in a login,
and one that is also passed to other code, which may have checked it.

```python good
import jwt, requests

def user(token, keys):
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    return keys[issuer]

def checked(token, keys):
    claims = jwt.decode(token, options={"verify_signature": False})
    key = keys[claims["tenant"]]
    return jwt.decode(token, key, algorithms=["RS256"], audience="orders")

def shown(token):
    requests.get(USERINFO, headers={"Authorization": f"Bearer {token}"}, timeout=5).raise_for_status()
    return jwt.decode(token, options={"verify_signature": False})["groups"]

def expires(token):
    return jwt.decode(token, options={"verify_signature": False}).get("exp", 0)

def logged_in(grant):
    return jwt.decode(grant.id_token, options={"verify_signature": False})["groups"]

def login(code):
    response = requests.post(ISSUER, data={"code": code}, timeout=5)
    response.raise_for_status()
    return jwt.decode(response.json()["id_token"], options={"verify_signature": False})["email"]
```

What a caller gives on to code that may verify it is fine, too, and so is what another method got from the issuer, or
what an object keeps to know when it ends. Where the token comes out of a request, the severity is error.

```python good
import time
import jwt, requests

def is_ours(token):
    claims = jwt.decode(token, options={"verify_signature": False})
    return claims.get("owner") == "shop"

def user(token, key, partner):
    if not is_ours(token):
        return partner.verify(token)["sub"]
    return jwt.decode(token, key, algorithms=["RS256"], audience="shop")["sub"]

class Partner:
    def renew(self):
        self._take(self._ask())

    def _ask(self):
        answer = requests.post(LOGIN, json=self.secret, timeout=5)
        answer.raise_for_status()
        return answer.json()["data"]

    def _take(self, granted):
        self.claims = jwt.decode(granted["access"], options={"verify_signature": False})
        self.name = self.claims["name"]

class Lease:
    def take(self, token):
        self.claims = jwt.decode(token, options={"verify_signature": False})

    def stale(self):
        return self.claims.get("exp", 0) <= time.time()
```

```python bad
import jwt
from flask import Flask, request

app = Flask(__name__)

@app.get("/account")
def account():
    token = request.headers["Authorization"].removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})["sub"]  # finds: jwt-unverified
```

PyJWT and python-jose refuse an unsigned token even where the list allows it, and the keys of joserfc
know what they are for.

```python good
import jwt
import joserfc.jwt

def user(token, key):
    return jwt.decode(token, key, algorithms=["RS256", "none"])["sub"]

def role(token, key):
    return joserfc.jwt.decode(token, key, algorithms=["HS256", "RS256"]).claims["role"]
```

The fix strikes what must not be accepted off the list; tokens signed that way will be refused from
then on, so it is not applied unasked. Where it takes a choice, between algorithms or of a key, it only
shows what could be written: which one is right, no tool can know.

When not to: a debugging tool that shows tokens, or a service behind a gateway that has checked them
and that cannot be bypassed. Say so in an ignore comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Severity, TokenCall
from ..kit.rule import rule
from ._tokens.decoding import (
    accepted_algorithms,
    is_forgeable,
    is_trusted,
    key_kinds,
    narrow_algorithms,
    pin_algorithm,
    unchecked_option,
)


@rule(code="ATH002", name="jwt-unverified", equivalents=("S5659", "unverified-jwt-decode"))
def check(call: TokenCall) -> Iterator[Finding]:
    """Reports a signature that is not checked, or is checked by a method that a forger chooses."""
    option = unchecked_option(call)
    if option:
        if is_trusted(call):
            yield call.finding(
                f"`{call.written}` does not check the signature of the token: anyone can forge its claims",
                severity=Severity.ERROR if is_forgeable(call) else Severity.INFO,
            )
        return
    names = accepted_algorithms(call)
    if names is not None:
        yield from _accepted(call, names)


def _accepted(call: TokenCall, names: list[str]) -> Iterator[Finding]:
    """Yields findings about the algorithms that a call accepts."""
    bad = [name for name in names if name.lower() in call.fact.unsafe_algorithms]
    if not names:
        yield call.finding(
            f"`{call.written}` accepts any algorithm that the token names: name the one you sign with",
            *pin_algorithm(call),
        )
    elif bad:
        kept = narrow_algorithms(call, [name for name in names if name not in bad])
        yield call.finding(f"`{call.written}` accepts unsigned tokens: anyone can forge one", *kept)
    elif len(key_kinds(names)) > 1 and not call.fact.typed_keys:
        yield call.finding(
            f"`{call.written}` accepts secrets and public keys alike: a token signed with the public key may pass",
            *(
                fix
                for kind in ("public", "shared")
                for fix in narrow_algorithms(
                    call, [name for name in names if key_kinds([name]) == {kind}], "displayonly"
                )
            ),
            severity=Severity.INFO,
        )
