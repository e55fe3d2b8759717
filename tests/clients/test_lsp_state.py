"""Whatever is typed, undone, renamed, closed and configured: once it is quiet, the editor shows what `check` finds.

A model keeps the texts by splitting and slicing, finds with the same `check` in this process, and
counts with the standard library's codecs; the server is the real one, with its two processes.
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from clients import toy_engine
from clients.wire import Wire
from resilint.config.settings import Settings
from resilint_rules.kit.findings import Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Encoding
from server.lsp.test_document import naive_offset, units

NAMES = st.sampled_from(["a.py", "b.py", "c.py"])
WORDS = ["SLOW", "SAFE", "READS a.py", "READS b.py", "READS c.py", " ", "\n", "\r\n", "\r", "😀", "é", "\f", "x"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map("".join)
PLACES = st.tuples(st.integers(0, 5), st.integers(0, 14))
CHANGES = st.lists(st.tuples(PLACES, PLACES, TEXTS), min_size=1, max_size=4)
LEVELS = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFO: 3, Severity.HINT: 4}


class Session(RuleBasedStateMachine):
    """A person at an editor, and what the editor ought to show. `wire` and `encoding` are set by the test."""

    wire: Wire
    encoding: Encoding
    root: Path
    numbers = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.folder = self.root / f"project{next(self.numbers)}"
        self.folder.mkdir()
        (self.folder / "pyproject.toml").touch()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.history: dict[str, list[str]] = {}
        self.shown: dict[str, Any] = {}
        self.level = Severity.WARNING
        self._configure()

    def teardown(self) -> None:
        """All texts are closed; what is shown of them goes."""
        for name in [*self.texts]:
            self.close(name)

    def uri(self, name: str) -> str:
        """The uri of a file of this project."""
        return (self.folder / name).as_uri()

    @rule(name=NAMES, text=TEXTS)
    def open(self, name: str, text: str) -> None:
        """A file is opened, or opened again with another text."""
        self.texts[name] = text
        self.versions[name] = 1
        self.history[name] = []
        self.wire.open(self.uri(name), text)

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), changes=CHANGES)
    def edit(self, data: Any, changes: Any) -> None:
        """Several places of a text are changed in one message, each after the other."""
        name = data.draw(st.sampled_from(sorted(self.texts)))
        self.history[name].append(self.texts[name])
        edits = []
        for first, second, new in changes:
            start, end = min(first, second), max(first, second)
            text = self.texts[name]
            here, there = (naive_offset(text, *place, self.encoding) for place in (start, end))
            self.texts[name] = text[:here] + new + text[max(here, there) :]
            edits.append((start, end, new))
        self._change(name, *edits)

    @precondition(lambda self: any(self.history.values()))
    @rule(data=st.data())
    def undo(self, data: Any) -> None:
        """An edit is taken back, as a change of the whole text."""
        name = data.draw(st.sampled_from(sorted(name for name, old in self.history.items() if old)))
        self.texts[name] = self.history[name].pop()
        self._change(name, self.texts[name])

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def save(self, data: Any) -> None:
        """A text goes to the disk, and the editor says so."""
        name = data.draw(st.sampled_from(sorted(self.texts)))
        (self.folder / name).write_bytes(self.texts[name].encode())
        self._files([{"uri": self.uri(name), "type": 2}])

    @precondition(lambda self: self.texts)
    @rule(data=st.data(), other=NAMES)
    def rename(self, data: Any, other: str) -> None:
        """A file gets another name: its text is closed and opened again under that."""
        name = data.draw(st.sampled_from(sorted(self.texts)))
        if other in self.texts:
            return
        text = self.texts[name]
        if (self.folder / name).exists():
            (self.folder / name).rename(self.folder / other)
        self.close(name)
        renamed = {"oldUri": self.uri(name), "newUri": self.uri(other)}
        self.wire.notify("workspace/didRenameFiles", {"files": [renamed]})
        self.open(other, text)

    @precondition(lambda self: self.texts)
    @rule(data=st.data())
    def close_one(self, data: Any) -> None:
        """A text is closed; what the disk holds counts again."""
        self.close(data.draw(st.sampled_from(sorted(self.texts))))

    @rule(level=st.sampled_from(sorted(LEVELS)))
    def configure(self, level: Severity) -> None:
        """The person changes a setting."""
        self.level = level
        self._configure()

    @invariant()
    def settled(self) -> None:
        """What is shown is what is found."""
        for name in self.texts:
            self.wire.actions(self.uri(name), (0, 0), (0, 0))  # answered when all before it is done
        self._take()
        for name, text in self.texts.items():
            assert self.shown[self.uri(name)] == self._found(name, text), (name, text)

    def close(self, name: str) -> None:
        """A text is closed, and its findings with it."""
        self.wire.notify("textDocument/didClose", {"textDocument": {"uri": self.uri(name)}})
        for table in (self.texts, self.versions, self.history):
            cast("dict[str, Any]", table).pop(name)

    def _change(self, name: str, *changes: Any) -> None:
        self.versions[name] += 1
        self.wire.change(self.uri(name), self.versions[name], *changes)

    def _files(self, changes: list[Any]) -> None:
        self.wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})

    def _configure(self) -> None:
        wanted = {"resilint": {"severity": {"no-timeout": self.level.value}}}
        self.wire.notify("workspace/didChangeConfiguration", {"settings": wanted})

    def _take(self) -> None:
        """Publications up to now; the last of each text counts."""
        seen, self.wire.seen = self.wire.seen, []
        for message in seen:
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                self.shown[params["uri"]] = [
                    (f["range"], f["code"], f["severity"], f["message"]) for f in params["diagnostics"]
                ]

    def _found(self, name: str, text: str) -> list[Any]:
        def read(other: str) -> bytes | None:
            if other in self.texts:
                return self.texts[other].encode()
            file = self.folder / other
            return file.read_bytes() if file.exists() else None

        doc = Document(text, name, name.removesuffix(".py"))
        wanted = Settings(severity={"no-timeout": self.level})
        found = []
        for finding in toy_engine.check(doc, Project(read), wanted).findings:
            start, end = (self._position(text, offset) for offset in finding.span)
            said = f"{finding.message}\n{finding.help}" if finding.help else finding.message
            found.append(({"start": start, "end": end}, finding.rule, LEVELS[finding.severity], said))
        return found

    def _position(self, text: str, offset: int) -> dict[str, int]:
        rows = Document(text[:offset]).starts
        ahead = text[:offset].endswith("\r") and text[offset : offset + 1] == "\n"
        line = len(rows) - 1 - ahead
        return {"line": line, "character": len(units(text[rows[line] : offset], self.encoding))}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_after_every_change_the_editor_shows_what_check_finds(encoding: Encoding) -> None:
    """Thousands of edits, undo, renames, saving, closing and settings, in every unit of counting."""
    with tempfile.TemporaryDirectory() as folder, Wire() as wire:
        wire.greet({"general": {"positionEncodings": [encoding]}}, folder=Path(folder))
        case = type("Case", (Session,), {"wire": wire, "encoding": encoding, "root": Path(folder)})
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            case,
            settings=settings(
                max_examples=30,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
            ),
        )
