"""What the language server says in a conversation, from the wire to the worker and back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from clients.toy_engine import check
from resilint.config.settings import Settings
from resilint.engine.incremental import IncrementalCache
from resilint.lsp.channel.messages import Roots, ScanQuestion
from resilint.lsp.document import LARGEST
from resilint.lsp.supervision.watchdog import Limits
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document
from server.lsp.conversation import Conversation, Died, ToyProcess, converse, place, span
from server.lsp.toy_worker import engine_with

URI = "untitled:a"
URI_OF_NO_FOLDER = "file:///nothing"
PULL: dict[str, Any] = {"textDocument": {"diagnostic": {}}}
Talk = Callable[[Conversation], Awaitable[None]]


def codes(diagnostics: list[Any]) -> list[str]:
    """The rules of diagnostics."""
    return [str(found["code"]) for found in diagnostics]


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 7), ("utf-16", 5), ("utf-32", 4)])
def test_edits_and_findings_count_in_the_editors_units(
    monkeypatch: pytest.MonkeyPatch, encoding: str, character: int
) -> None:
    """An emoji in front of an edit is as wide as the editor says."""

    async def talk(it: Conversation) -> None:
        result = await it.greet({"general": {"positionEncodings": [encoding]}})
        assert result["capabilities"]["positionEncoding"] == encoding
        it.open(URI, "x\n# 😀 y\n")
        assert await it.published(URI, 1) == []
        it.change(URI, 2, ((1, character), (1, character + 1), "SLOW"), ((0, 0), (0, 1), "SAFE"))
        first, second = await it.published(URI, 2)
        assert first["range"] == span((0, 0), (0, 4))
        assert second["range"] == span((1, character), (1, character + 4))
        assert (second["code"], second["severity"], second["source"]) == ("no-timeout", 2, "resilint")

    converse(monkeypatch, talk)


def test_a_document_lives_from_open_to_close(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole texts replace it too; closing takes its findings away; the end is orderly."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        it.open(URI, "SLOW")
        assert codes(await it.published(URI, 1)) == ["no-timeout"]
        it.change(URI, 2, "SAFE\r\nSLOW")
        assert codes(await it.published(URI, 2)) == ["unsound", "no-timeout"]
        it.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert await it.published(URI, None) == []
        it.change(URI, 3, "SLOW")
        it.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        it.open("file:///a.txt", "SLOW", language="plaintext")
        it.open("file:///b.pyi", "SLOW", language="plaintext")
        assert codes(await it.published("file:///b.pyi", 1)) == ["no-timeout"]
        assert [*it.server.docs] == ["file:///b.pyi"]
        assert await it.leave() == 0

    converse(monkeypatch, talk)


def test_a_client_that_leaves_without_a_word_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit status says so."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        assert await it.hang_up() == 1

    converse(monkeypatch, talk)


def test_what_breaks_the_protocol_is_refused_or_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the codes of the specification, and the conversation goes on."""

    async def talk(it: Conversation) -> None:
        assert await it.error("textDocument/hover", place(URI, (0, 0))) == -32002
        it.notify("textDocument/didOpen", {})
        await it.greet()
        assert await it.error("initialize", {"capabilities": {}}) == -32600
        assert await it.error("textDocument/nothing", {}) == -32601
        assert await it.error("$/nothing", {}) == -32601
        assert await it.error("textDocument/hover", {"textDocument": 3}) == -32602
        it.notify("$/nothing", {})
        it.notify("textDocument/didOpen", {"textDocument": 3})
        it.send([1, 2])
        it.send({"jsonrpc": "1.0", "method": "shutdown", "id": 7})
        assert (await it.answer(7))["error"]["code"] == -32600
        it.send({"jsonrpc": "2.0", "method": 3, "id": 8})
        assert (await it.answer(8))["error"]["code"] == -32600
        it.send({"jsonrpc": "2.0", "method": "shutdown", "id": True})
        assert (await it.wait(lambda m: "error" in m and m.get("id") is None))["error"]["code"] == -32600
        it.send({"jsonrpc": "2.0"})
        it.send({"jsonrpc": "2.0", "id": "unknown", "result": 1})
        assert await it.ask("textDocument/hover", place(URI, (0, 0))) is None
        await it.ask("shutdown", None)
        assert await it.error("textDocument/hover", place(URI, (0, 0))) == -32600
        it.notify("exit", None)
        assert await it._serving == 0

    converse(monkeypatch, talk)


