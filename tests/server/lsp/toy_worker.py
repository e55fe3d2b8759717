"""A worker in this process, with an engine that finds words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from clients import toy_engine
from resilint.lsp.channel.messages import (
    Busy,
    Change,
    Checked,
    FromWorker,
    Numbered,
    Open,
    Question,
    ReadingSettings,
    Root,
    Roots,
    ToWorker,
)
from resilint.lsp.worker.dispatcher import Dispatcher
from resilint.lsp.worker.engine import Engine
from resilint_rules.kit.syntax.text import Edit

Kind = TypeVar("Kind")


def engine_with(**functions: Any) -> Engine:
    """The toy engine with other functions in some places."""
    return replace(toy_engine.engine, **functions)


class ToyWorker:
    """A dispatcher, the numbers of its messages, and what it has sent."""

    def __init__(
        self, engine: Engine = toy_engine.engine, superseded: Callable[[str], bool] = lambda uri: False
    ) -> None:
        self.sent: list[FromWorker] = []
        self.dispatcher = Dispatcher(engine, self.sent.append, superseded)
        self.serial = 0

    def send(self, message: ToWorker) -> int:
        """Gives the worker a message and returns its number."""
        self.serial += 1
        self.dispatcher.take(Numbered(self.serial, message))
        return self.serial

    def roots(self, *folders: object, given: Any = (), left_out: Iterable[object] = ()) -> int:
        """Opens folders, all with the same settings of the editor."""
        own = dict(given)
        return self.send(Roots(tuple(Root(str(f), own) for f in folders), own, tuple(map(str, left_out))))

    def open(self, path: object, text: str, version: int = 1, without: Iterable[str] = ()) -> str:
        """Opens a document; its path, which may be "", is also its uri."""
        uri = str(path) or "untitled:1"
        self.send(Open(uri, str(path), version, text, tuple(without)))
        return uri

    def edit(self, uri: str, version: int, *edits: tuple[int, int, str]) -> int:
        """Edits a document."""
        return self.send(Change(uri, version, tuple(Edit(*edit) for edit in edits)))

    def work(self) -> list[FromWorker]:
        """Does all that is to be done; returns what was sent meanwhile, without signs of work."""
        before = len(self.sent)
        while self.dispatcher.work():
            pass
        return [m for m in self.sent[before:] if not isinstance(m, (Busy, ReadingSettings))]

    def checks(self) -> list[tuple[str, int, list[str]]]:
        """Works; returns the base name, version and rules found of every document that was checked."""
        return [
            (os.path.basename(m.uri), m.version, [mark.rule for mark in m.marks])
            for m in self.work()
            if isinstance(m, Checked)
        ]

    def request(self, question: Question, kind: type[Kind]) -> Kind:
        """Works until a question is answered, which must be with a `kind`."""
        number = self.send(question)
        (answer,) = [m for m in self.work() if getattr(m, "number", 0) == number]
        assert isinstance(answer, kind), answer
        return answer
