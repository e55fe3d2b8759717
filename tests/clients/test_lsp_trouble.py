"""Whatever a client sends and whatever a text does: an answer, an error or silence, and life goes on."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clients.wire import PATIENCE, ROOT, Wire, at, command, environment

URI = "file:///nowhere/a.py"
OTHER = "file:///nowhere/b.py"


@pytest.fixture(scope="module")
def talk() -> Iterator[Wire]:
    """One conversation for all the nonsense: what one chunk breaks, the next would notice."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "SLOW\n")
        assert len(wire.published(URI, 1)) == 1
        yield wire


def _alive(wire: Wire) -> None:
    hover = wire.ask("textDocument/hover", at(URI, (0, 1)))
    assert hover["contents"]["value"].startswith("SLOW")


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("textDocument/hover", None),
        ("textDocument/hover", []),
        ("textDocument/hover", {"textDocument": {"uri": URI}}),
        ("textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": -1, "character": 0}}),
        ("textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": 2**40, "character": 0}}),
        ("textDocument/hover", {"textDocument": {"uri": URI}, "position": "here"}),
        ("textDocument/hover", {"textDocument": 3, "position": {"line": 0, "character": 0}}),
        ("textDocument/codeAction", at(URI, (0, 0), (0, 1))),
        ("textDocument/inlayHint", {"textDocument": {"uri": URI}, "range": {}}),
        ("codeAction/resolve", {"kind": "quickfix"}),
        ("workspace/diagnostic", {"previousResultIds": [{"uri": 1}]}),
        ("workspace/executeCommand", {"command": "rm"}),
    ],
)
def test_bad_parameters_are_answered(talk: Wire, method: str, params: Any) -> None:
    """With the code that JSON-RPC has for them."""
    assert talk.answer(talk.request(method, params))["error"]["code"] == -32602
    _alive(talk)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"jsonrpc": "2.0", "id": "a", "method": "textDocument/rename", "params": {}}, -32601),
        ({"jsonrpc": "2.0", "id": "b", "method": "$/unknown"}, -32601),
        ({"jsonrpc": "2.0", "id": "c", "method": 7}, -32600),
        ({"jsonrpc": "2.0", "id": "d", "method": "initialize", "params": {"capabilities": {}}}, -32600),
        ({"jsonrpc": "1.0", "id": "e", "method": "shutdown"}, -32600),
        ({"id": "f", "method": "shutdown"}, -32600),
    ],
)
def test_bad_requests_are_answered(talk: Wire, message: Any, code: int) -> None:
    """Each with its number."""
    talk.send(message)
    answer = talk.wait(lambda m: m.get("id") == message["id"])
    assert answer["error"]["code"] == code
    _alive(talk)


@pytest.mark.parametrize("number", [None, True, 1.5, [], {}], ids=str)
def test_a_request_whose_number_is_none_is_refused(talk: Wire, number: Any) -> None:
    """It cannot be answered by its number, so the answer has none."""
    talk.send({"jsonrpc": "2.0", "id": number, "method": "shutdown"})
    answer = talk.wait(lambda m: "error" in m)
    assert answer.get("id") is None
    assert answer["error"]["code"] == -32600
    _alive(talk)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"3",
        b'"x"',
        b"[]",
        b'[{"jsonrpc":"2.0","id":1,"method":"shutdown"}]',
        b"\xff\xfe{}",
        b'{"jsonrpc":"2.0","method":"textDocument/didSave","params":{"textDocument":{"uri":"\xff"}}}',
        b"[" * 100_000,
        b'{"jsonrpc":"2.0","method":"initialized","params":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
        b'{"jsonrpc":"2.0","id":{"jsonrpc":"2.0"}}',
        b'{"jsonrpc":"2.0","id":"nobody","result":{}}',
        b'{"jsonrpc":"2.0","id":12345,"error":"x"}',
        b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"nobody"}}',
        b'{"jsonrpc":"2.0","method":"$/cancelRequest"}',
        b'{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":"loud"}}',
        b'{"jsonrpc":"2.0","method":"window/workDoneProgress/cancel","params":{"token":"none"}}',
        b'{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":[[[]]]}}',
        b'{"jsonrpc":"2.0","method":"workspace/didChangeWatchedFiles","params":{"changes":[{"uri":"x","type":9}]}}',
        b'{"jsonrpc":"2.0","method":"workspace/didRenameFiles","params":{"files":[{"oldUri":"","newUri":"%"}]}}',
    ],
    ids=lambda body: repr(body[:70]),
)
def test_nonsense_costs_nothing(talk: Wire, body: bytes) -> None:
    """No message to the person, no lost answer."""
    talk.raw(body)
    _alive(talk)
    assert not [m for m in talk.seen if str(m.get("method", "")).startswith("window/")]