def test_code_actions_hover_and_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that an able editor can take, and its findings attached."""
    able = {
        "workspace": {"workspaceEdit": {"documentChanges": True}},
        "textDocument": {
            "codeAction": {"isPreferredSupport": True},
            "hover": {"contentFormat": ["markdown"]},
            "publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True},
        },
    }

    async def talk(it: Conversation) -> None:
        await it.greet(able)
        it.open(URI, "SLOW\nSAFE", version=5)
        found = await it.published(URI, 5)
        assert found[1]["relatedInformation"] == [
            {"location": {"uri": URI, "range": span((0, 0), (0, 1))}, "message": "because of this"}
        ]
        assert found[0]["codeDescription"]["href"].endswith("toy_engine.py")
        actions = await it.ask(
            "textDocument/codeAction", {**place(URI, (0, 0), (0, 2)), "context": {"diagnostics": []}}
        )
        assert [action["title"] for action in actions] == [
            "Make it FAST (unsafe)",
            "Make it quick (unsafe)",
            "Sketch it (to finish by hand)",
            "Ignore no-timeout for this line",
            "Ignore no-timeout in this file",
            "Fix all that is safe in this file",
            "Fix all 2 in this file (1 of them unsafe)",
        ]
        assert actions[0]["isPreferred"] is True
        assert actions[0]["diagnostics"] == found[:1]
        (change,) = actions[0]["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": URI, "version": 5}
        assert change["edits"] == [{"range": span((0, 0), (0, 4)), "newText": "FAST"}]
        assert "isPreferred" not in actions[1]
        only = {**place(URI, (0, 0), (0, 0)), "context": {"diagnostics": [], "only": ["source.fixAll"]}}
        assert [action["kind"] for action in await it.ask("textDocument/codeAction", only)] == [
            "source.fixAll.resilint"
        ]
        hover = await it.ask("textDocument/hover", place(URI, (1, 1)))
        assert hover == {
            "contents": {"kind": "markdown", "value": "**SAFE**\n\non a hang: `waits`"},
            "range": span((1, 0), (1, 4)),
        }
        assert await it.ask("textDocument/hover", place("untitled:other", (0, 0))) is None
        (hint,) = await it.ask("textDocument/inlayHint", place(URI, (0, 0), (9, 9)))
        assert (hint["position"], hint["label"]) == ({"line": 0, "character": 4}, "timeout=∞")
        assert await it.ask("textDocument/inlayHint", place("untitled:other", (0, 0), (0, 1))) == []
        other = {**place("untitled:other", (0, 0), (0, 1)), "context": {"diagnostics": []}}
        assert await it.ask("textDocument/codeAction", other) == []

    converse(monkeypatch, talk)


def test_a_plain_editor_gets_plain_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No version in edits, no preferred actions, no Markdown, no extras of diagnostics."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        it.open(URI, "SAFE\nSAFE  # resilint: ignore[no-timeout]\n")
        (found,) = await it.published(URI, 1)
        assert sorted(found) == ["code", "message", "range", "severity", "source"]
        assert found["message"] == "`SAFE` is unsound\nsay `sound`"
        actions = await it.ask(
            "textDocument/codeAction", {**place(URI, (0, 0), (0, 0)), "context": {"diagnostics": []}}
        )
        assert actions[0]["edit"] == {"changes": {URI: [{"range": span((0, 0), (0, 4)), "newText": "sound"}]}}
        assert "isPreferred" not in actions[0]
        hover = await it.ask("textDocument/hover", place(URI, (1, 27)))
        assert hover["contents"] == {
            "kind": "plaintext",
            "value": "no-timeout\n\nA remote call that may wait for ever.",
        }

    converse(monkeypatch, talk)


def test_an_action_is_resolved_for_its_version_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its edits would not fit another text."""

    async def talk(it: Conversation) -> None:
        await it.greet({"textDocument": {"codeAction": {"resolveSupport": {"properties": ["edit"]}}}})
        it.open(URI, "SAFE\nSAFE")
        await it.published(URI, 1)
        actions = await it.ask(
            "textDocument/codeAction", {**place(URI, (0, 0), (0, 0)), "context": {"diagnostics": []}}
        )
        lazy = [action for action in actions if "edit" not in action]
        assert [action["title"] for action in lazy] == [
            "Fix all unsound in this file",
            "Fix all that is safe in this file",
        ]
        resolved = await it.ask("codeAction/resolve", lazy[0])
        assert resolved["edit"]["changes"] == {URI: [{"range": span((0, 0), (1, 4)), "newText": "sound\nsound"}]}
        it.change(URI, 2, "SAFE")
        assert "edit" not in await it.ask("codeAction/resolve", lazy[0])
        assert "edit" not in await it.ask("codeAction/resolve", {"title": "t", "data": 3})

    converse(monkeypatch, talk)


