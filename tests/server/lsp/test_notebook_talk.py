"""A conversation about a notebook: cells are checked together, and each has its findings and fixes."""

from __future__ import annotations

from typing import Any

import pytest

from resilint.lsp.worker.engine import default_engine
from server.lsp.conversation import Conversation, converse, place, span

NOTEBOOK = "file:///nowhere/plan.ipynb"


def cell(number: int) -> str:
    """The uri of a cell."""
    return f"vscode-notebook-cell:/nowhere/plan.ipynb#{number}"


def item(number: int, text: str, language: str = "python") -> dict[str, Any]:
    """The text of a cell."""
    return {"uri": cell(number), "languageId": language, "version": 1, "text": text}


def open_notebook(it: Conversation, *texts: str) -> None:
    """Opens a notebook; a text that begins with `#md` is no code."""
    kinds = [1 if text.startswith("#md") else 2 for text in texts]
    cells = [{"kind": kind, "document": cell(number)} for number, kind in enumerate(kinds, 1)]
    about = {"uri": NOTEBOOK, "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
    items = [item(number, text) for number, text in enumerate(texts, 1) if kinds[number - 1] == 2]
    it.notify("notebookDocument/didOpen", {"notebookDocument": about, "cellTextDocuments": items})


def change(it: Conversation, **cells: Any) -> None:
    """Changes cells of the notebook."""
    about = {"uri": NOTEBOOK, "version": 2}
    it.notify("notebookDocument/didChange", {"notebookDocument": about, "change": {"cells": cells}})


def test_the_cells_of_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings stand in their cells, move with them, and go with them."""

    async def talk(it: Conversation) -> None:
        result = await it.greet({"notebookDocument": {"synchronization": {}}})
        (wanted,) = result["capabilities"]["notebookDocumentSync"]["notebookSelector"]
        assert wanted["notebook"] == {"notebookType": "jupyter-notebook"}
        open_notebook(it, "x = 1", "#md SLOW", "%pip install x\n!ls; SLOW\né = 😀; SLOW".replace("😀", "'😀'"))
        assert await it.published(cell(1), 1) == []
        (found,) = await it.published(cell(3), 1)
        assert found["range"] == span((2, 10), (2, 14))
        text = {
            "document": {"uri": cell(1), "version": 2},
            "changes": [{"range": span((0, 4), (0, 5)), "text": "SLOW"}],
        }
        change(it, textContent=[text])
        (found,) = await it.published(cell(1), 2)
        assert found["range"] == span((0, 4), (0, 8))
        array = {"start": 0, "deleteCount": 1, "cells": [{"kind": 2, "document": cell(4)}]}
        structure = {"array": array, "didOpen": [item(4, "SAFE\n")], "didClose": [{"uri": cell(1)}]}
        change(it, structure=structure)
        assert await it.published(cell(1), None) == []
        (found,) = await it.published(cell(4), 1)
        assert found["code"] == "unsound"
        about = {"notebookDocument": {"uri": NOTEBOOK}, "cellTextDocuments": [{"uri": cell(3)}, {"uri": cell(4)}]}
        it.notify("notebookDocument/didClose", about)
        assert await it.published(cell(4), None) == []
        assert (it.server.docs, it.server.notebooks) == ({}, {})
        assert await it.leave() == 0

    converse(monkeypatch, talk)


def test_questions_about_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixes, hover, hints and pulled findings have positions of the cell, and edits go to the cells they are for."""
    able = {"workspace": {"workspaceEdit": {"documentChanges": True}}, "textDocument": {"diagnostic": {}}}

    async def talk(it: Conversation) -> None:
        await it.greet(able)
        open_notebook(it, "%%time\nSLOW", "\nSLOW and SAFE")
        await it.published(cell(2), 1)
        question = {**place(cell(2), (1, 0), (1, 4)), "context": {"diagnostics": []}}
        actions = {action["title"]: action for action in await it.ask("textDocument/codeAction", question)}
        (one,) = actions["Make it FAST (unsafe)"]["edit"]["documentChanges"]
        assert one["textDocument"] == {"uri": cell(2), "version": 1}
        assert one["edits"] == [{"range": span((1, 0), (1, 4)), "newText": "FAST"}]
        everywhere = actions["Fix all no-timeout in this file (unsafe)"]["edit"]["documentChanges"]
        assert [part["textDocument"]["uri"] for part in everywhere] == [cell(1), cell(2)]
        assert "Ignore no-timeout in this file" not in actions  # it would stand before the command of the cell
        hover = await it.ask("textDocument/hover", place(cell(2), (1, 1)))
        assert hover["range"] == span((1, 0), (1, 4))
        hints = await it.ask("textDocument/inlayHint", place(cell(1), (0, 0), (2, 0)))
        assert [hint["position"] for hint in hints] == [{"line": 1, "character": 4}]
        report = await it.ask("textDocument/diagnostic", {"textDocument": {"uri": cell(2)}})
        assert [found["range"]["start"]["line"] for found in report["items"]] == [1, 1]
        assert await it.published(cell(2), None) == []  # pushed no longer
        assert await it.leave() == 0

    converse(monkeypatch, talk)


def test_cells_share_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real analysis: a session of one cell, used in another; the import goes to a cell of imports."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        open_notebook(
            it, "%pip install requests\nimport requests", "s = requests.Session()", "%%bash\nls", "s.get('u')"
        )
        (found,) = await it.published(cell(4), 1)
        assert (found["code"], found["range"]) == ("no-timeout", span((0, 0), (0, 5)))
        question = {**place(cell(4), (0, 0), (0, 4)), "context": {"diagnostics": []}}
        actions = {action["title"]: action for action in await it.ask("textDocument/codeAction", question)}
        changes = actions["Add timeout=(3.05, 27) (unsafe)"]["edit"]["changes"]
        assert changes == {cell(4): [{"range": span((0, 9), (0, 9)), "newText": ", timeout=(3.05, 27)"}]}
        once = next(action for title, action in actions.items() if title.startswith("Set timeout"))["edit"]["changes"]
        assert set(once) == {cell(1), cell(2)}
        command = {"command": "resilint.explain", "arguments": [cell(4), 0]}
        text = await it.ask("workspace/executeCommand", command)
        assert "`s.get`, a call of requests" in text
        assert await it.ask("workspace/executeCommand", {**command, "arguments": ["file:///other.py", 0]}) == ""
        assert await it.leave() == 0

    converse(monkeypatch, talk, default_engine())