UNKNOWN = "file:///nowhere/unknown.py"


def test_unknown_texts_are_passed_over(talk: Wire) -> None:
    """Changes and closing of texts that were never opened, and questions about them."""
    talk.change(UNKNOWN, 7, ((0, 0), (0, 0), "x"))
    talk.notify("textDocument/didClose", {"textDocument": {"uri": UNKNOWN}})
    talk.notify("textDocument/didSave", {"textDocument": {"uri": UNKNOWN}})
    assert talk.ask("textDocument/hover", at(UNKNOWN, (0, 0))) is None
    assert talk.actions(UNKNOWN, (0, 0), (9, 9)) == []
    assert talk.ask("textDocument/inlayHint", at(UNKNOWN, (0, 0), (9, 9))) == []
    action = {"title": "x", "data": {"uri": UNKNOWN, "version": 1, "rule": ""}}
    assert "edit" not in talk.ask("codeAction/resolve", action)
    _alive(talk)


def test_places_outside_a_text_are_the_nearest_inside(talk: Wire) -> None:
    """And a range that is the wrong way round is empty."""
    far = 2**31 - 1
    uri = "file:///nowhere/outside.py"
    talk.open(uri, "SLOW")
    talk.published(uri, 1)
    talk.change(uri, 2, ((far, far), (far, far), "\nSLOW"), ((0, far), (far, 0), ";"), ((1, 4), (0, 0), "# "))
    assert [f["range"]["start"] for f in talk.published(uri, 2)] == [{"line": 0, "character": 0}]
    assert talk.actions(uri, (far, far), (0, 0)) == []
    assert talk.ask("textDocument/hover", at(uri, (far, far))) is None


def test_versions_in_the_wrong_order_are_heeded_all_the_same(talk: Wire) -> None:
    """The order of messages counts; opening again replaces the text."""
    uri = "file:///nowhere/order.py"
    talk.open(uri, "SLOW", 5)
    talk.change(uri, 5, ((0, 0), (0, 0), "SLOW "))
    talk.change(uri, 3, ((0, 0), (0, 0), "SLOW "))
    assert len(talk.published(uri, 3)) == 3
    talk.open(uri, "SLOW", 1)
    assert len(talk.published(uri, 1)) == 1


def test_a_text_above_the_limit_is_kept_but_not_looked_at(talk: Wire) -> None:
    """Six megabytes; once it is small again it is looked at."""
    uri = "file:///nowhere/large.py"
    talk.open(uri, "SLOW\n" + "x = 1\n" * 1_000_000)
    (diagnostic,) = talk.published(uri, 1)
    assert (diagnostic["code"], diagnostic["message"]) == (
        "unreadable-file",
        "this file is not analysed: it has more than 5,000,000 characters",
    )
    assert talk.actions(uri, (0, 0), (0, 4)) == []
    talk.change(uri, 2, ((1, 0), (2**31 - 1, 0), ""))
    assert len(talk.published(uri, 2)) == 1


def test_other_languages_are_none_of_our_business(talk: Wire) -> None:
    """A client that sends everything gets nothing said about it."""
    item = {"uri": "file:///nowhere/a.txt", "languageId": "plaintext", "version": 1, "text": "SLOW"}
    talk.notify("textDocument/didOpen", {"textDocument": item})
    _alive(talk)
    assert not [m for m in talk.seen if "a.txt" in json.dumps(m)]


def test_before_the_greeting_only_the_greeting_is_answered() -> None:
    """As the protocol says; notifications are dropped."""
    with Wire() as wire:
        wire.open(URI, "SLOW")
        assert wire.answer(wire.request("textDocument/hover", at(URI, (0, 0))))["error"]["code"] == -32002
        wire.greet()
        assert wire.ask("textDocument/hover", at(URI, (0, 0))) is None


def test_after_the_goodbye_nothing_is_answered() -> None:
    """But with an error; then the server ends with 0."""
    with Wire() as wire:
        wire.greet()
        wire.ask("shutdown", None)
        assert wire.answer(wire.request("textDocument/hover", at(URI, (0, 0))))["error"]["code"] == -32600
        wire.notify("exit", None)
        assert wire.process.wait(PATIENCE) == 0


