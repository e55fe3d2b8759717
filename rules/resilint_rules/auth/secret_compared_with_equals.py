r"""A secret from a request that is compared by `==`, so that it can be guessed piece by piece.

`==` stops at the first difference, and that takes longer the more of a guess is right. Who measures many requests
learns a token, a password or an API key from its beginning to its end, without having to try all of them.

```python bad
import os
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()

@app.post("/orders")
async def order(request: Request):
    if request.headers.get("X-Api-Key") != os.environ["API_KEY"]:  # finds: secret-compared-with-equals
        raise HTTPException(401)
    return await request.json()
```

```python fixed
import os
import secrets
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()

@app.post("/orders")
async def order(request: Request):
    if not secrets.compare_digest((request.headers.get("X-Api-Key") or "").encode(), os.environ["API_KEY"].encode()):
        raise HTTPException(401)
    return await request.json()
```

The refusal may be an answer, an exception, or the result of a function that is called for it. Where nothing is kept
to compare with, because a setting is missing, the fix refuses every request.

```python bad
from flask import Blueprint, abort, current_app, request

pages = Blueprint("pages", __name__)

def is_valid(token):
    expected = current_app.config["TOKEN"]
    return token == expected  # finds: secret-compared-with-equals

@pages.get("/report")
def report():
    if not is_valid(request.args.get("token", "")):
        abort(403)
    return "all is well"
```

```python fixed
import secrets

from flask import Blueprint, abort, current_app, request

pages = Blueprint("pages", __name__)

def is_valid(token):
    expected = current_app.config["TOKEN"]
    return bool(expected) and secrets.compare_digest((token or "").encode(), expected.encode())

@pages.get("/report")
def report():
    if not is_valid(request.args.get("token", "")):
        abort(403)
    return "all is well"
```

Only what is tested before the comparison is sure to be there.

```python bad
from aiohttp import web

class Api:
    async def ask(self, request):
        got = request.headers.get("Authorization", "")
        if got != self.token or self.token is None:  # finds: secret-compared-with-equals
            raise web.HTTPForbidden()
        return web.json_response({})

    async def tell(self, request):
        if self.token:
            got = request.headers.get("X-Token")
            if got != self.token:  # finds: secret-compared-with-equals
                raise web.HTTPForbidden()
        return web.json_response({})
```

```python fixed
import secrets

from aiohttp import web

class Api:
    async def ask(self, request):
        got = request.headers.get("Authorization", "")
        if not (self.token and secrets.compare_digest(got.encode(), self.token.encode())) or self.token is None:
            raise web.HTTPForbidden()
        return web.json_response({})

    async def tell(self, request):
        if self.token:
            got = request.headers.get("X-Token")
            if not secrets.compare_digest((got or "").encode(), self.token.encode()):
                raise web.HTTPForbidden()
        return web.json_response({})
```

What is public is no secret. Neither is what the request itself brings twice, or the `state` of a login, which
is of use once. A comparison without a refusal only finds out whether something has changed.

```python good
import hashlib
import secrets
from flask import Flask, abort, request, session

app = Flask(__name__)

@app.post("/orders")
def order():
    if not secrets.compare_digest(request.headers.get("X-Api-Key", "").encode(), app.config["API_KEY"].encode()):
        abort(401)
    if request.headers.get("X-Api-Version") != app.config["API_VERSION"]:
        abort(400)
    return "taken"

@app.post("/password")
def password():
    if request.form["password"] != request.form["password_again"]:
        abort(400)
    return "changed"

@app.get("/back")
def back():
    if request.args["state"] != session["oauth_token"]:
        abort(403)
    return "welcome"

@app.put("/partner")
def partner():
    if request.json["api_key"] != app.partner.api_key:
        app.partner.api_key = request.json["api_key"]
        app.partner.save()
    return "saved"

@app.get("/file")
def file():
    if hashlib.sha256(request.args["token"].encode()).hexdigest() != app.config["TOKEN_HASH"]:
        abort(403)
    return "here"
```

The fix compares bytes, since a text outside ASCII would raise. A value that is missing counts as empty. It is not
applied unasked: what was let in while a setting was missing is refused from then on.

When not to: a check on the own machine, or of a value that is no secret whatever it is called. Say so in an ignore
comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._secrets.comparisons import secret_comparisons
from ._secrets.operands import compare_secrets


@rule(code="ATH014", name="secret-compared-with-equals")
def check(frame: Frame) -> Iterator[Finding]:
    """Reports comparisons of a secret with what a request brought, where a wrong one is refused."""
    for found in secret_comparisons(frame):
        text = frame.tree.code(found.node)
        subject = text if len(text) <= 90 else frame.tree.code(found.given)
        yield frame.finding(
            f"`{subject}` takes longer the more of a guess is right: who measures it learns the secret piece by piece",
            frame.tree.span(found.node),
            (compare_secrets(frame, found),),
        )
