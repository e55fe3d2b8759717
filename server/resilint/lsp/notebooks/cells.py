"""Open notebooks: cells are documents for the editor and one module for the analysis.

The text of the module is that of `fs.notebook`: a border between two cells, and lines for IPython left empty, so that
its rows are those of the cells while its columns may differ in such lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from lsprotocol import types

from resilint_rules.kit.syntax.text import Edit, Encoding, Span

from ...fs.notebook import masked
from .. import convert
from ..document import OpenDocument

_BORDER = "\n# %%\n"


class CellView(OpenDocument):
    """A cell whose offsets are those of the module."""

    __slots__ = ("clean", "notebook", "start")

    def __init__(self, cell: OpenDocument, clean: str, start: int, notebook: OpenNotebook) -> None:
        super().__init__(cell.uri, cell.version, cell.text, cell.encoding)
        self.clean = OpenDocument(cell.uri, cell.version, clean, "utf-32")
        self.start = start
        self.notebook = notebook

    @property
    def end(self) -> int:
        """The offset behind the cell's text."""
        return self.start + len(self.clean.text)

    def offset(self, line: int, character: int) -> int:
        """The offset in the module of a position in the cell."""
        own = super().offset(line, character)
        row = bisect_right(self.starts, own) - 1
        return self.start + self.clean.offset(row, own - self.starts[row])

    def position(self, offset: int) -> tuple[int, int]:
        """The position in the cell of an offset in the module; one outside becomes the nearest that is not."""
        row, column = self.clean.position(min(max(offset - self.start, 0), len(self.clean.text)))
        return super().position(super().offset(row, 0) + column)

    def holds(self, span: Span) -> bool:
        """Whether a span begins in the cell."""
        return self.start <= span.start <= self.end

    def divided(self, edits: Iterable[Edit]) -> list[tuple[OpenDocument, list[Edit]]]:
        """Edits of the module by their cells; none at all if one is in no cell, or in a line of IPython."""
        found: dict[str, tuple[OpenDocument, list[Edit]]] = {}
        for edit in edits:
            place = self.notebook.place_of(edit)
            if place is None:
                return []
            view, inside = place
            found.setdefault(view.uri, (view, []))[1].append(inside)
        return list(found.values())


class OpenNotebook:
    """The cells of a notebook in their order, and the module that they make."""

    def __init__(self, uri: str, encoding: Encoding) -> None:
        self.doc = OpenDocument(uri, 0, "", encoding)
        self.cells: list[types.NotebookCell] = []
        self.texts: dict[str, OpenDocument] = {}
        self.views: dict[str, CellView] = {}

    def take(self, items: Iterable[types.TextDocumentItem]) -> None:
        """Adds the texts of cells that hold Python."""
        for item in items:
            if item.language_id.lower() == "python":
                self.texts[item.uri] = OpenDocument(item.uri, item.version, item.text, self.doc.encoding)

    def change(self, change: types.NotebookDocumentCellChanges) -> list[str]:
        """Applies a change of cells; returns those that are closed."""
        closed: list[str] = []
        if structure := change.structure:
            array = structure.array
            self.cells[array.start : array.start + array.delete_count] = array.cells or []
            self.take(structure.did_open or ())
            closed = [item.uri for item in structure.did_close or ()]
        known = {cell.document: cell for cell in change.data or ()}
        self.cells = [known.get(cell.document, cell) for cell in self.cells]
        for content in change.text_content or ():
            if (text := self.texts.get(content.document.uri)) is not None:
                text.version = content.document.version
                convert.edits(text, content.changes)
        for uri in closed:
            self.texts.pop(uri, None)
        return closed

    def compose(self) -> Edit | None:
        """Brings the module up to date; returns the edit that does so, None if it was."""
        self.views.clear()
        parts: list[str] = []
        start = 0
        for cell in self.cells:
            text = self.texts.get(cell.document)
            clean = masked(text.text) if text and cell.kind == types.NotebookCellKind.Code else None
            if text is not None and clean is not None:
                self.views[text.uri] = CellView(text, clean, start, self)
                parts.append(clean)
                start += len(clean) + len(_BORDER)
        new = _BORDER.join(parts)
        old = self.doc.text
        if new == old:
            return None
        edit = self.doc.edit(0, len(old), new)
        self.doc.replace(edit)
        self.doc.version += 1
        return edit

    def place_of(self, edit: Edit) -> tuple[CellView, Edit] | None:
        """The cell of an edit, and the edit in it; None if it is not within one cell, or changes a line of IPython."""
        for view in self.views.values():
            if edit.start == edit.end == view.end + 1 and edit.text.endswith("\n"):  # a line put before a border
                return view, Edit(view.end, view.end, "\n" + edit.text[:-1])
            if view.start <= edit.start <= view.end and edit.end == view.end + 1 and edit.text.endswith("\n"):
                edit = Edit(edit.start, view.end, edit.text[:-1])  # its last line, with the line end before a border
            if view.start <= edit.start and edit.end <= view.end:
                return (view, edit) if self._is_plain(view, edit) else None
        return None

    @staticmethod
    def _is_plain(view: CellView, edit: Edit) -> bool:
        """Whether the lines that an edit changes are Python in the editor, too."""
        if edit.start == edit.end and edit.text.endswith("\n"):  # whole lines are put between others
            return edit.start > view.start or not view.text.startswith("%%")
        clean, own = view.clean.text.split("\n"), view.text.split("\n")
        first = view.clean.position(edit.start - view.start)[0]
        last = view.clean.position(edit.end - view.start)[0]
        return clean[first : last + 1] == own[first : last + 1]


def selector() -> types.NotebookDocumentSyncOptions:
    """The notebooks and cells that are wanted."""
    return types.NotebookDocumentSyncOptions(
        notebook_selector=[
            types.NotebookDocumentFilterWithNotebook(
                notebook=types.NotebookDocumentFilterNotebookType(notebook_type="jupyter-notebook"),
                cells=[types.NotebookCellLanguage(language="python")],
            ),
        ],
        save=True,
    )
