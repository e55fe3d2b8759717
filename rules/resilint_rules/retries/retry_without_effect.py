r"""A retry that is configured and does not do what it was configured for.

The most deceptive retry is one that is there, is reviewed and is believed in, and lets every 502
through. A number given to a transport repeats calls without a whole answer, and at once; a 502 is an
answer. A policy without a list of statuses never repeats a 503. One that is mounted for `http://` never sees a call to `https://`,
and an option that was renamed years ago makes the set-up itself crash.

```python bad
import requests
from requests.adapters import HTTPAdapter

def client():
    session = requests.Session()
    adapter = HTTPAdapter(  # finds: retry-without-effect
        max_retries=3,
    )
    session.mount("https://", adapter)
    return session
```

```python fixed
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

def client():
    session = requests.Session()
    adapter = HTTPAdapter(
        max_retries=Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504)),
    )
    session.mount("https://", adapter)
    return session
```

```python bad
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5)  # finds: retry-without-effect
```

```python fixed
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504))
```

```python bad
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

def client():
    policy = Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504))
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=policy))  # finds: retry-without-effect
    return session
```

```python fixed
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

def client():
    policy = Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504))
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=policy))
    session.mount("https://", HTTPAdapter(max_retries=policy))
    return session
```

```python bad
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

POLICY = Retry(total=3, backoff_factor=0.5, status_forcelist=[502, 503, 504])
session = requests.Session()
session.mount("http://", HTTPAdapter(max_retries=POLICY))  # finds: retry-without-effect

class Orders:
    def __init__(self):
        self.session = requests.Session()
        self._repeat()

    def _repeat(self):
        self.session.mount("http://", HTTPAdapter(max_retries=POLICY))  # finds: retry-without-effect
```

```python bad
from urllib3 import Retry

policy = Retry(
    total=3,  # a call may be made four times
    backoff_factor=0.5,
    method_whitelist=["GET"],  # finds: retry-without-effect
    status_forcelist=[429, 503],
)
```

```python fixed
from urllib3 import Retry

policy = Retry(
    total=3,  # a call may be made four times
    backoff_factor=0.5,
    allowed_methods=["GET"],
    status_forcelist=[429, 503],
)
```

The first place of a transport is the number of its pools.

```python bad
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

POLICY = Retry(total=7, backoff_factor=0.5, status_forcelist=[502, 503])

def updates():
    session = requests.Session()
    session.mount("https://", HTTPAdapter(POLICY))  # finds: retry-without-effect
    return session.get(URL, timeout=15)
```

```python fixed
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

POLICY = Retry(total=7, backoff_factor=0.5, status_forcelist=[502, 503])

def updates():
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=POLICY))
    return session.get(URL, timeout=15)
```

A number for one kind of failure beside the total changes nothing, and a class that is imported from one of
two places is the same class.

```python bad
try:
    from urllib3.util.retry import Retry
except ImportError:
    from requests.packages.urllib3.util.retry import Retry

policy = Retry(total=4, connect=4, backoff_factor=0.5)  # finds: retry-without-effect
```

Where a policy repeats calls that change something, the fix adds only those statuses that say that nothing was done.

```python bad
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5, allowed_methods=None)  # finds: retry-without-effect
```

```python fixed
from urllib3.util import Retry

policy = Retry(total=3, backoff_factor=0.5, allowed_methods=None, status_forcelist=(429, 503))
```

A policy that is never used has no effect either.

```python bad
import requests
from urllib3.util import Retry

def rates():
    policy = Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 503))  # finds: retry-without-effect
    return requests.get(URL, timeout=5)
```

What says that it is about connections only means it. Versions of the library that still know the old
name are left alone. One more attempt is for a kept connection that the other side has closed. A policy whose
attempts the code counts itself repeats whatever that code repeats.

```python good
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

connections = Retry(connect=3, backoff_factor=0.5)
only_connections = Retry(total=3, connect=3, read=0, backoff_factor=0.5)
no_status = Retry(total=3, status=0, backoff_factor=0.5)
somehow = Retry(total=3, backoff_factor=0.5, **OPTIONS)
listed = Retry(total=3, backoff_factor=0.5, status_forcelist=STATUSES)
none = HTTPAdapter(max_retries=0)
fresh = HTTPAdapter(max_retries=1)
pooled = HTTPAdapter(pool_maxsize=50)

def client():
    policy = Retry(total=3, backoff_factor=0.5, status_forcelist=(429, 502, 503, 504))
    session = requests.Session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=policy))
    return session

def local():
    session = requests.Session()
    session.mount("http://localhost", HTTPAdapter(max_retries=somehow))
    return session

def both():
    try:
        return Retry(total=3, allowed_methods=["GET"])
    except TypeError:
        return Retry(total=3, method_whitelist=["GET"])
```

```python good
import ftplib, time
from urllib3.util import Retry

def listing(host):
    attempts = Retry(total=4, backoff_factor=2)
    while True:
        try:
            with ftplib.FTP(host, timeout=20) as ftp:
                return ftp.nlst()
        except OSError:
            attempts = attempts.increment()
            if attempts.is_exhausted():
                raise
            time.sleep(attempts.get_backoff_time())
```

A counter in one function says nothing of the policy that another one mounts.

```python bad
import smtplib
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

class Outbox:
    budget = Retry(total=4, backoff_factor=0.5)

    def deliver(self, message):
        left = self.budget
        while True:
            try:
                with smtplib.SMTP("mail.example.org", timeout=9) as smtp:
                    return smtp.send_message(message)
            except smtplib.SMTPServerDisconnected as error:
                left = left.increment("SEND", error=error)
                left.sleep()

def session():
    made = requests.Session()
    made.mount("https://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=1)))  # finds: retry-without-effect
    return made
```

```python good versions: urllib3<2
from urllib3 import Retry

policy = Retry(total=3, backoff_factor=0.5, method_whitelist=["GET"], status_forcelist=[429, 503])
```

A policy repeats requests of some methods only. By default POST and PATCH are none of them, as they may have been
carried out: where all calls of a session are such, its list of statuses has no effect.

```python bad
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

POLICY = Retry(total=7, backoff_factor=0.5, status_forcelist=[502, 503])

def comment(text):
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=POLICY))
    answer = session.post("https://a.example.org/notes", json={"text": text}, timeout=5)  # finds: retry-without-effect
    answer.raise_for_status()
```

```python good
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

POLICY = Retry(total=7, backoff_factor=0.5, status_forcelist=[502, 503])
ANY = Retry(total=7, backoff_factor=0.5, status_forcelist=[503], allowed_methods=None)

def renamed(number, text):
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=POLICY))
    session.post("https://a.example.org/names", json={"text": text}, timeout=5).raise_for_status()
    return session.get(f"https://a.example.org/names/{number}", timeout=5)

def again(text):
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=ANY))
    session.post("https://a.example.org/names", json={"text": text}, timeout=5).raise_for_status()

def made():
    session = requests.Session()
    session.mount("https://", HTTPAdapter(max_retries=POLICY))
    return session
```

The fixes write what the set-up was meant to say. Renaming an option is safe: urllib3 knows the new
name since 1.26. The others make calls wait and repeat that did not, and are not applied unasked.

When not to: a transport that is meant to repeat failed connections only. Write `Retry(connect=3)`, so
that the purpose is visible.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import Call, Finding, Frame, Severity, layers_of
from ..kit.rule import rule
from ._ineffective import (
    add_statuses,
    lacks_statuses,
    misplaced_policy,
    plain_mounts,
    removed_option,
    replace_number_with_policy,
    retries_as_number,
    unrepeated_calls,
    unused_policy,
)
from ._unreached import unreached_mounts


@rule(code="RTY009", name="retry-without-effect")
def check(frame: Frame) -> Iterator[Finding]:
    """Reports policies, transports and mounts of one function or statement that have no effect."""
    yield from _policies(frame)
    for call in frame.calls.values():
        if number := retries_as_number(call):
            yield call.finding(
                f"`{call.written}` with a number retries calls without a whole answer, without a pause: a status such "
                "as 502 is not retried, nor is a POST that was sent",
                *replace_number_with_policy(call, number),
                severity=Severity.INFO,
            )
        yield from _misplaced(call)
    for call, policy in unrepeated_calls(frame):
        yield call.finding(
            f"`{call.written}` is not repeated on a status: {call.verb} is none of the methods of its `{policy}`"
        )
    yield from _mounted(frame)


def _mounted(frame: Frame) -> Iterator[Finding]:
    for mount in plain_mounts(frame):
        yield frame.finding(
            "`mount` covers http:// only: calls to https:// are not retried",
            frame.tree.span(mount.node.func),
            mount.fixes,
            callee=mount.client.callee,
            library=mount.client.library,
        )
    for client, node, address in unreached_mounts(frame):
        yield frame.finding(
            f"`mount` is for {address}, where no call of this client goes: none is retried because of it",
            frame.tree.span(node.func), callee=client.callee, library=client.library,
        )  # fmt: skip


def _misplaced(call: Call) -> Iterator[Finding]:
    found = misplaced_policy(call)
    if found is not None:
        argument, fixes = found
        tree = call.frame.tree
        yield call.finding(
            f"`{tree.code(argument.node)}` is given to `{call.written}` in the place of another parameter: no retry",
            *fixes,
            span=tree.span(argument.node),
        )


def _policies(frame: Frame) -> Iterator[Finding]:
    for layer in layers_of(frame):
        removed = removed_option(layer)
        if removed is not None:
            yield layer.finding(
                f"`{removed.old}` was removed: `{layer.written}` raises TypeError, the option is now `{removed.new}`",
                removed.fix,
                span=removed.span,
                severity=Severity.ERROR,
            )
        elif unused_policy(layer):
            yield layer.finding(f"`{unused_policy(layer)}` is never used: no call is retried because of it")
        elif lacks_statuses(layer):
            yield layer.finding(f"`{layer.written}` lists no status: a 502 or 504 is not retried", *add_statuses(layer))