class SlowProcess(ToyProcess):
    """What is sent next comes before its answer."""

    pause = 0.3


def test_a_question_whose_text_changes_meanwhile_has_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The change overtakes the answer."""

    async def talk(it: Conversation) -> None:
        it.process = SlowProcess
        await it.greet()
        it.open(URI, "SLOW")
        await it.published(URI, 1)
        number = it.request("textDocument/hover", place(URI, (0, 0)))
        it.change(URI, 2, "      SLOW")
        assert (await it.answer(number))["result"] is None
        assert await it.ask("textDocument/hover", place(URI, (0, 7))) is not None

    converse(monkeypatch, talk)


def test_a_client_that_pulls_gets_reports_and_no_publications(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that it has is named, not sent again."""

    async def talk(it: Conversation) -> None:
        result = await it.greet(PULL)
        provider = result["capabilities"]["diagnosticProvider"]
        assert (provider["interFileDependencies"], provider["workspaceDiagnostics"]) == (True, False)
        it.open(URI, "SLOW")
        ask = {"textDocument": {"uri": URI}}
        first = await it.ask("textDocument/diagnostic", ask)
        assert codes(first["items"]) == ["no-timeout"]
        again = await it.ask("textDocument/diagnostic", {**ask, "previousResultId": first["resultId"]})
        assert again == {"kind": "unchanged", "resultId": first["resultId"]}
        it.change(URI, 2, "")
        assert (await it.ask("textDocument/diagnostic", ask))["items"] == []
        other = {"textDocument": {"uri": "untitled:other"}}
        assert (await it.ask("textDocument/diagnostic", other))["items"] == []
        assert not [m for m in it._seen if m.get("method") == "textDocument/publishDiagnostics"]

    converse(monkeypatch, talk)


def test_a_pull_is_answered_when_its_document_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would wait for findings that never come."""

    class SilentProcess(ToyProcess):
        def _turn(self) -> None:
            """Does nothing: otherwise the answer may be there before the document is closed."""

    async def talk(it: Conversation) -> None:
        it.process = SilentProcess
        await it.greet(PULL)
        it.open(URI, "SLOW")
        number = it.request("textDocument/diagnostic", {"textDocument": {"uri": URI}})
        it.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        assert (await it.answer(number))["result"]["items"] == []

    converse(monkeypatch, talk)


def test_settings_that_are_sent_take_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the greeting on, and whenever they are sent again; `enable` is a switch for everything."""

    async def talk(it: Conversation) -> None:
        await it.greet(options={"ignore": ["no-timeout"]})
        it.open(URI, "SLOW SAFE")
        assert codes(await it.published(URI, 1)) == ["unsound"]
        for settings, found in (
            ({"resilint": {"ignore": []}}, ["no-timeout", "unsound"]),
            ({"resilint": {"enable": False}}, []),
            ({"resilint": {"hover": False, "inlayHints": {"enable": False}}}, ["no-timeout", "unsound"]),
        ):
            it.notify("workspace/didChangeConfiguration", {"settings": settings})
            assert codes(await it.published(URI, 1)) == found
        assert await it.ask("textDocument/hover", place(URI, (0, 0))) is None
        assert await it.ask("textDocument/inlayHint", place(URI, (0, 0), (0, 9))) == []
        it.notify("workspace/didChangeConfiguration", {"settings": {"enable": False}})
        await it.published(URI, 1)
        nothing = {**place(URI, (0, 0), (0, 9)), "context": {"diagnostics": []}}
        assert await it.ask("textDocument/codeAction", nothing) == []

    converse(monkeypatch, talk)


