r"""A login by OAuth in which nothing ties the answer to the browser in which it began.

An attacker begins a login with an account of their own, keeps the address with the code, and has a user open it: the
user's session is tied to the attacker's account, and what they store there is the attacker's. A random `state` that
is kept in the session and compared, or PKCE, prevents it (RFC 9700).

```python bad
from urllib.parse import urlencode
from flask import Flask, redirect

app = Flask(__name__)

@app.get("/login")
def login():
    query = {"response_type": "code", "client_id": ID, "redirect_uri": BACK}  # finds: oauth-without-state
    return redirect("https://id.example.com/authorize?" + urlencode(query))
```

```python bad
import requests
from flask import Flask, request

app = Flask(__name__)

@app.get("/back")
def back():
    code = request.args["code"]  # finds: oauth-without-state
    data = {"grant_type": "authorization_code", "code": code, "client_id": ID, "redirect_uri": BACK}
    answer = requests.post("https://id.example.com/token", data=data, timeout=5)
    answer.raise_for_status()
    return answer.json()["name"]
```

Silent where the module mentions a `state`, PKCE or a nonce, where a library does the login, and in a server that logs
others in.

```python good
import secrets
from urllib.parse import urlencode
from flask import Flask, abort, redirect, request, session

app = Flask(__name__)

@app.get("/login")
def login():
    session["oauth"] = secrets.token_urlsafe(32)
    query = {"response_type": "code", "client_id": ID, "redirect_uri": BACK, "state": session["oauth"]}
    return redirect("https://id.example.com/authorize?" + urlencode(query))

@app.get("/back")
def back():
    if not secrets.compare_digest(request.args.get("state", ""), session.pop("oauth", "-")):
        abort(400)
    return exchange(request.args["code"])
```

```python good
from flask import Flask, abort, request

app = Flask(__name__)

@app.get("/authorize")
def authorize():
    if request.args.get("response_type") != "code":
        abort(400)
    return consent(request.args["client_id"], request.args["redirect_uri"])
```

There is no fix: the state has to be kept until the user is back, and only you know where.

When not to: the state is added by code of another module.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._consent import open_consents


@rule(code="ATH006", name="oauth-without-state", preview=True, words=("response_type", "authorization_code"))
def check(frame: Frame) -> Iterator[Finding]:
    """Reports logins by OAuth without a state: where they are begun, and where a code is taken."""
    for node, taken in open_consents(frame):
        what = "takes a code" if taken else "asks for a code"
        yield frame.finding(
            f"`{frame.tree.code(node)}` {what} without a `state`: an attacker can log a user in to another account",
            frame.tree.span(node),
        )
