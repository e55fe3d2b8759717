"""An open document in the worker."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from resilint_rules.kit.syntax.text import Document, Edit

from ...engine.incremental import IncrementalCache
from ...engine.lenses import LensCache
from ...results import Report
from .workspace import DocumentContext

_BOM = "\ufeff"


class Buffer:
    """An open text, where it stands, and what was found in it.

    `lead` is 1 if it starts with a byte order mark, which no document has. `fresh` says that the report
    is about this text, in this place, with these neighbours. `memo` is what its chunks are known by, in
    this place and under these settings, `lenses` the same of code lenses. `without` are the chunks that are not
    to be read.
    """

    __slots__ = (
        "_doc",
        "fresh",
        "lead",
        "lenses",
        "memo",
        "path",
        "place",
        "reads",
        "report",
        "text",
        "uri",
        "version",
        "without",
    )

    def __init__(
        self, uri: str, path: str, version: int, text: str, place: DocumentContext, without: Collection[str] = ()
    ) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        self.text = text
        self.without = frozenset(without)
        self.reads: frozenset[str] = frozenset()
        self.report = Report()
        self.settle(place)

    def settle(self, place: DocumentContext) -> None:
        """Sets the context, perhaps with other settings than before, and drops cached results."""
        self.place = place
        self.memo = IncrementalCache(without=self.without)
        self.lenses = LensCache(without=self.without)
        self.edit((), self.version)

    def edit(self, edits: Iterable[Edit], version: int) -> None:
        """Applies edits, each for the text that the ones before it have left."""
        text = self.text
        for start, end, new in edits:
            text = text[:start] + new + text[end:]
        self.text = text
        self.version = version
        self.lead = 1 if text.startswith(_BOM) else 0
        self.fresh = False
        self._doc: Document | None = None

    @property
    def doc(self) -> Document:
        """The text without its byte order mark, as the other packages get it."""
        if self._doc is None:
            place = self.place
            self._doc = Document(self.text[self.lead :], place.name, place.module, place.kind)
        return self._doc

    def take(self, report: Report) -> None:
        """Stores the findings."""
        self.report = report
        self.reads = frozenset(name for name, _ in report.reads)
        self.fresh = True

    def depends_on(self, name: str) -> bool:
        """Whether the report rests on what is, or is not, at a path below the root.

        A path that ends in "/" stands for the absence of a module or package.
        """
        if name in self.reads:
            return True
        return any(
            read_name.endswith("/") and (name.startswith(read_name) or name == f"{read_name[:-1]}.py")
            for read_name in self.reads
        )
