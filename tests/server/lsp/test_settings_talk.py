"""A conversation about settings: an editor opens the file, sees what is wrong, and is helped to write it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from resilint.lsp.worker.engine import default_engine
from resilint_rules import registry
from server.lsp.conversation import Conversation, converse, place, span

TEXT = '[project]\nname = "x"\n\n[tool.resilint]\nprofil = "strict"\n'


def test_settings_are_a_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistakes on their lines as one types, completion, hover, and no action; one message for all mistakes."""
    (tmp_path / "pyproject.toml").write_text(TEXT + "jobs = -1\n")
    uri = (tmp_path / "pyproject.toml").as_uri()

    async def talk(it: Conversation) -> None:
        await it.greet(folders=[tmp_path])
        it.open(uri, TEXT, language="toml")
        (found,) = await it.published(uri, 1)
        assert (found["code"], found["range"]["start"]["line"]) == ("wrong-setting", 4)
        it.change(uri, 2, TEXT.replace("profil =", "profile ="))
        assert await it.published(uri, 2) == []
        items = await it.ask("textDocument/completion", place(uri, (4, 11)))
        assert {"strict", "security"} <= {item["label"] for item in items}
        hover = await it.ask("textDocument/hover", place(uri, (4, 2)))
        assert "Which rules are on" in hover["contents"]["value"]
        context = {"context": {"diagnostics": []}}
        assert await it.ask("textDocument/codeAction", {**place(uri, (4, 0), (4, 5)), **context}) == []
        it.open((tmp_path / "a.py").as_uri(), "x = 1")
        message = (await it.notified("window/showMessage"))["message"]
        assert "`profil` is not a setting" in message
        assert message.endswith("; and 1 more in its settings")
        it.open((tmp_path / "other.toml").as_uri(), "x = 1", language="toml")
        assert await it.ask("textDocument/hover", place((tmp_path / "other.toml").as_uri(), (0, 0))) is None
        assert await it.leave() == 0

    converse(monkeypatch, talk)


def test_rules_are_completed_in_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the brackets of an ignore comment, and nowhere else in Python."""
    uri = "file:///nowhere/a.py"

    async def talk(it: Conversation) -> None:
        result = await it.greet()
        assert "[" in result["capabilities"]["completionProvider"]["triggerCharacters"]
        it.open(uri, "x = 1  # resilint: ignore[no-\ny = x[")
        await it.published(uri, 1)
        items = await it.ask("textDocument/completion", place(uri, (0, 29)))
        item = next(item for item in items if item["label"] == "no-timeout")
        assert item["detail"] == "TMO001"
        assert item["textEdit"]["newText"] == "no-timeout"
        assert item["textEdit"]["range"]["start"]["character"] == 26
        assert await it.ask("textDocument/completion", place(uri, (1, 6))) == []
        assert await it.leave() == 0

    from resilint.lsp.worker.engine import default_engine

    converse(monkeypatch, talk, default_engine())


def test_a_rule_is_switched_off_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the file of settings as it is on the disk, or as it is open."""
    (tmp_path / "pyproject.toml").write_text(TEXT.replace("profil ", "profile "))
    settings, uri = (tmp_path / "pyproject.toml").as_uri(), (tmp_path / "a.py").as_uri()

    async def talk(it: Conversation) -> None:
        await it.greet({"workspace": {"workspaceEdit": {"documentChanges": True}}}, folders=[tmp_path])
        it.open(uri, "SLOW\n")
        await it.published(uri, 1)
        question = {**place(uri, (0, 0), (0, 1)), "context": {"diagnostics": []}}

        async def change() -> Any:
            actions = {action["title"]: action for action in await it.ask("textDocument/codeAction", question)}
            (change,) = actions["Switch no-timeout off in pyproject.toml"]["edit"]["documentChanges"]
            return change

        first = await change()
        assert first["textDocument"] == {"uri": settings, "version": None}
        assert first["edits"] == [{"range": span((4, 0), (4, 0)), "newText": 'ignore = ["no-timeout"]\n'}]
        it.open(settings, "[tool.resilint]\nignore = []\n", language="toml")
        assert await it.published(settings, 1) == []
        edit = (await change())["edits"][0]
        assert edit == {"range": span((1, 10), (1, 10)), "newText": '"no-timeout"'}
        assert await it.leave() == 0

    converse(monkeypatch, talk)


def test_a_document_is_told_its_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The project's folder, the file, the profile and the number of rules; nothing of what is not open."""
    (tmp_path / "pyproject.toml").write_text('[tool.resilint]\nprofile = "strict"\npreview = true\n')
    (tmp_path / "a.py").write_text("import requests\n")
    uri = (tmp_path / "a.py").as_uri()

    async def talk(it: Conversation) -> None:
        await it.greet(folders=[tmp_path])
        it.open(uri, "import requests\n")
        about = {"command": "resilint.about", "arguments": [uri]}
        known = await it.ask("workspace/executeCommand", about)
        assert known.pop("rules") == len(registry.rules())
        source = str(tmp_path / "pyproject.toml")
        assert known == {"root": str(tmp_path), "source": source, "profile": "strict", "preview": True}
        away = {"command": "resilint.about", "arguments": ["untitled:away"]}
        assert await it.ask("workspace/executeCommand", away) is None

    converse(monkeypatch, talk, default_engine())


def test_a_baseline_is_recorded_from_the_editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As a source action; afterwards what was found is a hint."""
    text = "import requests\n\n\ndef fetch(url):\n    requests.get(url).raise_for_status()\n"
    (tmp_path / "resilint.toml").write_text("")
    (tmp_path / "a.py").write_text(text)
    uri = (tmp_path / "a.py").as_uri()
    start_process = asyncio.create_subprocess_exec

    async def talk(it: Conversation) -> None:
        await it.greet(folders=[tmp_path])
        it.open(uri, text)
        assert [one["severity"] for one in (await it.published(uri, 1))] == [2]
        monkeypatch.setattr(asyncio, "create_subprocess_exec", start_process)
        wanted = {**place(uri, (0, 0), (0, 0)), "context": {"diagnostics": [], "only": ["source"]}}
        actions = await it.ask("textDocument/codeAction", wanted)
        (action,) = [one for one in actions if one["kind"] == "source.recordBaseline.resilint"]
        wanted["context"]["triggerKind"] = 2
        assert "source.recordBaseline.resilint" not in {
            one["kind"] for one in await it.ask("textDocument/codeAction", wanted)
        }
        command = {key: action["command"][key] for key in ("command", "arguments")}
        said = await it.ask("workspace/executeCommand", command)
        assert said.startswith("1 finding recorded in")
        assert (await it.notified("window/showMessage"))["message"] == f"resilint: {said}"
        assert [one["severity"] for one in (await it.published(uri, 1))] == [4]
        assert (tmp_path / ".resilint-baseline.json").exists()

    converse(monkeypatch, talk, default_engine())
