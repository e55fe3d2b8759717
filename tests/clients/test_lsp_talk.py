"""What a person gets in an editor, row by row, seen from the other end of the wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clients.wire import Wire, at

URI = "file:///nowhere/a.py"
TEXT = "x = 1\n# 😀 SLOW and SAFE\nSLOW\n"
UNITS = {"utf-8": 7, "utf-16": 5, "utf-32": 4}
"""Where SLOW begins on the line with the emoji."""


def _units(encoding: str) -> Any:
    return {"general": {"positionEncodings": [encoding, "utf-16"]}}


def _titles(actions: list[Any]) -> list[str]:
    return [action["title"] for action in actions]


@pytest.mark.parametrize("encoding", UNITS)
def test_findings_are_pushed_with_the_version_in_the_editors_units(encoding: str) -> None:
    """Also after an edit in front of them on the same line."""
    with Wire() as wire:
        assert wire.greet(_units(encoding))["capabilities"]["positionEncoding"] == encoding
        wire.open(URI, TEXT)
        found = wire.published(URI, 1)
        column = UNITS[encoding]
        assert [(f["code"], f["severity"], f["source"]) for f in found] == [
            ("no-timeout", 2, "resilint"),
            ("unsound", 1, "resilint"),
            ("no-timeout", 2, "resilint"),
        ]
        assert found[0]["range"] == {
            "start": {"line": 1, "character": column},
            "end": {"line": 1, "character": column + 4},
        }
        wire.change(URI, 2, ((1, column), (1, column), "😀"))
        width = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[encoding]
        assert wire.published(URI, 2)[0]["range"]["start"] == {"line": 1, "character": column + width}
        assert wire.leave() == 0


def test_a_byte_order_mark_moves_nothing() -> None:
    """An editor that keeps the mark in its text sees findings and fixes where they are."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "\ufeffSLOW\n")
        assert wire.published(URI, 1)[0]["range"]["start"] == {"line": 0, "character": 1}
        edit = wire.actions(URI, (0, 1), (0, 1))[0]["edit"]["changes"][URI][0]
        assert edit["range"]["start"] == {"line": 0, "character": 1}
        hover = wire.ask("textDocument/hover", at(URI, (0, 2)))
        assert hover["range"]["end"] == {"line": 0, "character": 5}


def test_lines_end_as_the_protocol_says() -> None:
    """A form feed, a vertical tab, NEL and U+2028 are characters like others."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "a\fb\vc\x85d\u2028e\rSLOW\r\nx\n")
        assert wire.published(URI, 1)[0]["range"]["start"] == {"line": 1, "character": 0}
        wire.change(URI, 2, ((2, 1), (2, 1), " SLOW"), ((1, 0), (1, 4), "fine"))
        assert [f["range"]["start"] for f in wire.published(URI, 2)] == [{"line": 2, "character": 2}]


def test_closing_takes_the_findings_away() -> None:
    """And nothing is said of the text any more."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "SLOW")
        wire.published(URI, 1)
        wire.notify("textDocument/didClose", {"textDocument": {"uri": URI}})
        closed = wire.wait(lambda m: m.get("method") == "textDocument/publishDiagnostics")
        assert closed["params"]["diagnostics"] == []


PULL: Any = {
    "textDocument": {"diagnostic": {"relatedInformation": True, "codeDescriptionSupport": True}},
    "workspace": {"diagnostics": {"refreshSupport": True}},
}


def test_a_client_that_pulls_is_never_pushed_to() -> None:
    """It gets result ids, and learns that nothing has changed."""
    with Wire() as wire:
        provider = wire.greet(PULL)["capabilities"]["diagnosticProvider"]
        assert provider["interFileDependencies"] is True
        assert provider["workspaceDiagnostics"] is False
        wire.open(URI, "SLOW")
        first = wire.pull(URI)
        assert first["kind"] == "full"
        assert len(first["items"]) == 1
        assert wire.pull(URI, first["resultId"]) == {"kind": "unchanged", "resultId": first["resultId"]}
        wire.change(URI, 2, ((0, 0), (0, 0), " "))
        second = wire.pull(URI, first["resultId"])
        assert second["items"][0]["range"]["start"]["character"] == 1
        assert wire.pull("file:///nowhere/unknown.py")["items"] == []
        wire.leave()
        assert not [m for m in wire.seen if m.get("method") == "textDocument/publishDiagnostics"]


def test_a_client_that_pushes_is_not_told_of_pulling() -> None:
    """One of the two, never both."""
    with Wire() as wire:
        assert "diagnosticProvider" not in wire.greet()["capabilities"]