def test_an_editor_that_can_be_asked_is_asked_for_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In general and for every folder; it is also requested to watch files and settings."""
    able = {
        "workspace": {
            "configuration": True,
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "didChangeConfiguration": {"dynamicRegistration": True},
            "inlayHint": {"refreshSupport": True},
            "workspaceFolders": True,
        }
    }

    async def talk(it: Conversation) -> None:
        wished: dict[str, Any] = {"ignore": ["no-timeout"]}
        it.answers["workspace/configuration"] = lambda params: [
            wished if "scopeUri" in i else {} for i in params["items"]
        ]
        await it.greet(able, folders=[tmp_path])
        registered = (await it.notified("client/registerCapability"))["registrations"]
        assert [entry["method"] for entry in registered] == [
            "workspace/didChangeWatchedFiles",
            "workspace/didChangeConfiguration",
        ]
        uri = (tmp_path / "a.py").as_uri()
        await it.notified("workspace/inlayHint/refresh")
        it.open(uri, "SLOW SAFE")
        it.open(URI, "SLOW SAFE")
        assert codes(await it.published(uri, 1)) == ["unsound"]
        assert codes(await it.published(URI, 1)) == ["no-timeout", "unsound"]
        wished["ignore"] = []
        it.notify("workspace/didChangeConfiguration", {"settings": None})
        assert codes(await it.published(uri, 1)) == ["no-timeout", "unsound"]
        wished["ignore"] = ["no-timeout"]
        event = {"removed": [{"uri": URI_OF_NO_FOLDER, "name": "a"}], "added": []}
        it.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        assert codes(await it.published(uri, 1)) == ["no-timeout", "unsound"]  # what is known of settings so far
        assert codes(await it.published(uri, 1)) == ["unsound"]
        event = {"removed": [{"uri": tmp_path.as_uri(), "name": "a"}], "added": []}
        it.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        assert codes(await it.published(uri, 1)) == ["no-timeout", "unsound"]
        event = {"added": event["removed"], "removed": []}
        it.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        assert codes(await it.published(uri, 1)) == ["no-timeout", "unsound"]
        assert codes(await it.published(uri, 1)) == ["unsound"]

    converse(monkeypatch, talk)


@pytest.mark.parametrize("key", ["rootUri", "rootPath"])
def test_an_old_editor_names_one_root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str) -> None:
    """By uri or by path."""

    async def talk(it: Conversation) -> None:
        await it.greet(**{key: tmp_path.as_uri() if key == "rootUri" else str(tmp_path)})
        it.open(URI, "")
        await it.published(URI, 1)
        (roots,) = [m for m in it.processes[0].got if isinstance(m, Roots)]
        assert [root.path for root in roots.roots] == [str(tmp_path)]

    converse(monkeypatch, talk)


def test_files_that_change_on_disk_are_heeded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However the editor says so."""
    other, settings = tmp_path / "b.py", tmp_path / "resilint.toml"

    async def talk(it: Conversation) -> None:
        await it.greet(folders=[tmp_path])
        uri = (tmp_path / "a.py").as_uri()
        it.open(uri, "READS b.py SLOW")
        assert (await it.published(uri, 1))[0]["message"] == "reads nothing"
        other.write_text("one")
        it.notify("workspace/didCreateFiles", {"files": [{"uri": other.as_uri()}]})
        assert (await it.published(uri, 1))[0]["message"] == "reads one"
        other.write_text("two")
        it.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": other.as_uri(), "type": 2}]})
        assert (await it.published(uri, 1))[0]["message"] == "reads two"
        other.write_text("three")
        it.notify("textDocument/didSave", {"textDocument": {"uri": other.as_uri()}})
        assert (await it.published(uri, 1))[0]["message"] == "reads three"
        other.rename(tmp_path / "c.py")
        files = [{"oldUri": other.as_uri(), "newUri": (tmp_path / "c.py").as_uri()}]
        it.notify("workspace/didRenameFiles", {"files": files})
        assert (await it.published(uri, 1))[0]["message"] == "reads nothing"
        settings.write_text('ignore = ["no-timeout"]\n')
        it.notify("workspace/didDeleteFiles", {"files": [{"uri": settings.as_uri()}]})
        assert codes(await it.published(uri, 1)) == ["reads-file"]
        it.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": "untitled:x", "type": 2}]})

    converse(monkeypatch, talk)


