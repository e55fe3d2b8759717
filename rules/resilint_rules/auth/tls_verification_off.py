r"""A connection that does not check who its peer is.

Without the check of its certificate a peer may be an attacker on the network path: a rogue access
point, a poisoned name server, an unknown proxy. It reads the tokens that are sent and changes what
comes back, and no call fails, so that the attack stays unnoticed. Most of these lines were written to get past
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
        self.shell.load_system_host_keys()
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

A context that was made without trusted certificates gets those of the system.

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

A condition about another matter is no choice, and neither is a name if nothing else can be called. A switch is
followed through a function that hands its options on.

```python bad
import os
import requests, urllib3

def roles(user):
    if os.environ.get("SKIP_VALIDATION") == "true":
        return None
    return requests.get(f"https://hr.example.com/{user}", verify=False, timeout=9)  # finds: tls-verification-off

def unverified_pool():
    return urllib3.PoolManager(cert_reqs="CERT_NONE", timeout=9)  # finds: tls-verification-off

POOL = unverified_pool()
```

```python bad
import requests

def get(url, **options):
    options.setdefault("timeout", 10)
    return requests.get(url, **options)

def inventory():
    return get("https://erp.example.com/inventory", verify=False)  # finds: tls-verification-off

def prices():
    return get("https://erp.example.com/prices", verify="/etc/ssl/erp.pem")
```

```python good
import urllib3

def unverified_pool():
    return urllib3.PoolManager(cert_reqs="CERT_NONE", timeout=9)

def pool(insecure):
    return unverified_pool() if insecure else urllib3.PoolManager(timeout=9)
```

What the user of a program decides is left alone, and so is a peer on this machine, or a connection without
TLS. A function whose name says that it does not check leaves the choice to its callers, if they have one. A context
for the serving side has no peer to check. Names may go unchecked where only certificates are trusted that the
program brings along. Warnings that are switched off switch no check off.

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

```python good
import os
import requests, urllib3

VERIFY = os.environ.get("ERP_VERIFY", "true") != "false"
urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

def order(number):
    return requests.get(f"https://erp.example.com/{number}", verify=VERIFY, timeout=5)
```

A comment beside the line, or right above it, that gives the reason is heeded. One that only says what the line does is
none, and neither is a plan to change it.

```python good
import requests
import ssl

def crawler():
    session = requests.Session()
    # many of the sites have a broken certificate; we only count their links
    session.verify = False
    return session

def status(device):
    # The device signs its certificate itself.
    return requests.get(f"https://{device}/status", verify=False, timeout=5)

def printers():
    context = ssl.create_default_context()
    # the printers in the office use self-signed certificates
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
```

```python bad
import requests

def order(number):
    # skip SSL verification for this request
    return requests.get(f"https://erp.example.com/{number}", verify=False, timeout=5)  # finds: tls-verification-off

def stock(number):
    # self-signed; it should have a real certificate
    return requests.get(f"https://erp.example.com/{number}", verify=False, timeout=5)  # finds: tls-verification-off
```

So is a second attempt without the check that its callers have to allow. A probe of health that sends nothing and reads
no more than whether there is an answer is for information.

```python good
import ssl
import aiohttp

async def download(url, allow_insecure_fallback=False):
    try:
        async with aiohttp.ClientSession(raise_for_status=True) as session, session.get(url) as answer:
            return await answer.read()
    except aiohttp.ClientConnectorCertificateError:
        if not allow_insecure_fallback:
            raise
        made = ssl.create_default_context()
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        async with aiohttp.ClientSession(raise_for_status=True) as session, session.get(url, ssl=made) as answer:
            return await answer.read()
```

```python bad
import requests

def http_healthcheck(url):
    try:
        answer = requests.get(url, verify=False, timeout=5)  # finds: tls-verification-off
    except requests.RequestException:
        return False
    return answer.ok

def login(url, allow_guests):
    if not allow_guests:
        raise PermissionError(url)
    return requests.post(url, verify=False, timeout=5).ok  # finds: tls-verification-off
```

The fix removes the argument, or switches the check on again; a client without trusted certificates gets
those of the system. Where the library lets you name the certificates to trust, a second one takes their
file from `CA_BUNDLE`. It is not applied unasked: against a peer whose certificate is not in order, calls
will fail from then on, which is the point. Where a program loads no keys of hosts, the fix is only to be looked at:
the hosts have to be made known first.

When not to: a tool whose very task is to look at broken certificates, such as a scanner.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..kit import (
    Call,
    Finding,
    Frame,
    InsecureFact,
    Severity,
    about,
    chosen,
    protection_argument,
    protection_off,
    rechecked,
    secured,
    untapped,
)
from ..kit.rule import rule
from ._passed_on import is_given_off, passed_on
from ._tls_attributes import ANY, CONSEQUENCE, assigned


@rule(
    code="ATH001",
    name="tls-verification-off",
    severity="error",
    words=("check_hostname", "cert_none", "verify=false", "ssl=false", "tls=false", "certs=false"),
    equivalents=("S501", "S507", "S323", "B501", "B507", "B323", "S4830"),
)
def check(frame: Frame) -> Iterator[Finding]:
    """Reports arguments, functions and attributes that switch a check of the peer off."""
    for call in frame.calls.values():
        yield from _called(call)
    yield from assigned(frame)
    given = {id(call.node): call for call in frame.wrapped_calls.values() if is_given_off(call)}
    for call in given.values():
        yield from _called(call)
    for argument, off in passed_on(frame):
        if id(frame.tree.parent(argument)) not in given and not chosen(frame, argument.value):
            yield frame.finding(
                f"`{frame.tree.code(argument)}` reaches `{off.written}`, which {ANY}: {CONSEQUENCE}",
                frame.tree.span(argument), callee=off.callee, library=off.library,
            )  # fmt: skip


_HEALTH = re.compile(r"health|liveness|readiness|(?:^|_)(?:ping|is_?alive|is_?up|is_?reachable)(?:_|$)", re.IGNORECASE)
_SENT = frozenset(("headers", "auth", "data", "json", "files", "cookies", "params", "cert", "content"))


def _only_probes(call: Call) -> bool:
    """Whether a call finds out if a peer is up, and sends nothing that is worth to be read."""
    if call.verb not in ("GET", "HEAD") or call.args.open_names or call.clients:
        return False
    return _HEALTH.search(call.frame.qualname) is not None and _SENT.isdisjoint(call.args.named)


def _called(call: Call) -> Iterator[Finding]:
    fact, frame = call.fact, call.frame
    found = protection_off(call)
    if found is not None:
        name, argument = found
        if not untapped(call) and not chosen(frame, call.node):
            message = (fact.message if isinstance(fact, InsecureFact) else "") or ANY
            yield call.finding(
                f"`{call.written}` {message}: {CONSEQUENCE}",
                *rechecked(call, name, argument),
                severity=Severity.INFO if _only_probes(call) else None,
                span=frame.tree.span(argument.node) if protection_argument(call, argument) is not None else None,
            )
    elif isinstance(fact, InsecureFact) and not fact.tls and about(call, fact) and not chosen(frame, call.node):
        severity = Severity(fact.severity) if fact.severity else None
        message = fact.message if severity else f"{fact.message}: {CONSEQUENCE}"
        yield call.finding(f"`{call.written}` {message}", *secured(call, fact), severity=severity)
