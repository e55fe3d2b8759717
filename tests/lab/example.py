"""Running an example of a rule against the lab, in a process that is killed at its deadline."""

from __future__ import annotations

import ast
import builtins
import json
import os
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

_CHILD = Path(__file__).with_name("child.py")
_ADDRESS = re.compile(r"""(?P<quote>["'])https?://[^/"'\s]+""")
"""An address with a host; a bare "https://" is what an adapter is mounted for."""
_DETOUR = re.compile(r"proxy|ca_bundle|ssl_cert", re.IGNORECASE)
"""What a machine may set for its own network; requests takes a bundle from there even where verify is False."""
_START = 60.0
"""Seconds that a busy machine may take to import an example's libraries."""


class Partner(Protocol):
    """Whoever an example talks to: a lab, or a real server."""

    def url(self, path: str = ...) -> str: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an example ended: it returned `value` (a repr), raised `error` (a qualified name), or was
    still hanging when its deadline came. `seconds` are those of the example, imports left out."""

    ended: Literal["returned", "raised", "hanging"]
    seconds: float
    error: str = ""
    message: str = ""
    value: str = ""
    output: str = ""


def run_example(
    code: str,
    partner: Partner,
    deadline: float,
    *,
    path: str = "ok",
    call: str = "",
    given: str = "",
    files: Mapping[str, str] | None = None,
) -> Outcome:
    """Executes `code` against a partner and says how that ended, within `deadline` seconds.

    Every address in the code is moved to the partner, below `path`; a name in capitals that the code
    does not define becomes that address, any other unknown name an empty dictionary. `given` is
    code put in front, for names that must be something else; `call` is the expression that sets the
    example going (a coroutine is run); `files` are modules that the example imports.
    Effect: a child process, which never outlives the deadline.
    """
    address = partner.url(path)
    prelude = "\n".join([*_define(f"{code}\n{call}", given, address), _move(given, address)])
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (files or {}).items():
            file = Path(folder, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(_move(text, address), "utf-8")
        job = {
            "prelude": prelude,
            "code": _move(code, address),
            "call": _move(call, address),
            "deadline": deadline,
            "folder": folder,
        }
        return _run(json.dumps(job), deadline)


def _move(code: str, address: str) -> str:
    return _ADDRESS.sub(lambda found: found["quote"] + address.rstrip("/"), code)


def _define(code: str, given: str, address: str) -> list[str]:
    defined = _bound(code) | _bound(given) | set(dir(builtins))
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)} - defined
    return [f"{name} = {address if name.isupper() else {}!r}" for name in sorted(names)]


def _bound(code: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
    return names


def _run(job: str, deadline: float) -> Outcome:
    direct = {name: value for name, value in os.environ.items() if not _DETOUR.search(name)}
    with (
        tempfile.TemporaryFile() as output,
        subprocess.Popen(
            [sys.executable, str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            env=direct | {"PYTHONUTF8": "1"},
        ) as child,
    ):
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(job.encode())
            child.stdin.close()
            ready = _read_line(child.stdout.fileno(), _START)
            began = time.monotonic()
            line = _read_line(child.stdout.fileno(), deadline) if ready == b"ready\n" else b""
            seconds = time.monotonic() - began
        finally:
            child.kill()
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if ready != b"ready\n":
        raise RuntimeError(f"the example's process did not get ready: {said}")
    if line:
        return Outcome(**json.loads(line), output=said)
    if seconds < deadline:
        raise RuntimeError(f"the example's process died: {said}")
    return Outcome("hanging", seconds, output=said)


def _read_line(pipe: int, seconds: float) -> bytes:
    """A whole line from a pipe, or "" when the time is over or the other end has closed."""
    ends = time.monotonic() + seconds
    line = b""
    while not line.endswith(b"\n"):
        readable, _, _ = select.select([pipe], [], [], max(0, ends - time.monotonic()))
        chunk = os.read(pipe, 1) if readable else b""
        if not chunk:
            return b""
        line += chunk
    return line