def test_a_finding_links_its_page_and_the_places_that_explain_it() -> None:
    """For those who can show them."""
    with Wire() as wire:
        wire.greet(PULL)
        wire.open(URI, "x SAFE")
        (found,) = wire.pull(URI)["items"]
        assert found["message"] == "`SAFE` is unsound\nsay `sound`"
        assert found["codeDescription"]["href"].endswith("toy_engine.py")
        (related,) = found["relatedInformation"]
        assert related["message"] == "because of this"
        assert related["location"]["uri"] == URI


def test_each_fix_is_offered_by_itself_in_a_stable_order() -> None:
    """Fixes, all of a kind, ignores, and all that is safe; the first fix of a finding is preferred."""
    with Wire() as wire:
        wire.greet({"textDocument": {"codeAction": {"isPreferredSupport": True}}})
        wire.open(URI, TEXT)
        actions = wire.actions(URI, (1, 0), (1, 20))
        assert _titles(actions) == [
            "Make it FAST (unsafe)",
            "Make it quick (unsafe)",
            "Sketch it (to finish by hand)",
            "Make it sound",
            "Fix all no-timeout in this file (unsafe)",
            "Ignore no-timeout for this line",
            "Ignore unsound for this line",
            "Ignore no-timeout in this file",
            "Ignore unsound in this file",
            "Fix all that is safe in this file",
            "Fix all 3 in this file (2 of them unsafe)",
        ]
        assert [a["title"] for a in actions if a.get("isPreferred")] == ["Make it FAST (unsafe)", "Make it sound"]
        assert all("edit" in action for action in actions)
        kinds = {action["kind"] for action in actions}
        assert kinds == {"quickfix", "source.fixAll.resilint", "source.fixAll.resilint.unsafe"}
        assert actions[0]["diagnostics"][0]["code"] == "no-timeout"


@pytest.mark.parametrize(
    ("only", "titles"),
    [
        (["source.fixAll"], ["Fix all that is safe in this file"]),
        (["source.fixAll.resilint"], ["Fix all that is safe in this file"]),
        (
            ["source"],
            [
                "Fix all that is safe in this file",
                "Fix all 3 in this file (2 of them unsafe)",
                "Record all findings of the project as known",
            ],
        ),
        (["source.fixAll.resilint.unsafe"], ["Fix all 3 in this file (2 of them unsafe)"]),
        (["source.fixAll.ruff"], []),
        (["refactor"], []),
        ([], []),
    ],
)
def test_only_wanted_kinds_are_offered(only: list[str], titles: list[str]) -> None:
    """`source.fixAll` on saving gives one edit, wherever the cursor is."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, TEXT)
        assert _titles(wire.actions(URI, (0, 0), (0, 0), only)) == titles


def test_fixing_all_that_is_safe_is_one_edit() -> None:
    """And it touches nothing that is not safe."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "SAFE; SLOW\nx = SAFE\n")
        (action,) = wire.actions(URI, (0, 0), (0, 0), ["source.fixAll.resilint"])
        (edit,) = action["edit"]["changes"][URI]
        assert edit == {
            "range": {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 8}},
            "newText": "sound; SLOW\nx = sound",
        }


def test_a_client_that_resolves_gets_the_dear_edits_later() -> None:
    """With the version they are for; once the text has changed they are no longer given."""
    action: Any = {"resolveSupport": {"properties": ["edit"]}, "dataSupport": True}
    with Wire() as wire:
        wire.greet({"textDocument": {"codeAction": action}, "workspace": {"workspaceEdit": {"documentChanges": True}}})
        wire.open(URI, TEXT)
        actions = {a["title"]: a for a in wire.actions(URI, (2, 0), (2, 4))}
        (change,) = actions["Make it FAST (unsafe)"]["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": URI, "version": 1}
        lazy = actions["Fix all no-timeout in this file (unsafe)"]
        assert "edit" not in lazy
        (change,) = wire.ask("codeAction/resolve", lazy)["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": URI, "version": 1}
        assert change["edits"][0]["newText"] == "FAST and SAFE\nFAST"
        wire.change(URI, 2, ((0, 0), (0, 0), "y"))
        assert "edit" not in wire.ask("codeAction/resolve", lazy)


