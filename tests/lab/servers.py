"""Real servers for where a stand-in would prove nothing: Redis, PostgreSQL and RabbitMQ as Debian packs them.

Each one listens on an ephemeral port of 127.0.0.1, keeps its files in a temporary folder, and is gone when its `with`
ends; on Linux it also dies with the process that has started it, however that ends.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

Start = Callable[[], "contextlib.AbstractContextManager[Server]"]

_START = 90.0
"""Seconds that a broker may take to come up on a busy machine."""
_STOP = 10.0


class Missing(Exception):
    """A program that is not installed, or one that may not run as this user: reason enough to skip."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers on a port of 127.0.0.1; `pid` is the process that accepts connections."""

    scheme: str
    port: int
    pid: int

    def url(self, path: str = "") -> str:
        """Its address, so that examples can be run against it as against a lab."""
        return f"{self.scheme}://127.0.0.1:{self.port}/{path}"

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Stops it in its tracks: the machine still takes connections for it, and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)


@contextlib.contextmanager
def start_redis() -> Iterator[Server]:
    """A Redis that keeps nothing. `DEBUG SLEEP` is allowed, to have it late for a while."""
    program, port = _find("redis-server"), _free_port()
    with tempfile.TemporaryDirectory() as folder:
        options = {"bind": "127.0.0.1", "port": port, "dir": folder, "save": "", "enable-debug-command": "local"}
        command = [program, *(word for name, value in options.items() for word in (f"--{name}", str(value)))]
        with _run(command, folder, {}, lambda: _says(port, b"PING\r\n", b"+PONG")) as pid:
            yield Server("redis", port, pid)


@contextlib.contextmanager
def start_postgresql() -> Iterator[Server]:
    """A PostgreSQL with a superuser `lab` and no passwords. It refuses to be run by root: then `postgres` does."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    where = os.pathsep.join([*map(str, reversed(homes)), os.environ.get("PATH", "")])
    initdb, program, ready = (_find(name, where) for name in ("initdb", "postgres", "pg_isready"))
    user, port = _plain_user("postgres"), _free_port()
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)
        data = str(Path(folder, "data"))
        command = [initdb, "-D", data, "-U", "lab", "-A", "trust", "--no-sync", "--no-locale", "-E", "UTF8"]
        made = subprocess.run(command, capture_output=True, timeout=_START, cwd=folder, check=False, **_as(user))
        if made.returncode:
            raise Missing(f"initdb does not work here: {made.stderr.decode(errors='replace')}")
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "shared_buffers=16MB"]
        command = [program, "-D", data, "-p", str(port), *(word for each in options for word in ("-c", each))]
        asks = [ready, "-q", "-h", "127.0.0.1", "-p", str(port)]

        def is_up() -> bool:
            return subprocess.run(asks, timeout=10, check=False).returncode == 0

        with _run(command, folder, {}, is_up, user) as pid:
            yield Server("postgresql", port, pid)


@contextlib.contextmanager
def start_rabbitmq() -> Iterator[Server]:
    """A RabbitMQ for the user guest, whose memory is exhausted: it talks to everybody, and blocks who publishes."""
    program = _find("rabbitmq-server", "/usr/lib/rabbitmq/bin")  # the one on PATH insists on being root
    epmd, port, names = _find("epmd"), _free_port(), _free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = [f"listeners.tcp.1 = 127.0.0.1:{port}", "log.file = false", "log.console = true"]
        settings += ["vm_memory_high_watermark.absolute = 1"]  # bytes
        Path(folder, "rabbitmq.conf").write_text("\n".join([*settings, ""]), "utf-8")
        environment = {
            "HOME": folder,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(names),
            "RABBITMQ_NODENAME": f"lab{port}@localhost",
            "RABBITMQ_DIST_PORT": str(_free_port()),
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq",
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_MNESIA_BASE": folder,
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RUNNING_UNDER_SYSTEMD": "true",  # no shell between us and the broker
        }
        with (
            _run([epmd, "-port", str(names)], folder, environment, lambda: _says(names, b"\0\1n", b"")),
            _run([program], folder, environment, lambda: _says(port, b"AMQP\0\0\x09\1", b"\1")) as pid,
        ):
            yield Server("amqp", port, pid)


def _find(program: str, where: str | None = None) -> str:
    found = shutil.which(program, path=where)
    if found is None:
        raise Missing(f"{program} is not installed")
    return found


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _plain_user(name: str) -> str:
    """The user to become if this one is root; "" to stay."""
    if os.geteuid():
        return ""
    try:
        pwd.getpwnam(name)
    except KeyError:
        raise Missing(f"it may not be run by root, and there is no user {name}") from None
    return name


def _as(user: str) -> dict[str, object]:
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}


def _says(port: int, greeting: bytes, answer: bytes) -> bool:
    """Whether whoever listens on a port answers a greeting so."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(greeting)
            return connection.recv(64).startswith(answer)
    except OSError:
        return False


@contextlib.contextmanager
def _run(
    command: Sequence[str], folder: str, environment: Mapping[str, str], is_up: Callable[[], bool], user: str = ""
) -> Iterator[int]:
    """Runs a program in a folder until the block ends; gives its process id once `is_up` says yes."""
    guard = shutil.which("setpriv")
    log = Path(folder, f"{Path(command[0]).name}.log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*([guard, "--pdeathsig", "KILL"] if guard else []), *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**os.environ, **environment},
            start_new_session=True,
            **_as(user),
        )
    try:
        ends = time.monotonic() + _START
        while not is_up():
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"{command[0]} did not come up: {log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.send_signal(signal.SIGCONT)
        process.send_signal(signal.SIGQUIT if user else signal.SIGTERM)  # PostgreSQL: at once, without a clean-up
        try:
            process.wait(_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
