r"""A connection that takes anybody for the right peer.

Without the check of its certificate a peer may be anyone on the way: a rogue access point, a
poisoned name server, a proxy nobody knows of. It reads the tokens that are sent and changes what
comes back, and nothing fails, so that nobody notices. Most of these lines were written to get past
a private certificate; the way past it is to trust that one.

```python bad
import requests

def book(order):
    return requests.post("https://erp.example.com", json=order, verify=False, timeout=5)  # finds: tls-verification-off
```

```python fixed
import requests

def book(order):
    return requests.post("https://erp.example.com", json=order, timeout=5)
```

```python fixed
import os

import requests

def book(order):
    return requests.post("https://erp.example.com", json=order, verify=os.environ.get("CA_BUNDLE", True), timeout=5)
```

```python bad
import ssl

def context():
    made = ssl.create_default_context()
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE  # finds: tls-verification-off
    return made
```

```python fixed
import ssl

def context():
    made = ssl.create_default_context()
    made.check_hostname = True
    made.verify_mode = ssl.CERT_REQUIRED
    return made
```

```python bad
import paramiko, requests

class Ledger:
    def __init__(self):
        self.session = requests.Session()
        self.session.verify = False  # finds: tls-verification-off
        self.shell = paramiko.SSHClient()
        self.shell.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # finds: tls-verification-off
```

```python fixed
import paramiko, requests

class Ledger:
    def __init__(self):
        self.session = requests.Session()
        self.session.verify = True
        self.shell = paramiko.SSHClient()
        self.shell.load_system_host_keys()
        self.shell.set_missing_host_key_policy(paramiko.RejectPolicy())
```

```python bad
from paramiko import AutoAddPolicy, SSHClient

def shell(host):
    client = SSHClient()
    client.load_host_keys("known_hosts")
    client.set_missing_host_key_policy(AutoAddPolicy())  # finds: tls-verification-off
    client.connect(host)
    return client
```

```python fixed
from paramiko import AutoAddPolicy, RejectPolicy, SSHClient

def shell(host):
    client = SSHClient()
    client.load_host_keys("known_hosts")
    client.set_missing_host_key_policy(RejectPolicy())
    client.connect(host)
    return client
```

A context that was made without anybody to trust gets the certificates of the system.

```python bad
import ssl

def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE  # finds: tls-verification-off
    return made
```

```python fixed
import ssl

def context():
    made = ssl.create_default_context()
    made.check_hostname = True
    made.verify_mode = ssl.CERT_REQUIRED
    return made
```

What the user of a program decides is left alone, and so is a peer on this machine, or one that is spoken to without
TLS anyway. A function whose
name says that it does not check leaves the choice to who calls it. A context for the
serving side has nobody to check. Names may go unchecked where only certificates are trusted that the
program brings along.

```python good
import ssl
import requests

def fetch(url, verify=True):
    return requests.get(url, verify=verify, timeout=5)

def context(insecure):
    made = ssl.create_default_context()
    if insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made

def non_verifying_session():
    session = requests.Session()
    session.verify = False
    return session

def local(port):
    return requests.get(f"https://localhost:{port}/health", verify=False, timeout=5)

def plain(host):
    return requests.get(f"http://{host}/health", verify=False, timeout=5)

def serving():
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.verify_mode = ssl.CERT_NONE
    return made

def pinned(path):
    made = ssl.create_default_context(cafile=path)
    made.check_hostname = False
    return made
```

The fix takes the argument out, or switches the check on again; a client that knows nobody gets to know
whom the system knows. Where the library lets you name the certificates to trust, a second one takes their
file from `CA_BUNDLE`. It is not applied unasked: against a peer whose certificate is not in order, calls
will fail from then on, which is the point.

When not to: a tool whose very task is to look at broken certificates, such as a scanner.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..kit import (
    Call,
    EventKind,
    Finding,
    Fix,
    Frame,
    Instance,
    Ref,
    Severity,
    about,
    chosen,
    context_of,
    matches,
    options,
    protection_argument,
    protection_off,
    rechecked,
    reset,
    secured,
    trusting,
    untapped,
    vouched,
)
from ..kit.rule import rule

ANY = "takes any certificate for the right one"
CONSEQUENCE = "whoever is on the way can read and change what is sent"


@rule(
    code="ATH001",
    name="tls-verification-off",
    severity="error",
    words=("check_hostname", "cert_none"),
    equivalents=("S501", "S507", "S323", "B501", "B507", "B323", "S4830"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Arguments, functions and attributes that switch a check of the peer off."""
    for call in frame.calls.values():
        yield from _called(call)
    yield from _assigned(frame)