def test_hover_shows_the_policy_and_a_rules_page() -> None:
    """In Markdown for those who know it, as plain text for others, and nothing elsewhere."""
    with Wire() as wire:
        wire.greet({"textDocument": {"hover": {"contentFormat": ["markdown", "plaintext"]}}})
        wire.open(URI, "SLOW  # resilint: ignore[no-timeout]\n")
        hover = wire.ask("textDocument/hover", at(URI, (0, 1)))
        assert hover["contents"] == {"kind": "markdown", "value": "**SLOW**\n\non a hang: `waits`"}
        page = wire.ask("textDocument/hover", at(URI, (0, 28)))
        assert page["contents"]["value"].startswith("# no-timeout")
        assert page["range"] == {"start": {"line": 0, "character": 25}, "end": {"line": 0, "character": 35}}
        assert wire.ask("textDocument/hover", at(URI, (1, 0))) is None
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "SLOW\n")
        plain = wire.ask("textDocument/hover", at(URI, (0, 1)))
        assert plain["contents"] == {"kind": "plaintext", "value": "SLOW\n\non a hang: waits"}


def test_inlay_hints_show_the_bound_in_force() -> None:
    """Within the range that is asked for, unless the person has turned them off."""
    everything = at(URI, (0, 0), (9, 0))
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "# 😀 SLOW\nSLOW\n")
        hints = wire.ask("textDocument/inlayHint", everything)
        assert [(h["label"], h["position"]["character"]) for h in hints] == [("timeout=∞", 9), ("timeout=∞", 4)]
        assert len(wire.ask("textDocument/inlayHint", at(URI, (1, 0), (2, 0)))) == 1
    with Wire() as wire:
        wire.greet(options={"inlayHints": False})
        wire.open(URI, "SLOW\n")
        assert wire.ask("textDocument/inlayHint", everything) == []


def _project(tmp_path: Path, text: str = "") -> Path:
    (tmp_path / "pyproject.toml").write_text(text)
    return tmp_path


def test_settings_of_project_and_editor_are_heeded_and_reloaded(tmp_path: Path) -> None:
    """The editor's lie over the project's; a change of either is seen at once."""
    root = _project(tmp_path, "[tool.resilint]\nseverity = { no-timeout = 'error' }\n")
    uri = (root / "a.py").as_uri()
    with Wire() as wire:
        wire.greet(folder=root)
        wire.open(uri, "SLOW")
        assert wire.published(uri, 1)[0]["severity"] == 1
        (root / "pyproject.toml").write_text("[tool.resilint]\nseverity = { no-timeout = 'info' }\n")
        changes = [{"uri": (root / "pyproject.toml").as_uri(), "type": 2}]
        wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        assert wire.published(uri, 1)[0]["severity"] == 3
        settings = {"resilint": {"severity": {"no-timeout": "hint"}}}
        wire.notify("workspace/didChangeConfiguration", {"settings": settings})
        assert wire.published(uri, 1)[0]["severity"] == 4
        wire.notify("workspace/didChangeConfiguration", {"settings": {"resilint": {"enable": False}}})
        assert wire.published(uri, 1) == []


