"""A language server of a few lines, to see what the extension does with whichever server it starts.

It marks every line that says `guilty` with what it was told: its own path, the settings it got at the
start and those it was told of last, asked for per document.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

RULE = {
    "code": "TMO001",
    "name": "no-timeout",
    "severity": "warning",
    "fixable": True,
    "summary": "A remote call that may wait for ever.",
    "explanation": "A remote call that may wait for ever.\n\n```python bad\nguilty = 1\n```\n",
}


def main() -> int:
    """Answers until told to exit; a file called `broken` beside the program keeps it from starting."""
    if sys.argv[1:2] == ["rule"]:
        print(json.dumps(RULE if RULE["name"] in sys.argv else [RULE]))
        return 0
    flag = os.path.join(os.path.dirname(os.path.abspath(__file__)), "broken")
    if os.path.exists(flag):
        print("the stub is broken", file=sys.stderr)
        return 1
    return Stub().run()


class Stub:
    """One conversation."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.options: Any = None
        self.told: Any = None
        self.asked: dict[str, str] = {}

    def run(self) -> int:
        """Reads messages until `exit` or the end of input."""
        while (message := _read()) is not None:
            method = message.get("method")
            if method == "exit":
                return 0
            self.take(method, message)
        return 0

    def take(self, method: str | None, message: dict[str, Any]) -> None:
        """Handles one message."""
        params = message.get("params") or {}
        if method is None:
            uri = self.asked.pop(message["id"], None)
            if uri is not None:
                self.publish(uri, message["result"][0])
        elif method == "initialize":
            self.options = params.get("initializationOptions")
            capabilities = {
                "textDocumentSync": 1,
                "codeActionProvider": {"codeActionKinds": ["source.fixAll.resilint"]},
            }
            self.answer(message, {"capabilities": capabilities, "serverInfo": {"name": "stub", "version": "0.0"}})
        elif method in ("textDocument/didOpen", "textDocument/didChange"):
            document = params["textDocument"]
            changes = params.get("contentChanges")
            self.texts[document["uri"]] = changes[-1]["text"] if changes else document["text"]
            self.ask(document["uri"])
        elif method == "workspace/didChangeConfiguration":
            self.told = params["settings"]
            for uri in self.texts:
                self.ask(uri)
        elif method == "textDocument/codeAction":
            self.answer(message, self.actions(params["textDocument"]["uri"]))
        elif method == "workspace/diagnostic":
            items = [
                {"uri": uri, "kind": "full", "version": None, "items": _marks(text, "swept")}
                for uri, text in self.files()
            ]
            self.answer(message, {"items": items})
        elif "id" in message:
            self.answer(message, None)

    def files(self) -> list[tuple[str, str]]:
        """The file beside the opened ones that nobody opened."""
        return [(uri.rsplit("/", 1)[0] + "/closed.py", "guilty\n") for uri in list(self.texts)[:1]]

    def ask(self, uri: str) -> None:
        """Asks for the document's settings; the answer leads to publication."""
        number = f"ask-{len(self.asked)}-{uri}"
        self.asked[number] = uri
        items = [{"scopeUri": uri, "section": "resilint"}]
        _write({"id": number, "method": "workspace/configuration", "params": {"items": items}})

    def publish(self, uri: str, settings: Any) -> None:
        """Publishes what is known as the message of each mark."""
        seen = {"program": os.path.abspath(__file__), "cwd": os.getcwd(), "pid": os.getpid()}
        seen |= {"start": self.options, "told": self.told, "asked": settings}
        diagnostics = _marks(self.texts[uri], json.dumps(seen))
        _write({"method": "textDocument/publishDiagnostics", "params": {"uri": uri, "diagnostics": diagnostics}})

    def actions(self, uri: str) -> list[dict[str, Any]]:
        """Fix all: every `guilty` becomes `mended`."""
        edits = [{"range": mark["range"], "newText": "mended"} for mark in _marks(self.texts[uri], "")]
        return [{"title": "Fix all", "kind": "source.fixAll.resilint", "edit": {"changes": {uri: edits}}}]

    def answer(self, message: dict[str, Any], result: Any) -> None:
        """Answers a request."""
        _write({"id": message["id"], "result": result})


def _marks(text: str, message: str) -> list[dict[str, Any]]:
    return [
        {
            "range": {"start": {"line": row, "character": at}, "end": {"line": row, "character": at + 6}},
            "message": message,
            "source": "resilint",
            "code": "no-timeout",
            "severity": 2,
        }
        for row, line in enumerate(text.split("\n"))
        if (at := line.find("guilty")) >= 0
    ]


def _read() -> dict[str, Any] | None:
    size = 0
    while (line := sys.stdin.buffer.readline()).strip():
        name, _, value = line.decode().partition(":")
        size = int(value) if name.lower() == "content-length" else size
    return json.loads(sys.stdin.buffer.read(size)) if size else None


def _write(message: dict[str, Any]) -> None:
    data = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
