"""The lab: a server on loopback whose faults are chosen by path or by a script."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType

from lab import faults
from lab.faults import Fault
from lab.wire import Received, Wire

PATHS: Mapping[str, tuple[Fault, ...]] = MappingProxyType(
    {
        "ok": (faults.Answer(),),
        "late": (faults.Late(),),
        "hang": (faults.Hang(),),
        "drip": (faults.Drip(),),
        "slow-headers": (faults.SlowHeaders(),),
        "reset": (faults.Reset(),),
        "reset-midway": (faults.Reset(sent=30),),
        "truncated": (faults.Truncate(),),
        "malformed": (faults.malform(),),
        "redirect": (faults.RetryLoop(),),
        "error": (faults.fail(500),),
        "unavailable": (faults.fail(503),),
        "flaky": (faults.fail(500), faults.Answer()),
        "busy": (faults.fail(503), faults.fail(503), faults.Answer()),
        "limited": (faults.limit("1"), faults.Answer()),
        "limited-date": (faults.LimitUntil(2), faults.Answer()),
        "always-limited": (faults.limit("1"),),
        "not-found": (faults.fail(404),),
    }
)
"""First part of the path -> its answers in turn; the last one is repeated."""


class Lab:
    """A context manager: `with Lab() as lab: requests.get(lab.url("hang"), timeout=1)`.

    Effect: listens on an ephemeral port of 127.0.0.1, with one thread and one more per connection.
    The fault is named by the first part of the path (`PATHS`); a `script` answers every request in
    turn instead, its last fault repeated. `mute` accepts connections and says nothing at all, for
    peers that do not speak HTTP. `tls` speaks TLS with a certificate that nobody has signed.
    Whatever happens, everything is over `life` seconds after the start.
    """

    def __init__(
        self,
        script: Sequence[Fault] = (),
        *,
        mute: bool = False,
        tls: bool = False,
        life: float = 60,
    ) -> None:
        self._script = tuple(script)
        self._mute = mute
        self._context = _untrusted_context() if tls else None
        self._life = life
        self._ends = 0.0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._listener = socket.socket()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._received: list[Received] = []
        self._turns: Counter[str] = Counter()
        self.address = ("127.0.0.1", 0)
        """Host and port; the port is known once the lab is entered."""
        self.accepted = 0
        """Connections taken so far."""

    def __enter__(self) -> Lab:
        self._ends = time.monotonic() + self._life
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.address = self._listener.getsockname()
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):  # wakes the accepting thread; closing alone does not
            socket.create_connection(self.address, timeout=1).close()
        with self._lock:
            connections, threads = list(self._open), list(self._threads)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)

    def url(self, path: str = "ok") -> str:
        """The address of a path: `url("hang/v1/charges")` hangs."""
        host, port = self.address
        return f"{'https' if self._context else 'http'}://{host}:{port}/{path.lstrip('/')}"

    @property
    def received(self) -> tuple[Received, ...]:
        """The requests that arrived so far, oldest first."""
        with self._lock:
            return tuple(self._received)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set() and (left := self._ends - time.monotonic()) > 0:
            self._listener.settimeout(left)
            try:
                connection, _ = self._listener.accept()
            except OSError:  # the lab's life is over
                break
            with self._lock:
                if self._stopping.is_set():
                    connection.close()
                    break
                self.accepted += 1
                self._open.add(connection)
                self._start(self._serve, connection)
        self._listener.close()

    def _serve(self, connection: socket.socket) -> None:
        talk = connection
        try:
            if self._context:
                connection.settimeout(5)
                talk = self._context.wrap_socket(connection, server_side=True)
                with self._lock:
                    self._open.add(talk)  # wrapping has detached the socket that was there
            wire = Wire(talk, self._ends, self._stopping)
            if self._mute:
                wire.wait_for_close()
            else:
                self._converse(wire)
        except (OSError, ValueError):  # the peer has gone, or does not speak HTTP
            pass
        finally:
            talk.close()
            connection.close()
            with self._lock:
                self._open -= {connection, talk}

    def _converse(self, wire: Wire) -> None:
        while (request := wire.read()) is not None:
            with self._lock:
                self._received.append(request)
                fault = self._choose(request)
            if not fault.answer(wire, request) or request.headers.get("connection") == "close":
                return

    def _choose(self, request: Received) -> Fault:
        name = request.path.strip("/").partition("/")[0]
        key = "" if self._script else name
        turns = self._script or PATHS.get(name, PATHS["not-found"])
        fault = turns[min(self._turns[key], len(turns) - 1)]
        self._turns[key] += 1
        return fault


def find_openssl() -> str | None:
    """The program that makes the certificate; without it a lab cannot speak TLS."""
    return shutil.which("openssl")


def _untrusted_context() -> ssl.SSLContext:
    """A server side with a certificate made just now, signed by itself and for another name."""
    program = find_openssl()
    if program is None:
        raise FileNotFoundError("a lab with tls=True needs the program openssl")
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = Path(folder, "key.pem"), Path(folder, "certificate.pem")
        command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
        command += ["-subj", "/CN=partner.invalid", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    return context
