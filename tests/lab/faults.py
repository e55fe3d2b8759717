"""What can go wrong at the other side: each fault answers one request in its own way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from http import HTTPStatus
from typing import Protocol

from lab.wire import Received, Wire


class Fault(Protocol):
    """Answers one request. True keeps the connection open for the next one."""

    def answer(self, wire: Wire, request: Received) -> bool: ...


def _head(status: int, headers: Mapping[str, str], length: int) -> bytes:
    reason = HTTPStatus(status).phrase
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole and proper answer; by default 200 with a small JSON object."""

    status: int = 200
    body: bytes = b'{"ok": true}'
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})

    def answer(self, wire: Wire, request: Received) -> bool:
        body = b"" if request.method == "HEAD" else self.body
        wire.send(_head(self.status, self.headers, len(self.body)) + body)
        return True


def fail(status: int) -> Answer:
    """An error status with a JSON body, as a partner's gateway sends it."""
    return Answer(status, json.dumps({"error": HTTPStatus(status).phrase}).encode())


def limit(retry_after: str) -> Answer:
    """429 with a Retry-After header as given: "2", or a date from `later`."""
    headers = {"Content-Type": "application/json", "Retry-After": retry_after}
    return Answer(429, b'{"error": "slow down"}', headers)


def later(seconds: float) -> str:
    """The HTTP date that many seconds from now; HTTP dates have whole seconds."""
    return format_datetime(datetime.now(timezone.utc) + timedelta(seconds=seconds), usegmt=True)


@dataclass(frozen=True, slots=True)
class LimitUntil:
    """429 with Retry-After as an HTTP date, `seconds` after the request came."""

    seconds: float = 1

    def answer(self, wire: Wire, request: Received) -> bool:
        return limit(later(self.seconds)).answer(wire, request)


def malform() -> Answer:
    """200 that says JSON and stops in the middle of it."""
    return Answer(200, b'{"ok": tru')


@dataclass(frozen=True, slots=True)
class Late:
    """Answers properly, `seconds` after the request came."""

    seconds: float = 1.5
    body: bytes = b'{"name": "Ada"}'

    def answer(self, wire: Wire, request: Received) -> bool:
        return wire.pause(self.seconds) and Answer(body=self.body).answer(wire, request)


@dataclass(frozen=True, slots=True)
class Hang:
    """Takes the request and never answers."""

    def answer(self, wire: Wire, request: Received) -> bool:
        wire.wait_for_close()
        return False


@dataclass(frozen=True, slots=True)
class Drip:
    """Sends the body one byte every `every` seconds: no single read is late, the whole is."""

    every: float = 0.1
    body: bytes = b"." * 600

    def answer(self, wire: Wire, request: Received) -> bool:
        wire.send(_head(200, {}, len(self.body)))
        return _drip(wire, self.body, self.every)


@dataclass(frozen=True, slots=True)
class SlowHeaders:
    """Sends even the status line and the headers one byte every `every` seconds."""

    every: float = 0.1

    def answer(self, wire: Wire, request: Received) -> bool:
        return _drip(wire, _head(200, {"X-Padding": "." * 500}, 0), self.every)


def _drip(wire: Wire, data: bytes, every: float) -> bool:
    for index in range(len(data)):
        wire.send(data[index : index + 1])
        if not wire.pause(every):
            return False
    return True


@dataclass(frozen=True, slots=True)
class Reset:
    """Drops the connection with an RST, after `sent` bytes of a proper answer."""

    sent: int = 0

    def answer(self, wire: Wire, request: Received) -> bool:
        if self.sent:
            whole = Answer()
            data = _head(whole.status, whole.headers, len(whole.body)) + whole.body
            wire.send(data[: self.sent])
        wire.reset()
        return False


@dataclass(frozen=True, slots=True)
class Truncate:
    """Promises more bytes than it sends, then closes as if all were well."""

    promised: int = 1000
    body: bytes = b'{"ok": true'

    def answer(self, wire: Wire, request: Received) -> bool:
        wire.send(_head(200, {"Content-Type": "application/json"}, self.promised) + self.body)
        return False


@dataclass(frozen=True, slots=True)
class RetryLoop:
    """Redirects to where the request came to, for ever."""

    def answer(self, wire: Wire, request: Received) -> bool:
        wire.send(_head(302, {"Location": request.target}, 0))
        return True
