r"""A wait for a child process that talks to a network, without a time limit.

`git fetch`, `ssh` and `rsync` wait for their peer as a client library does, and mostly have no limit of their own. When
the other side goes silent, the child never ends, and neither does the worker that waits for it.

```python bad
import subprocess

def fetch(folder):
    subprocess.run(["git", "-C", folder, "fetch", "origin"], check=True)  # finds: network-tool-without-timeout
```

```python fixed
import subprocess

def fetch(folder):
    subprocess.run(["git", "-C", folder, "fetch", "origin"], check=True, timeout=120)
```

The wait for a process that was started before is the same, on an event loop, too.

```python bad
import asyncio
import subprocess

async def archive(host, target):
    process = await asyncio.create_subprocess_exec("rsync", "-a", f"{host}:/srv/files/", target)
    return await process.wait()  # finds: network-tool-without-timeout

def clone(address):
    with subprocess.Popen(["git", "clone", address]) as process:
        process.communicate()  # finds: network-tool-without-timeout

def page(address):
    return subprocess.check_output(f"curl -s {address}", shell=True)  # finds: network-tool-without-timeout
```

A limit on the wait or around it counts, and so does one that the program is given. Most words of these programs ask
no peer.

```python good
import asyncio
import subprocess

def log(folder):
    return subprocess.run(["git", "-C", folder, "log", "-1", "--oneline"], check=True, capture_output=True).stdout

def page(address, limit):
    subprocess.run(["git", "fetch"], timeout=limit)
    subprocess.run(["ssh", "-o", "ConnectTimeout=5", "-o", "ServerAliveInterval=5", "box", "uptime"])
    return subprocess.check_output(["curl", "--max-time", "20", address])

async def mirror(host, target):
    process = await asyncio.create_subprocess_exec("rsync", "-a", f"{host}:/srv/files/", target)
    try:
        return await asyncio.wait_for(process.wait(), 600)
    except asyncio.TimeoutError:
        process.kill()
        raise

def copy(source, target):
    subprocess.run(["rsync", "-a", source, target], check=True)
```

The severity is info: many such programs take long with good reason. Scripts are left alone, as the person who started
one ends it. When the time is over, `subprocess.run` kills the child, but not what the child has started. `Popen.wait`
and `communicate` leave it running, and so does `asyncio.wait_for`: the handler of the timeout has to kill it. That is
why for these nothing is offered.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kit import BlockCall, Finding, Fix, add_argument, enclosing, number
from ..kit.rule import rule
from ._commands import asking_program

_FACTOR = 4
"""How many times longer than a call such a program may take."""


@rule(code="TMO011", name="network-tool-without-timeout", severity="info", preview=True)
def check(wait: BlockCall) -> Iterator[Finding]:
    """Reports a wait for a program that asks a peer, without a limit on it or around it."""
    fact = wait.fact
    if fact.missing != "flag" or not (fact.starts or fact.command is not None):
        return
    if any(wait.args.value(param) is not None for param in fact.timeout) or wait.args.open_names or enclosing(wait):
        return
    if wait.frame.scope.module.doc.kind == "script":
        return
    program = asking_program(wait)
    if program:
        yield wait.finding(
            f"`{wait.written}` waits without limit for `{program}`, whose peer may go silent", *_limit(wait)
        )


def _limit(wait: BlockCall) -> list[Fix]:
    """Gives a wait that kills the child itself a limit."""
    if wait.fact.starts or not wait.fact.timeout:
        return []
    text = f"timeout={number(wait.frame.scope.session.timeouts['total'] * _FACTOR)}"
    edit = add_argument(wait, text)
    return [Fix(f"Add {text}", (edit,))] if edit is not None else []
