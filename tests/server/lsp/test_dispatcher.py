"""The worker's queue: what is checked when, what is answered, and what is left alone."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clients.toy_engine import check
from resilint.config.settings import Settings
from resilint.engine.check import check as real_check
from resilint.engine.incremental import IncrementalCache
from resilint.lsp.channel.json_fields import BadMessageError
from resilint.lsp.channel.messages import (
    ActionsAnswer,
    ActionsQuestion,
    Busy,
    Change,
    Checked,
    Close,
    FilesChanged,
    FixAllAnswer,
    FixAllQuestion,
    Forget,
    HintsAnswer,
    HintsQuestion,
    HintText,
    HoverAnswer,
    HoverQuestion,
    HoverText,
    LensesAnswer,
    LensesQuestion,
    LensText,
    NoAnswer,
    Open,
    Problem,
    ReadingSettings,
    RelatedMark,
    ScanAnswer,
    ScannedDocument,
    ScannedFile,
    ScanProgress,
    ScanQuestion,
)
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Edit, Span
from server.lsp.toy_worker import ToyWorker, engine_with

BOM = "\ufeff"


def test_a_document_is_checked_once_for_each_version() -> None:
    """The findings name the last message that they take into account."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    assert worker.checks() == [(uri, 1, ["no-timeout"])]
    assert worker.checks() == []
    serial = worker.edit(uri, 2, (0, 0, "SAFE "))
    (found,) = worker.work()
    assert isinstance(found, Checked)
    assert (found.version, found.serial) == (2, serial)
    assert [mark.span for mark in found.marks] == [Span(0, 4), Span(5, 9)]


def test_a_finding_is_reported_whole() -> None:
    """With severity, help, page and related places, all in offsets of the editor's text."""
    worker = ToyWorker()
    worker.open("", BOM + "SAFE")
    (found,) = worker.work()
    assert isinstance(found, Checked)
    (mark,) = found.marks
    assert mark.span == Span(1, 5)
    assert (mark.code, mark.rule, mark.severity, mark.help) == ("TOY002", "unsound", "error", "say `sound`")
    assert mark.page.endswith("toy_engine.py")
    assert mark.related == (RelatedMark("because of this", "", Span(1, 2), 0),)


def test_edits_build_on_each_other() -> None:
    """Each is for the text that the ones before it have left."""
    worker = ToyWorker()
    uri = worker.open("", "ab")
    worker.edit(uri, 2, (0, 1, "xyz"), (3, 4, "SLOW"), (0, 3, ""))
    assert worker.checks() == [(uri, 2, ["no-timeout"])]
    hover = worker.request(HoverQuestion(uri, 2, 0), HoverAnswer).hover
    assert hover is not None
    assert hover.span == Span(0, 4)


def test_a_byte_order_mark_may_come_and_go() -> None:
    """It is part of the editor's text and of no document."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    worker.edit(uri, 2, (0, 0, BOM))
    (found,) = worker.work()
    assert isinstance(found, Checked)
    assert found.marks[0].span == Span(1, 5)
    worker.edit(uri, 3, (0, 1, ""))
    (found,) = worker.work()
    assert isinstance(found, Checked)
    assert found.marks[0].span == Span(0, 4)


def test_the_document_that_was_changed_last_comes_first() -> None:
    """The others follow in order."""
    worker = ToyWorker()
    for name in ("a", "b", "c"):
        worker.open(f"/{name}.py", "")
    worker.edit("/a.py", 2)
    assert [name for name, _, _ in worker.checks()] == ["a.py", "c.py", "b.py"]


def test_only_the_newest_of_several_versions_is_checked() -> None:
    """What has been superseded before its turn costs nothing."""
    worker = ToyWorker()
    uri = worker.open("", "")
    for version in range(2, 9):
        worker.edit(uri, version, (0, 0, " "))
    assert worker.checks() == [(uri, 8, [])]


def pulsing(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Any:
    """A check that says at which chunk it is, as the engine does."""
    assert memo is not None
    memo.pulse("first")
    memo.pulse("second")
    return check(doc, project, settings, memo)


def test_a_check_ends_at_the_next_piece_when_it_is_superseded() -> None:
    """It reports nothing, and the version that overtook it is checked."""
    superseded = [False, True]
    checked: list[str] = []

    def is_superseded(uri: str) -> bool:
        checked.append(uri)
        return superseded.pop(0)

    worker = ToyWorker(engine_with(check=pulsing), is_superseded)
    uri = worker.open("", "SLOW")
    assert worker.dispatcher.work()
    assert worker.sent[-3:] == [Busy(uri, "", 4), Busy(uri, "first", 4), Busy(uri, "second", 4)]
    superseded += [False, False]
    worker.edit(uri, 2, (0, 4, "SAFE"))
    assert worker.checks() == [(uri, 2, ["unsound"])]
    assert checked == [uri] * 4


def test_a_document_that_is_closed_is_not_checked() -> None:
    """Nor is one reported; closing it again does nothing."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    worker.send(Close(uri))
    worker.send(Close(uri))
    assert worker.work() == []