def test_a_mistake_in_settings_is_said_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """To the person, as a warning."""
    (tmp_path / "resilint.toml").write_text("select = 1\n")

    async def talk(it: Conversation) -> None:
        await it.greet(folders=[tmp_path])
        for name in ("a", "b"):
            it.open((tmp_path / f"{name}.py").as_uri(), "SLOW")
            await it.published((tmp_path / f"{name}.py").as_uri(), 1)
        said = await it.notified("window/showMessage")
        assert said["type"] == 2
        assert said["message"].startswith("resilint: ")
        assert not [m for m in it._seen if m.get("method") == "window/showMessage"]

    converse(monkeypatch, talk)


def dying(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Any:
    """Ends the worker at a word; in a chunk if the word says so, and if that is not left out."""
    if "PIECE" in doc.text and memo is not None and "piece" not in memo.without:
        memo.pulse("piece")
        raise Died
    if "CRASH" in doc.text:
        raise Died
    return check(doc, project, settings, memo)


DYING = engine_with(check=dying)
FAST = Limits(pauses=(0, 0, 3600))


def test_a_document_that_ends_the_worker_is_left_out_until_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so in place of findings, questions about it have no answer, and the others go on."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        it.open(URI, "CRASH")
        (found,) = await it.published(URI, 1)
        assert (found["code"], found["severity"]) == ("unreadable-file", 2)
        assert (
            found["message"] == "the analysis of this file crashed, repeatedly; it starts again when the file changes"
        )
        it.open("untitled:b", "SLOW")
        assert codes(await it.published("untitled:b", 1)) == ["no-timeout"]
        assert await it.ask("textDocument/hover", place(URI, (0, 0))) is None
        it.change(URI, 2, "SLOW")
        assert codes(await it.published(URI, 2)) == ["no-timeout"]
        assert len(it.processes) == 3

    converse(monkeypatch, talk, DYING, FAST)


def test_work_that_ends_the_worker_once_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is to blame, and nothing is shown but the findings; after an edit the count starts again."""
    deaths = ["first", "second"]

    def check_after(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Any:
        if deaths and deaths[0] in doc.text:
            del deaths[0]
            raise Died
        return check(doc, project, settings, memo)

    async def talk(it: Conversation) -> None:
        await it.greet()
        it.open(URI, "SLOW first")
        assert codes(await it.published(URI, 1)) == ["no-timeout"]
        it.change(URI, 2, "SLOW second SLOW")
        assert codes(await it.published(URI, 2)) == ["no-timeout", "no-timeout"]
        assert len(it.processes) == 3
        assert not [m for m in it._seen if m.get("method") == "window/showMessage"]

    converse(monkeypatch, talk, engine_with(check=check_after), FAST)


def test_a_piece_that_ends_the_worker_is_left_out_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the document keeps its findings; if that is not enough, the document follows."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        it.open(URI, "PIECE SLOW")
        assert codes(await it.published(URI, 1)) == ["no-timeout"]
        it.change(URI, 2, "PIECE SLOW CRASH")
        assert codes(await it.published(URI, 2)) == ["unreadable-file"]
        assert len(it.processes) == 5

    converse(monkeypatch, talk, DYING, FAST)


def test_settings_that_end_the_worker_are_left_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The person reads which; they are read again when they change."""
    source = tmp_path / "resilint.toml"
    source.write_text('ignore = ["no-timeout"]\n')
    deadly = [True]
    from resilint.config import roots

    real = roots._load

    def load(path: str, *rest: Any) -> Any:
        if deadly[0]:
            raise Died
        return real(path, *rest)

    monkeypatch.setattr(roots, "_load", load)

    async def talk(it: Conversation) -> None:
        await it.greet(folders=[tmp_path])
        uri = (tmp_path / "a.py").as_uri()
        it.open(uri, "SLOW")
        assert codes(await it.published(uri, 1)) == ["no-timeout"]
        said = (await it.notified("window/showMessage"))["message"]
        assert said.startswith(f"resilint: {source}: the analysis crashed, repeatedly, while it read the settings")
        deadly[0] = False
        it.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": source.as_uri(), "type": 2}]})
        assert await it.published(uri, 1) == []

    converse(monkeypatch, talk, limits=FAST)


def test_while_there_is_no_worker_every_document_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next edit starts one."""
    broken = [True]

    async def talk(it: Conversation) -> None:
        start = it.start_process

        async def start_process(*command: Any, **options: Any) -> Any:
            if broken[0]:
                raise OSError("no such program")
            return await start()

        monkeypatch.setattr("asyncio.create_subprocess_exec", start_process)
        await it.greet()
        it.open(URI, "SLOW")
        assert codes(await it.published(URI, 1)) == ["unreadable-file"]
        assert (await it.notified("window/showMessage"))["type"] == 1
        assert await it.ask("textDocument/hover", place(URI, (0, 0))) is None
        broken[0] = False
        it.change(URI, 2, "SAFE")
        assert codes(await it.published(URI, 2)) == ["unsound"]

    converse(monkeypatch, talk, limits=Limits(pauses=(0, 3600)))


def test_a_document_that_is_too_large_is_not_analysed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so, and is analysed when it has become smaller."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        it.open(URI, "SLOW")
        await it.published(URI, 1)
        it.server.edit(it.server.docs[URI], [])
        doc = it.server.docs[URI]
        doc.version, doc.text = 2, "#" * (LARGEST + 1)
        it.server.edit(doc, [])
        (found,) = await it.published(URI, 2)
        assert found["message"] == "this file is not analysed: it has more than 5,000,000 characters"
        assert await it.ask("textDocument/hover", place(URI, (0, 0))) is None
        it.change(URI, 3, "SAFE")
        assert codes(await it.published(URI, 3)) == ["unsound"]

    converse(monkeypatch, talk)


WORKSPACE = {"workspaceDiagnostics": True}


def by_name(items: list[Any]) -> dict[str, list[str]]:
    """The rules found in each file of a workspace report."""
    return {item["uri"].rpartition("/")[2]: codes(item["items"]) for item in items}


def previous(items: list[Any]) -> list[Any]:
    """What a client that has got these reports says when it asks again."""
    return [{"uri": item["uri"], "value": item["resultId"]} for item in items]


def test_a_workspace_is_reported_and_then_what_changes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A client that asks again waits until something differs; what is clean now is said to be clean."""
    for name, text in {"a.py": "SLOW", "b.py": "clean", "c.py": "SAFE"}.items():
        (tmp_path / name).write_text(text)

    async def talk(it: Conversation) -> None:
        result = await it.greet(PULL, options=WORKSPACE, folders=[tmp_path])
        assert result["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"] is True
        first = (await it.ask("workspace/diagnostic", {"previousResultIds": []}))["items"]
        assert by_name(first) == {"a.py": ["no-timeout"], "c.py": ["unsound"]}
        number = it.request("workspace/diagnostic", {"previousResultIds": previous(first)})
        uri = (tmp_path / "b.py").as_uri()
        it.open(uri, "SLOW", version=3)
        (report,) = (await it.answer(number))["result"]["items"]
        assert (report["uri"], report["version"], codes(report["items"])) == (uri, 3, ["no-timeout"])
        (tmp_path / "a.py").write_text("clean")
        known = previous([*first, report])
        number = it.request("workspace/diagnostic", {"previousResultIds": known})
        it.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "a.py").as_uri(), "type": 2}]})
        assert by_name((await it.answer(number))["result"]["items"]) == {"a.py": []}

    converse(monkeypatch, talk)