def _called(call: Call) -> Iterator[Finding]:
    fact, frame = call.fact, call.frame
    found = protection_off(call)
    if found is not None:
        name, argument = found
        if not untapped(call) and not chosen(frame, call.node):
            message = fact.word("message") or ANY
            yield call.finding(
                f"`{call.written}` {message}: {CONSEQUENCE}",
                *rechecked(call, name, argument),
                span=frame.tree.span(argument.node) if protection_argument(call, argument) is not None else None,
            )
    elif fact.kind == "insecure" and "tls" not in fact.data and about(call) and not chosen(frame, call.node):
        severity = Severity(fact.word("severity")) if fact.word("severity") else None
        message = fact.word("message") if severity else f"{fact.word('message')}: {CONSEQUENCE}"
        yield call.finding(f"`{call.written}` {message}", *secured(call), severity=severity)


def _assigned(frame: Frame) -> Iterator[Finding]:
    offs: dict[int, list[tuple[cst.Attribute, Instance, str]]] = {}
    for target, owner, name, value in frame.sets.values():
        if not isinstance(target, cst.Attribute):
            continue
        insecure = frame.scope.catalog.fact("insecure", value.name) if isinstance(value, Ref) else None
        if isinstance(owner, Ref) and insecure is not None and not chosen(frame, target):
            yield _finding(frame, target, f"from here on {insecure.word('message')}")
        for each in options(owner):
            if not isinstance(each, Instance):
                continue
            client = frame.scope.catalog.fact("client", each.type)
            tls = client.data.get("tls", {}) if client is not None else {}
            attribute = tls.get("attribute") and tls["param"] == name and matches(value, tls["off"])
            if attribute and not chosen(frame, target):
                yield _finding(frame, target, ANY, *reset(frame, [target], {}))
            context = context_of(frame, each)
            off = context is not None and matches(value, context.data["off"].get(name, ()))
            if off and not chosen(frame, target):
                offs.setdefault(id(each), []).append((target, each, name))
    for found in offs.values():
        yield from _context(frame, found)


def _context(frame: Frame, found: list[tuple[cst.Attribute, Instance, str]]) -> Iterator[Finding]:
    """One finding for what is switched off in a context: at the certificates, else at the names."""
    owner = found[0][1]
    fact = context_of(frame, owner)
    target = next((target for target, _, name in found if name == "verify_mode"), None)
    trust = trusting(frame, owner)
    off = [each for each, _, _ in found]
    fixes = reset(frame, off, fact.data["secure"], trust) if fact is not None and trust is not None else []
    if target is not None:
        yield _finding(frame, target, ANY, *fixes)
    elif not vouched(owner) and not _elsewhere(owner, fact.data["off"]["verify_mode"] if fact is not None else ()):
        yield _finding(frame, found[0][0], "takes a certificate of any host for the right one", *fixes)


def _elsewhere(context: Instance, off: object) -> bool:
    """Whether the certificates are switched off in another statement, which is reported there."""
    return any(
        event.kind is EventKind.SET and event.name == "verify_mode" and matches(event.values[0], off)
        for event in context.events
    )


def _finding(frame: Frame, target: cst.Attribute, says: str, *fixes: Fix) -> Finding:
    """A finding about an assignment to an attribute."""
    written = frame.tree.code(target)
    return frame.finding(f"`{written}` {says}: {CONSEQUENCE}", frame.tree.span(target), fixes)