def test_leaving_without_a_goodbye_is_status_1() -> None:
    """With `exit` and with a closed pipe, greeted or not."""
    for greeted in (True, False):
        for leave in ("exit", "close"):
            with Wire() as wire:
                if greeted:
                    wire.greet()
                if leave == "exit":
                    wire.notify("exit", None)
                else:
                    assert wire.process.stdin
                    wire.process.stdin.close()
                assert wire.process.wait(PATIENCE) == 1


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    if not path.exists():
        pytest.skip("the system does not list a process's children in /proc")
    return [int(child) for child in path.read_text().split()]


def test_the_analysis_ends_with_the_server() -> None:
    """Also when the server is killed: its pipe ends."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "SLOW")
        wire.published(URI, 1)
        (child,) = _children(wire.process.pid)
        handle = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
        if handle is None:
            pytest.skip("the system has no handles of processes")
        wire.process.kill()
        assert select.select([handle], [], [], PATIENCE)[0], "the analysis is still there"


@pytest.mark.parametrize(
    ("word", "silence", "cause"),
    [
        ("HANG", "1", "did nothing for 1 s"),
        ("LOOP", "1", "gave no sign of life for 1 s of processor time"),
        ("CRASH", "10", "crashed"),
        ("EAT", "10", "needed more than 400 MB of memory"),
    ],
)
def test_a_text_that_kills_the_analysis_is_left_out_until_it_changes(word: str, silence: str, cause: str) -> None:
    """It says so; other texts do not suffer; nothing is asked about it meanwhile."""
    with Wire("--silence", silence) as wire:
        wire.greet()
        wire.open(OTHER, "SLOW")
        assert len(wire.published(OTHER, 1)) == 1
        wire.open(URI, f"SLOW # {word}")
        (diagnostic,) = wire.published(URI, 1)
        assert diagnostic["code"] == "unreadable-file"
        said = f"the analysis of this file {cause}, repeatedly; it starts again when the file changes"
        assert diagnostic["message"] == said
        assert wire.ask("textDocument/hover", at(URI, (0, 0))) is None
        wire.change(OTHER, 2, ((0, 0), (0, 0), "SLOW "))
        assert len(wire.published(OTHER, 2)) == 2
        wire.change(URI, 2, ((0, 7), (0, 20), "fine"))
        assert [f["code"] for f in wire.published(URI, 2)] == ["no-timeout"]


def test_an_analysis_that_is_killed_from_outside_is_replaced() -> None:
    """And blames no text."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "SLOW")
        wire.published(URI, 1)
        (child,) = _children(wire.process.pid)
        os.kill(child, signal.SIGKILL)
        wire.change(URI, 2, ((0, 0), (0, 0), " "))
        assert [f["code"] for f in wire.published(URI, 2)] == ["no-timeout"]


def test_an_exception_is_shown_once_where_it_happened() -> None:
    """The other texts do not notice, and the analysis stays."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "RAISE SLOW PRINT")
        (told,) = wire.published(URI, 1)
        assert told["code"] == "internal-error"
        assert "RuntimeError" in told["message"]
        wire.open(OTHER, "SLOW")
        assert len(wire.published(OTHER, 1)) == 1


def test_questions_are_answered_and_cancelled_while_a_text_hangs() -> None:
    """The conversation never waits for the analysis."""
    with Wire("--silence", "20") as wire:
        wire.greet()
        wire.open(URI, "HANG")
        number = wire.request("textDocument/hover", at(URI, (0, 0)))
        wire.notify("$/cancelRequest", {"id": number})
        assert wire.answer(number)["error"]["code"] == -32800
        assert wire.answer(wire.request("nonsense", {}))["error"]["code"] == -32601
        assert wire.leave() == 0


def test_a_newer_text_makes_older_work_void() -> None:
    """Of many versions that come at once only the last must be published, and it is published last."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "")
        wire.published(URI, 1)
        for version in range(2, 200):
            wire.change(URI, version, ((0, 0), (0, 0), "SLOW "))
        assert len(wire.published(URI, 199)) == 198
        told = [m["params"]["version"] for m in wire.seen if m.get("method") == "textDocument/publishDiagnostics"]
        assert told == sorted(told)