def test_a_document_that_is_opened_again_replaces_the_older() -> None:
    """As after a restart of the worker."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    worker.open("", "SAFE", version=7)
    assert worker.checks() == [(uri, 7, ["unsound"])]


def test_two_documents_of_one_path_are_two_documents(tmp_path: Path) -> None:
    """The one that was opened last is what others read; closing the first does not change that."""
    worker = ToyWorker()
    worker.roots(tmp_path)
    (tmp_path / "b.py").write_text("on disk")
    path = str(tmp_path / "b.py")
    worker.open(path, "first")
    worker.send(Open("other:b", path, 1, "second", ()))
    worker.send(Close(path))
    worker.open(tmp_path / "a.py", "READS b.py")
    (found,) = [m for m in worker.work() if isinstance(m, Checked) and m.uri.endswith("a.py")]
    assert found.marks[0].message == "reads second"


def test_an_edit_of_a_document_that_is_not_open_is_a_bad_message() -> None:
    """The two processes no longer agree: there is nothing sensible to go on with."""
    with pytest.raises(BadMessageError, match="not open: 'u'"):
        ToyWorker().send(Change("u", 1, (Edit(0, 0, ""),)))


def test_readers_are_checked_again_when_what_they_read_changes(tmp_path: Path) -> None:
    """In the editor, on disk, and when it is closed; unsaved text wins over the file."""
    worker = ToyWorker()
    worker.roots(tmp_path)
    (tmp_path / "b.py").write_text("on disk")
    worker.open(tmp_path / "a.py", "READS b.py")
    worker.open(tmp_path / "c.py", "")

    def read() -> list[str]:
        return [m.marks[0].message for m in worker.work() if isinstance(m, Checked) and m.marks]

    assert read() == ["reads on disk"]
    uri = worker.open(tmp_path / "b.py", "unsaved")
    assert read() == ["reads unsaved"]
    worker.edit(uri, 2, (0, 2, "re"))
    assert read() == ["reads resaved"]
    worker.send(Close(uri))
    assert read() == ["reads on disk"]
    (tmp_path / "b.py").unlink()
    worker.send(FilesChanged((str(tmp_path / "b.py"),), settings=False))
    assert read() == ["reads nothing"]
    worker.send(FilesChanged((str(tmp_path / "z.py"),), settings=False))
    assert read() == []


def test_questions_are_answered_from_the_findings_of_their_version() -> None:
    """A question waits for the check of its text, and only for that."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    number = worker.send(ActionsQuestion(uri, 1, Span(0, 0), None, lazy=False))
    sent = worker.work()
    assert [type(m) for m in sent] == [Checked, ActionsAnswer]
    assert isinstance(sent[1], ActionsAnswer)
    assert sent[1].number == number
    assert sent[1].offers[0].title == "Make it FAST (unsafe)"
    assert worker.request(HintsQuestion(uri, 1, Span(0, 9)), HintsAnswer).hints == (
        HintText(4, "timeout=∞", "nothing ends it"),
    )


