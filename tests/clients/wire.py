"""A language client of few words, independent of pygls: raw JSON over a pipe, waiting for messages."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30.0
"""Seconds to wait for a message before a test fails."""

Message = dict[str, Any]


def environment() -> dict[str, str]:
    """An environment in which this checkout and the toy engine can be imported."""
    paths = [ROOT / "server", ROOT / "rules", ROOT / "tests"]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}


def command(*words: str, engine: str = "clients.toy_engine:engine") -> list[str]:
    """The server with the toy engine, or the default engine for ""."""
    start = [sys.executable, str(Path(__file__).with_name("serve.py"))]
    return [*start, "--engine", engine, *words] if engine else [*start, *words]


def at(uri: str, start: tuple[int, int], end: tuple[int, int] | None = None) -> Message:
    """Parameters that name a position, or a range, in a text."""
    places = [{"line": line, "character": character} for line, character in (start, end or start)]
    place = {"position": places[0]} if end is None else {"range": {"start": places[0], "end": places[1]}}
    return {"textDocument": {"uri": uri}, **place}


class Wire:
    """A conversation with a server. `answers` are what the client says to the server's requests."""

    def __init__(
        self,
        *words: str,
        cwd: str | None = None,
        engine: str = "clients.toy_engine:engine",
        program: list[str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            program or command(*words, engine=engine),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            cwd=cwd,
        )
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self.seen: list[Message] = []
        self._inbox: queue.Queue[Message | None] = queue.Queue()
        self._numbers = itertools.count(1)
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def greet(self, capabilities: Any = None, options: Any = None, folder: Path | None = None) -> Message:
        """`initialize` and `initialized`."""
        folders = [{"uri": folder.as_uri(), "name": folder.name}] if folder else None
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": capabilities or {},
            "initializationOptions": options,
            "workspaceFolders": folders,
        }
        result = self.ask("initialize", params)
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, version: int = 1) -> None:
        """`textDocument/didOpen`."""
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Any) -> None:
        """`textDocument/didChange`; a change is a text, or ((line, character), (line, character), text)."""
        events = [
            {"text": change}
            if isinstance(change, str)
            else {
                "range": {
                    "start": dict(zip(("line", "character"), change[0], strict=True)),
                    "end": dict(zip(("line", "character"), change[1], strict=True)),
                },
                "text": change[2],
            }
            for change in changes
        ]
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": events}
        self.notify("textDocument/didChange", params)

    def actions(self, uri: str, start: tuple[int, int], end: tuple[int, int], only: Any = None) -> list[Any]:
        """`textDocument/codeAction` for a range."""
        context = {"diagnostics": [], **({} if only is None else {"only": only})}
        return list(self.ask("textDocument/codeAction", {**at(uri, start, end), "context": context}))

    def published(self, uri: str, version: int) -> list[Any]:
        """The next publication for a version of a text."""
        message = self.wait(
            lambda m: (
                m.get("method") == "textDocument/publishDiagnostics"
                and m["params"]["uri"] == uri
                and m["params"].get("version") == version
            )
        )
        found: list[Any] = message["params"]["diagnostics"]
        return found

    def notify(self, method: str, params: Any) -> None:
        """Sends a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: Any) -> int:
        """Sends a request; gives its number."""
        number = next(self._numbers)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    def answer(self, number: int) -> Message:
        """Waits for the answer to a request, an error included."""
        return self.wait(lambda m: m.get("id") == number and "method" not in m)

    def ask(self, method: str, params: Any) -> Any:
        """Sends a request and gives its result; fails on an error."""
        answer = self.answer(self.request(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def wait(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message not yet taken that is wanted."""
        for message in self.seen:
            if wanted(message):
                self.seen.remove(message)
                return message
        while True:
            message = self._inbox.get(timeout=PATIENCE)
            assert message is not None, "the server has gone"
            if wanted(message):
                return message
            self.seen.append(message)

    def send(self, message: Any) -> None:
        """Sends any JSON."""
        self.raw(json.dumps(message).encode())

    def raw(self, body: bytes) -> None:
        """Sends any bytes as a message."""
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def leave(self) -> int:
        """`shutdown` and `exit`; gives the exit status."""
        self.ask("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(PATIENCE)

    def pull(self, uri: str, previous: str | None = None) -> Any:
        """`textDocument/diagnostic`."""
        before = {} if previous is None else {"previousResultId": previous}
        return self.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}, **before})

    def _listen(self) -> None:
        assert self.process.stdout
        stream = self.process.stdout
        while line := stream.readline():
            length = 0
            while line.strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                line = stream.readline()
            message = json.loads(stream.read(length))
            if "method" in message and "id" in message:
                say = self.answers.get(message["method"], lambda params: None)
                self.send({"jsonrpc": "2.0", "id": message["id"], "result": say(message.get("params"))})
            self._inbox.put(message)
        self._inbox.put(None)