def test_a_workspace_is_reported_in_parts_with_progress(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """For a client that gives tokens for them."""
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("SLOW")

    async def talk(it: Conversation) -> None:
        await it.greet(PULL, options=WORKSPACE, folders=[tmp_path])
        params = {"previousResultIds": [], "partialResultToken": "part", "workDoneToken": "work"}
        assert (await it.ask("workspace/diagnostic", params))["items"] == []
        parts = [m["params"] for m in it._seen if m.get("method") == "$/progress"]
        found = [item for part in parts if part["token"] == "part" for item in part["value"]["items"]]
        assert by_name(found) == {"a.py": ["no-timeout"], "b.py": ["no-timeout"]}
        steps = [part["value"] for part in parts if part["token"] == "work"]
        assert [step["kind"] for step in steps] == ["begin", "report", "report", "end"]
        assert steps[1]["message"] == "1 of 2 files"
        assert steps[2]["percentage"] == 100

    converse(monkeypatch, talk)


def test_a_scan_goes_on_without_the_file_that_ended_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every file is reported exactly once, that one with the reason, until it changes."""
    texts = {f"{n}.py": "SLOW" if n % 2 else "clean" for n in range(8)} | {"3.py": "CRASH", "5.py": "CRASH"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    whole = {"1.py": ["no-timeout"], "3.py": ["unreadable-file"], "5.py": ["unreadable-file"], "7.py": ["no-timeout"]}

    async def talk(it: Conversation) -> None:
        await it.greet(PULL, options=WORKSPACE, folders=[tmp_path])
        for token in ("part", "again"):
            params = {"previousResultIds": [], "partialResultToken": token}
            assert (await it.ask("workspace/diagnostic", params))["items"] == []
            parts = [m["params"] for m in it._seen if m.get("method") == "$/progress"]
            items = [item for part in parts if part["token"] == token for item in part["value"]["items"]]
            assert sorted(item["uri"].rpartition("/")[2] for item in items) == sorted(whole)
            assert by_name(items) == whole
            assert len(it.processes) == 5  # each of the two files ended two of them; the second time none
        assert items[1]["items"][0]["message"].startswith("the analysis of this file crashed, repeatedly")
        number = it.request("workspace/diagnostic", {"previousResultIds": previous(items)})
        (tmp_path / "3.py").write_text("SAFE")
        it.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "3.py").as_uri(), "type": 2}]})
        assert by_name((await it.answer(number))["result"]["items"]) == {"3.py": ["unsound"]}

    converse(monkeypatch, talk, DYING, FAST)


def test_a_document_that_is_not_analysed_is_part_of_a_scan(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it is shown, and its file is not analysed instead: the text on the disk is not what the person sees."""
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("SLOW")

    async def talk(it: Conversation) -> None:
        await it.greet(PULL, options=WORKSPACE, folders=[tmp_path])
        uri = (tmp_path / "a.py").as_uri()
        it.open(uri, "CRASH", version=4)
        report = await it.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert codes(report["items"]) == ["unreadable-file"]
        items = (await it.ask("workspace/diagnostic", {"previousResultIds": []}))["items"]
        assert by_name(items) == {"a.py": ["unreadable-file"], "b.py": ["no-timeout"]}
        assert {item["uri"]: item.get("version") for item in items}[uri] == 4

    converse(monkeypatch, talk, DYING, FAST)


def test_a_scan_that_is_cancelled_stops_the_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """While it waits for a change, and the conversation goes on."""

    async def talk(it: Conversation) -> None:
        await it.greet(PULL, options=WORKSPACE, folders=[tmp_path])
        known = [{"uri": (tmp_path / "a.py").as_uri(), "value": "old"}]
        first = (await it.ask("workspace/diagnostic", {"previousResultIds": known}))["items"]
        assert by_name(first) == {"a.py": []}
        number = it.request("workspace/diagnostic", {"previousResultIds": previous(first)})
        await asyncio.sleep(0)
        it.notify("$/cancelRequest", {"id": number})
        assert (await it.answer(number))["error"]["code"] == -32800
        it.open(URI, "SLOW")
        report = await it.ask("textDocument/diagnostic", {"textDocument": {"uri": URI}})
        assert codes(report["items"]) == ["no-timeout"]

    converse(monkeypatch, talk)


def test_a_client_that_can_refresh_is_asked_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """When findings change without an edit."""
    able = {**PULL, "workspace": {"diagnostics": {"refreshSupport": True}, "inlayHint": {"refreshSupport": True}}}

    async def talk(it: Conversation) -> None:
        await it.greet(able, folders=[tmp_path])
        uri = (tmp_path / "a.py").as_uri()
        it.open(uri, "READS b.py")
        await it.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        (tmp_path / "b.py").write_text("new")
        it.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": (tmp_path / "b.py").as_uri(), "type": 1}]})
        await it.notified("workspace/diagnostic/refresh")
        await it.notified("workspace/inlayHint/refresh")
        report = await it.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert report["items"][0]["message"] == "reads new"

    converse(monkeypatch, talk)


def test_an_answer_that_cannot_be_read_counts_as_an_error(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Settings stay as they are; the failure is in the log, and the conversation goes on."""

    async def talk(it: Conversation) -> None:
        it.answers["workspace/configuration"] = lambda params: 3
        await it.greet({"workspace": {"configuration": True}})
        await it.notified("workspace/configuration")
        it.open(URI, "SLOW")
        assert codes(await it.published(URI, 1)) == ["no-timeout"]
        assert it.server.settings_for().given == {}

    converse(monkeypatch, talk)
    assert "an answer that cannot be read" in caplog.text


def test_what_cannot_be_handled_is_logged(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a body that is not JSON nor an error of ours ends the conversation."""

    async def talk(it: Conversation) -> None:
        await it.greet()
        it.open("untitled:b", "")
        await it.published("untitled:b", 1)
        it.raw(b"{nonsense")
        take = it.server.protocol.handle

        def fail(message: Any) -> None:
            it.server.protocol.handle = take
            raise RuntimeError("ours")

        it.server.protocol.handle = fail
        it.open(URI, "lost")
        it.open(URI, "SLOW", version=2)
        assert codes(await it.published(URI, 2)) == ["no-timeout"]

    converse(monkeypatch, talk)
    assert "a message that is not JSON: JSONDecodeError" in caplog.text
    assert "a message could not be handled" in caplog.text


def test_related_places_in_other_files_are_rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Their columns are not known."""
    (tmp_path / "b.py").write_text("text")

    async def talk(it: Conversation) -> None:
        await it.greet({"textDocument": {"publishDiagnostics": {"relatedInformation": True}}}, folders=[tmp_path])
        uri = (tmp_path / "a.py").as_uri()
        it.open(uri, "READS b.py")
        (found,) = await it.published(uri, 1)
        (related,) = found["relatedInformation"]
        assert related["location"] == {"uri": (tmp_path / "b.py").as_uri(), "range": span((0, 0), (0, 0))}

    converse(monkeypatch, talk)


def test_a_scan_that_cannot_succeed_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After three workers that ended at nothing that can be left out."""

    class FailingProcess(ToyProcess):
        def write(self, data: bytes) -> None:
            super().write(data)
            if isinstance(self.got[-1], ScanQuestion):
                self.kill()

    async def talk(it: Conversation) -> None:
        it.process = FailingProcess
        await it.greet(PULL, options=WORKSPACE, folders=[tmp_path])
        assert await it.error("workspace/diagnostic", {"previousResultIds": []}) == -32603
        assert len([p for p in it.processes if ScanQuestion(()) in p.got]) == 3

    converse(monkeypatch, talk, limits=Limits(pauses=(0,)))


def test_a_document_that_changes_during_a_scan_is_reported_by_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The findings of the older text would be shown in the wrong places."""
    (tmp_path / "a.py").write_text("")

    async def talk(it: Conversation) -> None:
        await it.greet(PULL, options=WORKSPACE, folders=[tmp_path])
        uri = (tmp_path / "a.py").as_uri()
        it.open(uri, "SLOW")
        await it.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        doc = it.server.docs[uri]
        doc.version = 2  # the worker has not heard of it yet
        assert (await it.ask("workspace/diagnostic", {"previousResultIds": []}))["items"] == []

    converse(monkeypatch, talk)


def test_code_lenses_are_there_if_they_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Off by default; a click explains the line, in a message where the editor has nothing better."""
    able = {"workspace": {"codeLens": {"refreshSupport": True}}}
    asked = {"textDocument": {"uri": URI}}

    async def talk(it: Conversation) -> None:
        await it.greet(able)
        it.open(URI, "SAFE\nx SLOW")
        await it.published(URI, 1)
        assert await it.ask("textDocument/codeLens", asked) == []
        it.notify("workspace/didChangeConfiguration", {"settings": {"codeLens": True}})
        await it.notified("workspace/codeLens/refresh")
        (lens,) = await it.ask("textDocument/codeLens", asked)
        assert lens["range"] == span((1, 2), (1, 6))
        command = lens["command"]
        assert command == {"title": "1 call", "command": "resilint.showExplanation", "arguments": [URI, 1]}
        await it.ask("workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]})
        assert await it.notified("window/showMessage") == {"type": 3, "message": "SLOW"}
        assert await it.ask("textDocument/codeLens", {"textDocument": {"uri": "untitled:other"}}) == []

    converse(monkeypatch, talk)