@pytest.mark.parametrize("version", [0, 2])
def test_a_question_about_another_version_is_not_answered(version: int) -> None:
    """Its offsets would mean something else."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    worker.work()
    assert worker.request(HoverQuestion(uri, version, 0), NoAnswer).why == "the text has changed"


def test_a_question_whose_text_changes_or_is_closed_while_it_waits_is_not_answered() -> None:
    """Before the check of its version has begun."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    first = worker.send(HoverQuestion(uri, 1, 0))
    worker.edit(uri, 2, (0, 0, " "))
    second = worker.send(HoverQuestion(uri, 2, 1))
    sent = worker.work()
    assert sent[0] == NoAnswer(first, "the text has changed")
    assert sent[-1] == HoverAnswer(second, HoverText(Span(1, 5), "**SLOW**\n\non a hang: `waits`"))
    third = worker.send(HoverQuestion(uri, 2, 1))
    worker.send(Close(uri))
    assert worker.work() == [NoAnswer(third, "the text has changed")]


def test_a_question_that_is_forgotten_is_not_answered() -> None:
    """Neither one about a document nor one about all files."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW")
    for question in (HoverQuestion(uri, 1, 0), ScanQuestion(())):
        worker.send(Forget(worker.send(question)))
    assert [type(m) for m in worker.work()] == [Checked]


def test_a_question_at_which_the_engine_fails_is_not_answered(caplog: pytest.LogCaptureFixture) -> None:
    """The next one is."""

    def policy(*args: Any) -> Any:
        raise RuntimeError("broken")

    worker = ToyWorker(engine_with(policy=policy))
    uri = worker.open("", "SLOW")
    assert worker.request(HoverQuestion(uri, 1, 0), NoAnswer).why == "the analysis failed"
    assert "no answer to HoverQuestion" in caplog.text
    assert worker.request(FixAllQuestion(uri, 1, "no-timeout"), FixAllAnswer).edits == (Edit(0, 4, "FAST"),)


def test_a_check_that_fails_is_a_finding(caplog: pytest.LogCaptureFixture) -> None:
    """The worker goes on, and the document is checked again when it changes."""
    worker = ToyWorker()
    uri = worker.open("", "RAISE")
    (found,) = worker.work()
    assert isinstance(found, Checked)
    assert [(mark.code, mark.message) for mark in found.marks] == [
        ("E001", "resilint itself failed on this file: RuntimeError('as asked')")
    ]
    assert "the check of <untitled> failed" in caplog.text
    worker.edit(uri, 2, (0, 5, "SLOW"))
    assert worker.checks() == [(uri, 2, ["no-timeout"])]


def test_pieces_that_are_left_out_stay_so_when_settings_change() -> None:
    """They are a property of the document until it is opened without them."""
    seen: list[frozenset[str]] = []

    def look(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Any:
        assert memo is not None
        seen.append(memo.without)
        return check(doc, project, settings, memo)

    worker = ToyWorker(engine_with(check=look))
    worker.open("", "SLOW", without=["one", "two"])
    worker.work()
    worker.roots(given={"ignore": ["no-timeout"]})
    worker.work()
    worker.open("", "SLOW", version=2)
    worker.work()
    assert seen == [{"one", "two"}, {"one", "two"}, frozenset()]


def test_what_is_too_heavy_is_a_diagnostic() -> None:
    """A text of which a part is not checked does not look like a clean one."""
    worker = ToyWorker(engine_with(check=real_check))
    worker.open("", "import requests\nrequests.post(URL, json=[" + "1, " * 50_000 + "])\n")
    (found,) = worker.work()
    assert isinstance(found, Checked)
    (mark,) = found.marks
    assert (mark.code, mark.span.start) == ("E902", len("import requests\n"))
    assert "40,000 elements" in mark.message


def test_settings_of_the_editor_hold_for_its_folders_and_outside(tmp_path: Path) -> None:
    """All documents are checked again when they change."""
    worker = ToyWorker()
    worker.open(tmp_path / "a.py", "SLOW")
    worker.open("", "SLOW")
    assert len(worker.checks()) == 2
    worker.roots(tmp_path, given={"ignore": ["no-timeout"]})
    assert sorted(worker.checks()) == [("a.py", 1, []), ("untitled:1", 1, [])]
    worker.roots(tmp_path)
    assert [rules for _, _, rules in worker.checks()] == [["no-timeout"]] * 2


def test_settings_of_the_project_are_read_again_when_they_change(tmp_path: Path) -> None:
    """The reading is announced before it begins; a mistake in them is said once."""
    settings = tmp_path / "resilint.toml"
    settings.write_text('ignore = ["no-timeout"]\n')
    worker = ToyWorker()
    worker.roots(tmp_path)
    worker.open(tmp_path / "a.py", "SLOW")
    assert ReadingSettings(str(tmp_path), str(settings)) in worker.sent
    assert worker.checks() == [("a.py", 1, [])]
    settings.write_text("select = 1\n")
    worker.sent.clear()
    worker.send(FilesChanged((str(settings),), settings=True))
    assert worker.checks() == [("a.py", 1, ["no-timeout"])]
    worker.open(tmp_path / "b.py", "")
    worker.work()
    (problem,) = [m.message for m in worker.sent if isinstance(m, Problem)]
    assert "select" in problem


def test_projects_that_are_left_out_have_default_settings(tmp_path: Path) -> None:
    """Their settings ended the worker before."""
    (tmp_path / "resilint.toml").write_text('ignore = ["no-timeout"]\n')
    worker = ToyWorker()
    worker.roots(tmp_path, left_out=[tmp_path])
    worker.open(tmp_path / "a.py", "SLOW")
    assert worker.checks() == [("a.py", 1, ["no-timeout"])]


def test_excluded_documents_have_no_findings(tmp_path: Path) -> None:
    """They are still open, and questions about them are answered."""
    (tmp_path / "resilint.toml").write_text('exclude = ["a.py"]\n')
    worker = ToyWorker()
    worker.roots(tmp_path)
    uri = worker.open(tmp_path / "a.py", "SLOW")
    assert worker.checks() == [("a.py", 1, [])]
    assert worker.request(ActionsQuestion(uri, 1, Span(0, 4), None, lazy=False), ActionsAnswer).offers == ()


def scan(worker: ToyWorker, *without: object) -> list[Any]:
    """What a scan of all files sends, its answer last."""
    worker.send(ScanQuestion(tuple(map(str, without))))
    return worker.work()


def test_a_scan_reports_files_with_findings(tmp_path: Path) -> None:
    """With their text, which their offsets refer to; open documents as they are open."""
    (tmp_path / "a.py").write_text(BOM + "SLOW", encoding="utf-8")
    (tmp_path / "b.py").write_text("clean")
    (tmp_path / "c.py").write_text("clean")
    (tmp_path / "d.txt").write_text("SLOW")
    worker = ToyWorker()
    worker.roots(tmp_path)
    uri = worker.open(tmp_path / "c.py", "SAFE", version=4)
    worker.work()
    first, second, last = scan(worker)
    assert isinstance(first, ScannedFile)
    assert (first.path, first.text, first.total) == (str(tmp_path / "a.py"), BOM + "SLOW", 3)
    assert [mark.span for mark in first.marks] == [Span(1, 5)]
    assert isinstance(second, ScannedDocument)
    assert (second.uri, second.version, [mark.rule for mark in second.marks]) == (uri, 4, ["unsound"])
    assert last == ScanAnswer(first.number, 3)


def test_clean_files_are_read_again_only_when_something_has_changed(tmp_path: Path) -> None:
    """They themselves, what they read, or settings."""
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("clean")
    read: list[str] = []

    def look(doc: Document, project: Project, settings: Settings, memo: IncrementalCache | None = None) -> Any:
        read.append(doc.name)
        report = check(doc, project, settings, memo)
        return replace(report, reads=(("pack/", ""), ("mod.py", ""))) if doc.name == "a.py" else report

    worker = ToyWorker(engine_with(check=look))
    worker.roots(tmp_path)

    def again(*changed: str, settings: bool = False) -> list[str]:
        read.clear()
        if changed:
            worker.send(FilesChanged(tuple(str(tmp_path / name) for name in changed), settings))
        scan(worker)
        return sorted(read)

    assert again() == ["a.py", "b.py"]
    assert again() == []
    (tmp_path / "b.py").write_text("SLOW now")
    assert again() == ["b.py"]
    assert again("other.py") == ["b.py"]
    assert again("mod.py") == ["a.py", "b.py"]
    assert again("pack/inner.py") == ["a.py", "b.py"]
    assert again("resilint.toml", settings=True) == ["a.py", "b.py"]


def test_a_scan_leaves_files_out_and_passes_over_what_cannot_be_read(tmp_path: Path) -> None:
    """Files that ended the worker, and files that are no text."""
    (tmp_path / "a.py").write_text("CRASH")
    (tmp_path / "b.py").write_bytes(b"# coding: utf-8\n\xff\xfe SLOW")
    (tmp_path / "c.py").write_text("SLOW")
    worker = ToyWorker()
    worker.roots(tmp_path)
    found, last = scan(worker, tmp_path / "a.py")
    assert found.path == str(tmp_path / "c.py")
    assert last.total == 2


def test_a_scan_says_what_of_an_ignore_file_is_not_used(tmp_path: Path) -> None:
    """As a run in the terminal does."""
    (tmp_path / ".gitignore").write_text("**/a*b*c*\n" * 100_000)
    (tmp_path / "a.py").write_text("clean")
    worker = ToyWorker()
    worker.roots(tmp_path)
    scan(worker)
    said = [message.message for message in worker.sent if isinstance(message, Problem)]
    assert len(said) == 1
    assert said[0].startswith(f"{tmp_path / '.gitignore'} holds too many patterns to be compared")


def test_a_scan_says_how_far_it_is_and_lets_others_go_first(tmp_path: Path) -> None:
    """At every hundredth file; a document or question that comes meanwhile does not wait for the end."""
    for number in range(101):
        (tmp_path / f"f{number:03}.py").write_text("")
    worker = ToyWorker()
    worker.roots(tmp_path)
    number = worker.send(ScanQuestion(()))
    assert worker.dispatcher.work()
    worker.open("", "SLOW")
    question = worker.send(HoverQuestion("untitled:1", 1, 0))
    sent = worker.work()
    assert [type(m) for m in sent] == [Checked, HoverAnswer, ScanProgress, ScanAnswer]
    assert isinstance(sent[1], HoverAnswer)
    assert sent[1].number == question
    clean = tuple(str(tmp_path / f"f{number:03}.py") for number in range(100))
    assert sent[2:] == [ScanProgress(number, 100, 101, clean), ScanAnswer(number, 101)]
    assert Busy(str(tmp_path / "f100.py")) in worker.sent


def test_a_scan_that_is_forgotten_stops(tmp_path: Path) -> None:
    """At the file where it is."""
    for number in range(3):
        (tmp_path / f"f{number}.py").write_text("SLOW")
    worker = ToyWorker()
    worker.roots(tmp_path)
    number = worker.send(ScanQuestion(()))
    assert worker.dispatcher.work()
    worker.send(Forget(number))
    assert worker.work() == []


def test_a_scan_of_no_folder_is_empty() -> None:
    """Documents that are open alone are not part of it."""
    worker = ToyWorker()
    worker.roots()
    worker.open("", "SLOW")
    worker.work()
    (last,) = scan(worker)
    assert last == ScanAnswer(last.number, 0)


def test_a_scan_reports_what_it_cannot_read(tmp_path: Path) -> None:
    """If it matters: as the terminal does. A file that is gone by then is none, and settings may ignore it."""
    (tmp_path / "a.py").write_bytes(b"import requests\n# \xe9\n")
    (tmp_path / "b.py").write_bytes(b"import os\n# \xe9\n")
    (tmp_path / "c.py").write_bytes(b"#" * 5_500_000)
    (tmp_path / "d.py").write_text("SLOW")
    (tmp_path / "e.py").write_bytes(b"import requests\n# \xe9\n")
    (tmp_path / "resilint.toml").write_text('[per-file-ignores]\n"e.py" = ["unreadable-file"]\n')
    worker = ToyWorker()
    worker.roots(tmp_path)
    worker.send(ScanQuestion(()))
    (tmp_path / "d.py").unlink()
    scanned = [m for m in worker.work() if isinstance(m, ScannedFile)]
    found = {os.path.basename(m.path): [mark.message.partition(";")[0] for mark in m.marks] for m in scanned}
    assert found == {
        "a.py": ["cannot be read: line 2 is not utf-8"],
        "c.py": ["cannot be read: larger than 5 MB, the most that is looked at"],
    }


def test_lenses_come_a_function_at_a_time() -> None:
    """Other questions come between; a byte order mark counts in their places."""
    worker = ToyWorker()
    uri = worker.open("", BOM + "SAFE SLOW SLOW")
    worker.work()
    number = worker.send(LensesQuestion(uri, 1))
    assert worker.dispatcher.work()
    hover = worker.send(HoverQuestion(uri, 1, 1))
    assert [getattr(message, "number", 0) for message in worker.work()] == [hover, number]
    assert worker.sent[-1] == LensesAnswer(number, (LensText(Span(6, 10), "1 call"), LensText(Span(11, 15), "1 call")))
    assert [message.chunk for message in worker.sent if isinstance(message, Busy)][-2:] == ["SLOW", "SLOW"]


def test_lenses_are_of_the_text_that_was_meant() -> None:
    """An edit or a question that is taken back ends the work; a changed neighbour begins it again."""
    worker = ToyWorker()
    uri = worker.open("", "SLOW SLOW")
    worker.work()
    number = worker.send(LensesQuestion(uri, 1))
    assert worker.dispatcher.work()
    worker.edit(uri, 2, (0, 4, "SAFE"))
    assert NoAnswer(number, "the text has changed") in worker.work()
    forgotten = worker.send(LensesQuestion(uri, 2))
    worker.send(Forget(forgotten))
    assert not worker.work()
    again = worker.send(LensesQuestion(uri, 2))
    assert worker.dispatcher.work()
    worker.roots()
    assert worker.work()[-1] == LensesAnswer(again, (LensText(Span(5, 9), "1 call"),))


def test_lenses_that_fail_are_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    """And there are none in files that the settings leave out."""

    def fail(*given: object) -> Any:
        raise RuntimeError("as asked")

    worker = ToyWorker(engine_with(lenses=fail))
    uri = worker.open("", "SLOW")
    assert worker.request(LensesQuestion(uri, 1), NoAnswer).why == "the analysis failed"
    assert "no code lenses" in caplog.text


def test_a_scan_reports_notebooks_where_their_code_is(tmp_path: Path) -> None:
    """At the row of the file, with the cell in the message, and without fixes: columns in JSON are others."""
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["SLOW words"]},
        {"cell_type": "code", "metadata": {}, "source": ["import x\n", "  SLOW"]},
        {"cell_type": "code", "metadata": {}, "source": "fine = SAFE"},
    ]
    text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    (tmp_path / "plan.ipynb").write_text(text)
    (tmp_path / "broken.ipynb").write_text("{")
    worker = ToyWorker()
    worker.roots(tmp_path)
    worker.send(ScanQuestion(()))
    found = [message for message in worker.work() if isinstance(message, ScannedFile)]
    (plan,) = [message for message in found if message.path.endswith("plan.ipynb")]
    assert [plan.text[slice(*mark.span)] for mark in plan.marks] == ['"  SLOW"', '"source": "fine = SAFE"']
    assert [mark.message for mark in plan.marks] == [
        "in cell 2:2: `SLOW` may wait for ever", "in cell 3:1: `SAFE` is unsound",
    ]  # fmt: skip
    assert not any(mark.related for mark in plan.marks)
    assert [message.marks[0].rule for message in found if message.path.endswith("broken.ipynb")] in ([], ["unreadable"])
