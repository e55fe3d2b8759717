"""The findings of every open document, and the requests that wait for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from .channel.messages import Mark
from .convert import result_id
from .document import OpenDocument


@dataclass(frozen=True, slots=True)
class Known:
    """The findings of one version of a text; `serial` is the last message they take into account."""

    version: int
    serial: int
    marks: tuple[Mark, ...]
    id: str


@dataclass(slots=True)
class _Wanted:
    serial: int = 0
    waiting: list[asyncio.Future[None]] = field(default_factory=list)


class DiagnosticsStore:
    """The newest findings by uri; a request gets those of the current text, or waits for them."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._wanted: dict[str, _Wanted] = {}

    def get(self, doc: OpenDocument) -> Known | None:
        """Returns the findings of the current text, None if they are not there yet."""
        known, wanted = self._known.get(doc.uri), self._wanted.get(doc.uri)
        if known is None or known.version != doc.version or (wanted and known.serial < wanted.serial):
            return None
        return known

    async def wait(self, doc: OpenDocument) -> Known | None:
        """Waits for the findings of the newest version of a document.

        None if the text is closed meanwhile.
        """
        while (known := self.get(doc)) is None:
            wanted = self._wanted.get(doc.uri)
            if wanted is None:
                return None
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            wanted.waiting.append(future)
            await future
        return known

    def expect(self, uri: str, serial: int) -> None:
        """Marks findings as outdated unless they take the message `serial` into account."""
        self._wanted.setdefault(uri, _Wanted()).serial = serial

    def learn(self, doc: OpenDocument, serial: int, marks: tuple[Mark, ...]) -> bool:
        """Stores new findings; returns True if they differ from those that were known of the same version."""
        before = self._known.get(doc.uri)
        now = Known(doc.version, serial, marks, result_id(marks))
        self._known[doc.uri] = now
        self._release(doc.uri)
        return before is not None and before.version == now.version and before.id != now.id

    def drop(self, uri: str) -> None:
        """Removes a closed document and ends the requests that wait for it."""
        self._known.pop(uri, None)
        wanted = self._wanted.pop(uri, None)
        for future in wanted.waiting if wanted else ():
            if not future.done():
                future.set_result(None)

    def _release(self, uri: str) -> None:
        wanted = self._wanted.get(uri)
        if wanted:
            waiting, wanted.waiting = wanted.waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)
