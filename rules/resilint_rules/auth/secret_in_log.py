r"""A credential that is written to a log.

Logs are copied to other systems, kept for months and read by many: a token in them is a token for all of these. It
has to be replaced once it was logged, and that is rarely noticed.

```python bad
import logging
import requests

log = logging.getLogger(__name__)

def login(name, secret):
    answer = requests.post("https://id.example.com/token", data={"user": name, "secret": secret}, timeout=5)
    answer.raise_for_status()
    access_token = answer.json()["access_token"]
    log.info("got token %s for %s", access_token, name)  # finds: secret-in-log
    return access_token
```

So are the headers that a function makes with a credential, and those that a request was sent with.

```python bad
import logging
import requests

log = logging.getLogger(__name__)

def rows(self):
    headers = {"Authorization": f"Bearer {self.access_token}"}
    log.debug(f"asking with {headers}")  # finds: secret-in-log
    answer = requests.get("https://api.example.com/rows", headers=headers, timeout=5)
    if answer.status_code == 401:
        log.error("refused: %s with %s", answer.text, answer.request.headers)  # finds: secret-in-log
    answer.raise_for_status()
    return answer.json()
```

Silent for a part or a mask of a credential, for a word on whether there is one, for headers of an answer, and for
what a command prints on the terminal of its user.

```python good
import logging
import requests

log = logging.getLogger(__name__)

def login(self, password):
    log.info("token ends in %s", self.access_token[-4:])
    log.debug("has a key: %s, password of %d letters", self.api_key is not None, len(password))
    api_key = mask(self.api_key)
    log.info("key %s, %d of %d tokens", api_key, self.prompt_tokens, self.token_limit)
    answer = requests.get("https://api.example.com/rows", timeout=5)
    answer.raise_for_status()
    log.info("got %s", answer.headers)
    print(self.access_token)

def pages(url, continuation_token):
    def page():
        answer = requests.get(url, params={"continuation": continuation_token}, timeout=5)
        try:
            answer.raise_for_status()
        except requests.HTTPError as error:
            log.error("refused: %s", error.request.headers)
            raise
        return answer
    return page

class Zones:
    def __init__(self, api, api_key):
        self._api, self._api_key = api, api_key

    def zone(self, domain):
        try:
            return self._api.domain.info(self._api_key, domain)["zone_id"]
        finally:
            requests.get("https://api.example.com/logout", timeout=5).raise_for_status()
```

So is one that shows stars in its place, a first password that is made here and learned from the log alone, and what a
comment says is none.

```python good
import logging
import secrets
import requests
from pydantic import SecretStr

log = logging.getLogger(__name__)

async def profile(user):
    access_token = await user.get_access_token()
    answer = requests.get("https://id.example.com/me", auth=("", access_token.get_secret_value()), timeout=5)
    if answer.status_code == 401:
        log.info(f"refused {access_token}")
    answer.raise_for_status()
    return answer.json()

def refused(refresh_token: SecretStr):
    log.warning("refused %s", refresh_token)

def first_user(users):
    password = secrets.token_hex(16)
    users.create("admin", password)
    log.info(f"Created the user admin with the password {password}")

def unreadable(refresh_token):
    # What came is no token at all, so that it is no secret.
    log.info(
        "unreadable",
        extra={"refresh_token": refresh_token},
    )
```

There is no fix: leave it out, or log a part that tells two of them apart, `token[-4:]`.

When not to: a test system with credentials of its own. A log level does not help: one day debug is switched on.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import Finding, Frame
from ..kit.rule import rule
from ._secrets.logged import logged_secrets


@rule(
    code="ATH004",
    name="secret-in-log",
    preview=True,
    words=(
        "access_token)", "access_token}", "access_token,", "refresh_token)", "refresh_token}", "client_secret}",
        "api_key}", "password}", "request.headers)", "request.headers}",
    ),
    beside=("log", "print(", "warn", "echo(", ".info(", ".debug(", ".error(", ".exception(", ".critical("),
)  # fmt: skip
def check(frame: Frame) -> Iterator[Finding]:
    """Reports credentials that a call of a log is given."""
    for node, headers in logged_secrets(frame):
        text = frame.tree.code(node)
        what = f"`{text}`, a mapping with a credential," if headers else f"`{text}`"
        subject = what if len(text) <= 70 else "a mapping with a credential"
        yield frame.finding(
            f"{subject} is written to a log, which many can read for a long time",
            frame.tree.span(node),
            statement=_statement(frame, node),
        )


def _statement(frame: Frame, node: cst.CSTNode) -> cst.CSTNode | None:
    """The line of code around a node, above which its comments stand."""
    above: cst.CSTNode | None = node
    while above is not None and not isinstance(above, cst.SimpleStatementLine):
        above = frame.tree.parent(above)
    return above