def test_an_analysis_that_cannot_start_shows_in_every_document() -> None:
    """It is started again at every edit; questions are without answers, but do not stay open."""
    with Wire(engine="nowhere:nothing") as wire:
        wire.greet()
        wire.open(URI, "SLOW")
        (diagnostic,) = wire.published(URI, 1)
        assert diagnostic["code"] == "unreadable-file"
        assert diagnostic["message"].startswith(
            "this file is not analysed: the analysis process could not be started; it is"
        )
        said = wire.wait(lambda m: m.get("method") == "window/showMessage")
        assert said["params"]["message"] == "resilint: the analysis process could not be started; see the log"
        wire.change(URI, 2, "SLOW SLOW")
        assert [f["code"] for f in wire.published(URI, 2)] == ["unreadable-file"]
        assert wire.ask("textDocument/hover", at(URI, (0, 0))) is None
        assert wire.leave() == 0


def test_a_client_that_pulls_sees_that_the_analysis_cannot_start() -> None:
    """Its request is answered."""
    with Wire(engine="nowhere:nothing") as wire:
        wire.greet(PULL)
        wire.open(URI, "SLOW")
        assert [f["code"] for f in wire.pull(URI)["items"]] == ["unreadable-file"]
        wire.change(URI, 2, "SLOW SLOW")
        assert [f["code"] for f in wire.pull(URI)["items"]] == ["unreadable-file"]


PULL = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}


def _kill_the_analysis(wire: Wire) -> None:
    """Kills the child, after it has answered and is idle."""
    (child,) = _children(wire.process.pid)
    os.kill(child, signal.SIGKILL)


def _wait_for_another(wire: Wire, uri: str) -> None:
    """Waits until a new child has answered."""
    while wire.ask("textDocument/hover", at(uri, (0, 1))) is None:
        assert wire.process.poll() is None


@pytest.mark.parametrize("pull", [False, True], ids=["push", "pull"])
def test_an_analysis_that_is_killed_again_and_again_is_never_given_up(pull: bool) -> None:
    """What it has found stays, because it is still true, and each edit is answered at once."""
    with Wire() as wire:
        wire.greet(PULL if pull else None)
        wire.open(URI, "SLOW")

        def codes(version: int) -> list[Any]:
            found = wire.pull(URI)["items"] if pull else wire.published(URI, version)
            return [f["code"] for f in found]

        assert codes(1) == ["no-timeout"]
        for version in range(2, 8):
            _wait_for_another(wire, URI)
            _kill_the_analysis(wire)
            wire.change(URI, version, ((0, 4), (0, 4), " "))
            assert codes(version) == ["no-timeout"]
        published = [m for m in wire.seen if m.get("method") == "textDocument/publishDiagnostics"]
        assert not [f for m in published for f in m["params"]["diagnostics"] if f["code"] != "no-timeout"]
        assert not [m for m in wire.seen if m.get("method") == "window/showMessage"]


def test_a_question_starts_the_analysis_that_ended_while_it_was_idle() -> None:
    """It does not have to wait for the end of the pause."""
    with Wire() as wire:
        wire.greet()
        wire.open(URI, "SLOW")
        wire.published(URI, 1)
        for _ in range(8):  # the next pause would be half a minute
            _wait_for_another(wire, URI)
            _kill_the_analysis(wire)
        before = time.monotonic()
        _wait_for_another(wire, URI)
        assert time.monotonic() - before < 15


def _projects(folder: Path, bad: str) -> tuple[str, str]:
    """Two projects, the settings of the first bad; gives the addresses of a document in each."""
    for name, text in (("bad", bad), ("good", "severity = { no-timeout = 'error' }")):
        (folder / name).mkdir()
        (folder / name / "pyproject.toml").write_text(f"[tool.resilint]\n{text}\n")
    return (folder / "bad" / "a.py").as_uri(), (folder / "good" / "a.py").as_uri()


@pytest.mark.parametrize(
    "pattern",
    ["{" * 20_000 + "}" * 20_000, "{a," * 50_000 + "}" * 50_000, "[a-\U0010ffff]" * 20_000],
    ids=["braces", "alternatives", "brackets"],
)
def test_a_hostile_pattern_in_settings_costs_one_message(tmp_path: Path, pattern: str) -> None:
    """It is refused before it is used: the analysis does not even notice."""
    bad, good = _projects(tmp_path, f'exclude = ["{pattern}"]\nignore = ["no-timeout"]')
    with Wire() as wire:
        wire.greet()
        wire.open(bad, "SLOW SAFE")
        wire.open(good, "SLOW")
        assert [f["code"] for f in wire.published(bad, 1)] == ["unsound"]
        assert [f["severity"] for f in wire.published(good, 1)] == [1]
        said = wire.wait(lambda m: m.get("method") == "window/showMessage")["params"]["message"]
        assert f"{tmp_path / 'bad' / 'pyproject.toml'}:2: `exclude` must be a pattern of at most" in said


