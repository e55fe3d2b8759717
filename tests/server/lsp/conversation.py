"""A conversation with the language server in this process: no editor, no child, the real protocol in between."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
import queue
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from clients import toy_engine
from resilint.lsp.channel.codec import numbered_from_json, to_json
from resilint.lsp.channel.messages import FromWorker, Numbered
from resilint.lsp.channel.pipe import pack, read
from resilint.lsp.main import make, serve
from resilint.lsp.server import ResilintServer
from resilint.lsp.supervision.watchdog import Limits
from resilint.lsp.transport import start_reader
from resilint.lsp.worker.engine import Engine
from resilint.lsp.worker.main import Worker

PATIENCE = 20.0
"""Seconds to wait for a message before a test fails."""

Json = dict[str, Any]


class Died(BaseException):
    """Raised by an engine that ends its worker."""


class ToyProcess:
    """A worker that the supervisor takes for a process of its own: its pipe is this object."""

    pid = -1
    pause = 0.0
    """Seconds before it turns to what it is sent."""

    def __init__(self, engine: Engine) -> None:
        self.returncode: int | None = None
        self.stdin = self
        self.stdout = asyncio.StreamReader()
        self.got: list[Any] = []
        self._loop = asyncio.get_running_loop()
        self._inbox: queue.SimpleQueue[Numbered] = queue.SimpleQueue()
        self._worker = Worker(engine, self._inbox, self._send)

    def is_closing(self) -> bool:
        return self.returncode is not None

    def write(self, data: bytes) -> None:
        body = read(io.BytesIO(data))
        assert body is not None
        numbered = numbered_from_json(body)
        self.got.append(numbered.message)
        self._inbox.put(numbered)
        self._loop.call_later(self.pause, self._turn)

    def kill(self) -> None:
        self.end(-9)

    def end(self, status: int) -> None:
        """Ends with an exit status, and closes the pipe."""
        if self.returncode is None:
            self.returncode = status
            self.stdout.feed_eof()

    async def wait(self) -> int:
        assert self.returncode is not None
        return self.returncode

    def _turn(self) -> None:
        if self.returncode is None and not self._inbox.empty():
            try:
                self._worker.turn()
            except Died:
                self.end(1)

    def _send(self, message: FromWorker) -> None:
        if self.returncode is None:
            self.stdout.feed_data(pack(to_json(message)))


class Conversation:
    """The client's side. `answers` are what it says to the server's requests."""

    def __init__(self, server: ResilintServer, engine: Engine) -> None:
        self.server = server
        self.engine = engine
        self.process = ToyProcess
        self.processes: list[ToyProcess] = []
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self._numbers = itertools.count(1)
        self._seen: list[Json] = []
        self._came = asyncio.Event()

    async def start_process(self, *command: Any, **options: Any) -> ToyProcess:
        """Stands in for `asyncio.create_subprocess_exec`."""
        self.processes.append(self.process(self.engine))
        return self.processes[-1]

    def begin(self) -> None:
        """Effect: the server serves; a thread reads what it says."""
        loop = asyncio.get_running_loop()
        from_client, self._to_server = os.pipe()
        from_server, to_client = os.pipe()
        self._serving = asyncio.ensure_future(
            serve(self.server, os.fdopen(from_client, "rb"), os.fdopen(to_client, "wb"))
        )
        start_reader(os.fdopen(from_server, "rb"), lambda m: loop.call_soon_threadsafe(self._take, m), lambda: None)

    def _take(self, message: Json) -> None:
        if "method" in message and "id" in message:
            say = self.answers.get(message["method"], lambda params: None)
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": say(message.get("params"))})
        self._seen.append(message)
        self._came.set()

    def send(self, message: Any) -> None:
        """Sends any JSON."""
        self.raw(json.dumps(message).encode())

    def raw(self, body: bytes) -> None:
        """Sends any bytes as a message."""
        os.write(self._to_server, b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method: str, params: Any) -> None:
        """Sends a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method: str, params: Any) -> int:
        """Sends a request; gives its number."""
        number = next(self._numbers)
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        return number

    async def wait(self, wanted: Callable[[Json], bool]) -> Json:
        """The first message not yet taken that is wanted."""
        while True:
            for message in self._seen:
                if wanted(message):
                    self._seen.remove(message)
                    return message
            self._came.clear()
            await asyncio.wait_for(self._came.wait(), PATIENCE)

    async def answer(self, number: int) -> Json:
        """The answer to a request, an error included."""
        return await self.wait(lambda m: m.get("id") == number and "method" not in m)

    async def ask(self, method: str, params: Any) -> Any:
        """Sends a request and gives its result; fails on an error."""
        answer = await self.answer(self.request(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    async def error(self, method: str, params: Any) -> int:
        """Sends a request that is refused; gives the code of the error."""
        answer = await self.answer(self.request(method, params))
        return int(answer["error"]["code"])

    async def notified(self, method: str) -> Any:
        """The parameters of the next notification or request of a kind, None if it has none."""
        return (await self.wait(lambda m: m.get("method") == method)).get("params")

    async def greet(self, capabilities: Any = None, options: Any = None, folders: Any = None, **more: Any) -> Json:
        """`initialize` and `initialized`."""
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": capabilities or {},
            "initializationOptions": options,
            "workspaceFolders": [{"uri": folder.as_uri(), "name": folder.name} for folder in folders or ()] or None,
            **more,
        }
        result: Json = await self.ask("initialize", params)
        self.notify("initialized", {})
        return result

    def open(self, uri: str, text: str, version: int = 1, language: str = "python") -> None:
        """`textDocument/didOpen`."""
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Any) -> None:
        """`textDocument/didChange`; a change is a text, or ((line, character), (line, character), text)."""
        events = [
            {"text": change} if isinstance(change, str) else {"range": span(*change[:2]), "text": change[2]}
            for change in changes
        ]
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": events}
        self.notify("textDocument/didChange", params)

    async def published(self, uri: str, version: int | None) -> list[Any]:
        """The diagnostics of the next publication for a version of a document."""
        message = await self.wait(
            lambda m: (
                m.get("method") == "textDocument/publishDiagnostics"
                and (m["params"]["uri"], m["params"].get("version")) == (uri, version)
            )
        )
        found: list[Any] = message["params"]["diagnostics"]
        return found

    async def leave(self) -> int:
        """`shutdown` and `exit`; gives the exit status."""
        await self.ask("shutdown", None)
        self.notify("exit", None)
        return await asyncio.wait_for(self._serving, PATIENCE)

    async def hang_up(self) -> int:
        """Closes the connection without a word; gives the exit status."""
        os.close(self._to_server)
        return await asyncio.wait_for(self._serving, PATIENCE)

    async def end(self) -> None:
        """Effect: nothing is left running."""
        if not self._serving.done():
            self.notify("exit", None)
            await asyncio.wait({self._serving}, timeout=PATIENCE)
        chores = [*self.server._background_tasks]
        for chore in chores:
            chore.cancel()
        if chores:
            await asyncio.wait(chores, timeout=PATIENCE)


def span(start: tuple[int, int], end: tuple[int, int]) -> Json:
    """A range of the protocol."""
    keys = ("line", "character")
    return {"start": dict(zip(keys, start, strict=True)), "end": dict(zip(keys, end, strict=True))}


def place(uri: str, start: tuple[int, int], end: tuple[int, int] | None = None) -> Json:
    """Parameters that name a position, or a range, in a document."""
    where = span(start, end or start)
    return {"textDocument": {"uri": uri}, **({"position": where["start"]} if end is None else {"range": where})}


def converse(
    monkeypatch: pytest.MonkeyPatch,
    talk: Callable[[Conversation], Awaitable[None]],
    engine: Engine = toy_engine.engine,
    limits: Limits | None = None,
) -> None:
    """Runs a conversation to its end."""

    async def main() -> None:
        conversation = Conversation(make(limits=limits), engine)
        monkeypatch.setattr("asyncio.create_subprocess_exec", conversation.start_process)
        conversation.begin()
        try:
            await talk(conversation)
        finally:
            await conversation.end()

    asyncio.run(main())