def test_settings_are_fetched_for_each_folder(tmp_path: Path) -> None:
    """Two folders of one window may differ."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _project(tmp_path / name)
    folders = [tmp_path / "one", tmp_path / "two"]

    def answer(params: Any) -> Any:
        level = {folders[0].as_uri(): "error", folders[1].as_uri(): "hint"}
        return [{"severity": {"no-timeout": level.get(item.get("scopeUri"), "info")}} for item in params["items"]]

    with Wire() as wire:
        wire.answers["workspace/configuration"] = answer
        params: Any = {"workspace": {"configuration": True, "workspaceFolders": True}}
        result = wire.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": params,
                "workspaceFolders": [{"uri": f.as_uri(), "name": f.name} for f in folders],
            },
        )
        assert result["capabilities"]["workspace"]["workspaceFolders"]["changeNotifications"] is True
        wire.notify("initialized", {})
        wire.wait(lambda m: m.get("method") == "workspace/configuration")
        for folder, severity in zip(folders, (1, 4), strict=True):
            uri = (folder / "a.py").as_uri()
            wire.open(uri, "SLOW")
            while wire.published(uri, 1)[0]["severity"] != severity:
                pass  # the first findings may be older than the editor's answer
        event = {"added": [], "removed": [{"uri": folders[1].as_uri(), "name": "two"}]}
        wire.notify("workspace/didChangeWorkspaceFolders", {"event": event})
        assert wire.published((folders[1] / "a.py").as_uri(), 1)[0]["severity"] == 3


def test_a_bad_setting_costs_one_message(tmp_path: Path) -> None:
    """And the defaults hold."""
    root = _project(tmp_path, "[tool.resilint]\nignroe = ['x']\n")
    with Wire() as wire:
        wire.greet(folder=root)
        for name in ("a.py", "b.py"):
            wire.open((root / name).as_uri(), "SLOW")
            assert len(wire.published((root / name).as_uri(), 1)) == 1
        said = [m["params"]["message"] for m in wire.seen if m.get("method") == "window/showMessage"]
        assert len(said) == 1
        assert "ignroe" in said[0]
        assert "pyproject.toml" in said[0]


def test_knowledge_of_other_files_follows_the_open_texts(tmp_path: Path) -> None:
    """Edits, closing, changes on the disk and deletion of what was read."""
    root = _project(tmp_path)
    (root / "b.py").write_text("disk\n")
    one, other = (root / "a.py").as_uri(), (root / "b.py").as_uri()

    def message() -> str:
        return str(wire.published(one, 1)[0]["message"])

    with Wire() as wire:
        wire.greet(folder=root)
        wire.open(one, "READS b.py")
        assert message() == "reads disk"
        wire.open(other, "open\n")
        assert message() == "reads open"
        wire.change(other, 2, ((0, 0), (0, 4), "typed"))
        assert message() == "reads typed"
        wire.notify("textDocument/didClose", {"textDocument": {"uri": other}})
        assert message() == "reads disk"
        (root / "b.py").write_text("saved\n")
        wire.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": other, "type": 2}]})
        assert message() == "reads saved"
        (root / "b.py").unlink()
        wire.notify("workspace/didDeleteFiles", {"files": [{"uri": other}]})
        assert message() == "reads nothing"
        (root / "b.py").write_text("again\n")
        wire.notify("workspace/didRenameFiles", {"files": [{"oldUri": f"{other}x", "newUri": other}]})
        assert message() == "reads again"


def test_a_client_that_pulls_is_asked_to_pull_again(tmp_path: Path) -> None:
    """When what was found has changed without an edit of the text."""
    root = _project(tmp_path)
    one, other = (root / "a.py").as_uri(), (root / "b.py").as_uri()
    with Wire() as wire:
        wire.greet(PULL, folder=root)
        wire.open(one, "READS b.py")
        assert wire.pull(one)["items"][0]["message"] == "reads nothing"
        wire.open(other, "open\n")
        wire.wait(lambda m: m.get("method") == "workspace/diagnostic/refresh")
        assert wire.pull(one)["items"][0]["message"] == "reads open"


def test_changes_of_settings_lock_and_code_files_are_asked_for() -> None:
    """Where the client lets a server register."""
    dynamic = {"dynamicRegistration": True}
    space: Any = {"didChangeWatchedFiles": dynamic, "didChangeConfiguration": dynamic}
    with Wire() as wire:
        wire.greet({"workspace": space})
        message = wire.wait(lambda m: m.get("method") == "client/registerCapability")
        registrations = {r["method"]: r for r in message["params"]["registrations"]}
        assert set(registrations) == {"workspace/didChangeWatchedFiles", "workspace/didChangeConfiguration"}
        watchers = registrations["workspace/didChangeWatchedFiles"]["registerOptions"]["watchers"]
        globs = {watcher["globPattern"] for watcher in watchers}
        assert {"**/pyproject.toml", "**/uv.lock", "**/*.py", "**/.resilint-baseline.json"} <= globs


def test_an_excluded_file_is_left_in_peace(tmp_path: Path) -> None:
    """Open or not."""
    root = _project(tmp_path, "[tool.resilint]\nextend-exclude = ['legacy']\n")
    with Wire() as wire:
        wire.greet(folder=root)
        uri = (root / "legacy" / "a.py").as_uri()
        wire.open(uri, "SLOW")
        assert wire.published(uri, 1) == []


def test_a_text_without_a_file_is_looked_at_too() -> None:
    """What was never saved may be the best time to learn."""
    with Wire() as wire:
        wire.greet()
        wire.open("untitled:Untitled-1", "SLOW")
        assert len(wire.published("untitled:Untitled-1", 1)) == 1


def _found(result: Any) -> dict[str, int]:
    return {item["uri"].rpartition("/")[2]: len(item["items"]) for item in result["items"]}


def test_the_whole_workspace_is_looked_at_when_a_person_asks(tmp_path: Path) -> None:
    """Though it is not promised unless wished for: open texts as they are open, files as they lie there."""
    root = _project(tmp_path)
    (root / "sub").mkdir()
    for name, text in (("a.py", "SLOW"), ("sub/b.py", "SLOW SLOW"), ("c.py", "fine"), ("d.txt", "SLOW")):
        (root / name).write_text(text)
    with Wire() as wire:
        wire.greet(PULL, folder=root)
        wire.open((root / "a.py").as_uri(), "SLOW SLOW SLOW")
        params: Any = {"previousResultIds": [], "workDoneToken": "w"}
        assert _found(wire.ask("workspace/diagnostic", params)) == {"a.py": 3, "b.py": 2}
        kinds = [m["params"]["value"]["kind"] for m in wire.seen if m.get("method") == "$/progress"]
        assert kinds[0] == "begin"
        assert kinds[-1] == "end"
        wire.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "p"})
        parts = [m["params"] for m in wire.seen if m.get("method") == "$/progress" and m["params"]["token"] == "p"]
        assert {name: n for part in parts for name, n in _found(part["value"]).items()} == {"a.py": 3, "b.py": 2}


def test_the_whole_workspace_is_held_open_until_something_changes(tmp_path: Path) -> None:
    """Clients ask again as soon as they are answered; the second answer has only what is new."""
    root = _project(tmp_path)
    (root / "b.py").write_text("SLOW")
    uri = (root / "a.py").as_uri()
    with Wire() as wire:
        promised = wire.greet(PULL, {"workspaceDiagnostics": True}, root)["capabilities"]["diagnosticProvider"]
        assert promised["workspaceDiagnostics"] is True
        first = wire.ask("workspace/diagnostic", {"previousResultIds": []})
        assert _found(first) == {"b.py": 1}
        (root / "a.py").write_text("")
        known = [{"uri": item["uri"], "value": item["resultId"]} for item in first["items"]]
        number = wire.request("workspace/diagnostic", {"previousResultIds": known})
        assert wire.ask("textDocument/hover", at(uri, (0, 0))) is None
        assert not [m for m in wire.seen if m.get("id") == number]
        wire.open(uri, "SLOW")
        assert _found(wire.answer(number)["result"]) == {"a.py": 1}
        number = wire.request("workspace/diagnostic", {"previousResultIds": known})
        assert _found(wire.answer(number)["result"]) == {"a.py": 1}
        (root / "b.py").unlink()
        number = wire.request("workspace/diagnostic", {"previousResultIds": known})
        assert _found(wire.answer(number)["result"]) == {"a.py": 1, "b.py": 0}


def test_a_file_that_kills_the_analysis_does_not_hide_the_others(tmp_path: Path) -> None:
    """A look at the whole workspace delivers each file once, the one to blame as a file that cannot be read."""
    root = _project(tmp_path)
    for name, text in (("a.py", "SLOW"), ("b.py", "CRASH"), ("c.py", "SLOW")):
        (root / name).write_text(text)
    with Wire() as wire:
        wire.greet(PULL, folder=root)
        report = wire.ask("workspace/diagnostic", {"previousResultIds": []})
        assert _found(report) == {"a.py": 1, "b.py": 1, "c.py": 1}
        codes = {item["uri"].rpartition("/")[2]: [found["code"] for found in item["items"]] for item in report["items"]}
        assert codes["b.py"] == ["unreadable-file"]


def test_findings_that_the_baseline_knows_are_hints(tmp_path: Path) -> None:
    """They stay visible, and a new one beside them stands out."""
    root = _project(tmp_path)
    words = {"scope": "", "callee": "", "text": "", "fingerprint": "f1"}
    entry = {"file": "a.py", "rule": "no-timeout", **words}
    (root / ".resilint-baseline.json").write_text(json.dumps({"version": 1, "findings": [entry]}))
    uri = (root / "a.py").as_uri()
    with Wire() as wire:
        wire.greet(folder=root)
        wire.open(uri, "SLOW\nSLOW\n")
        assert [f["severity"] for f in wire.published(uri, 1)] == [4, 2]
        (root / ".resilint-baseline.json").write_text("{")
        changes = [{"uri": (root / ".resilint-baseline.json").as_uri(), "type": 2}]
        wire.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        assert [f["severity"] for f in wire.published(uri, 1)] == [2, 2]
        assert "JSON" in wire.wait(lambda m: m.get("method") == "window/showMessage")["params"]["message"]


def test_a_baseline_counts_for_the_projects_below_it(tmp_path: Path) -> None:
    """As on the command line: in a monorepo it lies at the repository's top."""
    root = _project(tmp_path)
    (root / ".git").mkdir()
    (root / "sub").mkdir()
    (root / "sub" / "resilint.toml").write_text("")
    entry = {"file": "sub/a.py", "rule": "no-timeout", "scope": "", "callee": "", "text": "", "fingerprint": "f1"}
    (root / ".resilint-baseline.json").write_text(json.dumps({"version": 1, "findings": [entry]}))
    uri = (root / "sub" / "a.py").as_uri()
    with Wire() as wire:
        wire.greet(folder=root)
        wire.open(uri, "SLOW\nSLOW\n")
        assert [f["severity"] for f in wire.published(uri, 1)] == [4, 2]