@pytest.mark.parametrize(
    ("word", "cause"), [("HANG", "did nothing for 1 s"), ("CRASH", "crashed"), ("RAISE", "crashed")]
)
def test_settings_that_end_the_analysis_are_left_out_until_they_change(tmp_path: Path, word: str, cause: str) -> None:
    """The defaults hold in that project, other projects keep their settings, and a message names the file."""
    bad, good = _projects(tmp_path, f"ignore = ['no-timeout']  # {word}")
    source = tmp_path / "bad" / "pyproject.toml"
    with Wire("--silence", "1.0", engine="clients.hostile_settings:engine") as wire:
        wire.greet()
        wire.open(good, "SLOW")
        assert [f["severity"] for f in wire.published(good, 1)] == [1]
        for _ in range(2):
            wire.open(bad, "SLOW")
            assert [f["code"] for f in wire.published(bad, 1)] == ["no-timeout"]
            said = wire.wait(lambda m: m.get("method") == "window/showMessage")["params"]["message"]
            assert said == (
                f"resilint: {source}: the analysis {cause}, repeatedly, while it read the settings of this project; "
                f"the default settings are used in {source.parent} until a file of settings changes"
            )
            wire.change(good, 2, "SLOW SLOW")
            assert [f["severity"] for f in wire.published(good, 2)] == [1, 1]
            wire.notify("textDocument/didClose", {"textDocument": {"uri": bad}})
            wire.open(good, "SLOW")
            wire.published(good, 1)
            # The settings are saved as they were: they are read again, with the same result.
            _saved(wire, source)
        wire.open(bad, "SLOW")
        wire.published(bad, 1)
        source.write_text("[tool.resilint]\nignore = ['no-timeout']\n")
        _saved(wire, source)
        assert wire.published(bad, 1) == []


def test_settings_that_end_the_analysis_do_not_end_a_check_of_the_workspace(tmp_path: Path) -> None:
    """The files of both projects are checked, those of the first with the default settings."""
    bad, good = _projects(tmp_path, "ignore = ['no-timeout']  # CRASH")
    for name in ("bad", "good"):
        (tmp_path / name / "a.py").write_text("SLOW")
    with Wire(engine="clients.hostile_settings:engine") as wire:
        wire.greet(PULL, folder=tmp_path)
        items = wire.ask("workspace/diagnostic", {"previousResultIds": []})["items"]
        assert {item["uri"]: [f["severity"] for f in item["items"]] for item in items} == {bad: [2], good: [1]}


def test_a_check_of_the_workspace_that_cannot_start_waits(tmp_path: Path) -> None:
    """Until it is cancelled; the conversation goes on."""
    with Wire(engine="nowhere:nothing") as wire:
        wire.greet(PULL, folder=tmp_path)
        number = wire.request("workspace/diagnostic", {"previousResultIds": []})
        wire.open(URI, "SLOW")
        assert [f["code"] for f in wire.pull(URI)["items"]] == ["unreadable-file"]
        wire.notify("$/cancelRequest", {"id": number})
        assert "error" in wire.answer(number)
        assert wire.leave() == 0


def _saved(wire: Wire, path: Path) -> None:
    wire.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})


def test_nothing_of_the_folder_it_is_started_in_is_imported(tmp_path: Path) -> None:
    """Editors start servers in the project's folder, and a project may hold a `json.py`."""
    for name in ("json", "resilint", "tomli", "libcst", "queue", "hashlib"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n")
    (tmp_path / "pyproject.toml").write_text("[tool.resilint]\nprofile = 'strict'\n")
    with Wire(cwd=str(tmp_path)) as wire:
        wire.greet(folder=tmp_path)
        uri = (tmp_path / "a.py").as_uri()
        wire.open(uri, "SLOW")
        assert len(wire.published(uri, 1)) == 1
    assert not (tmp_path / "ran").exists()


def test_an_editor_that_stops_reading_does_not_stop_the_server() -> None:
    """What it does not take waits on a thread of its own, and the server still hears the goodbye."""
    process = subprocess.Popen(command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(), cwd=ROOT)
    assert process.stdin

    def send(message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))  # type: ignore[union-attr]

    params = {"processId": None, "rootUri": None, "capabilities": {}}
    send({"id": 0, "method": "initialize", "params": params})
    send({"method": "initialized", "params": {}})
    for number in range(1, 3000):
        send({"id": number, "method": "unknown/" + "x" * 90})
    send({"id": 3000, "method": "shutdown"})
    send({"method": "exit"})
    process.stdin.flush()
    try:
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
