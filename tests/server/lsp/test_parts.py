"""The small parts of the language server, each for itself."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from resilint.config.settings import Settings
from resilint.lsp import convert
from resilint.lsp.capabilities import Client, EditorSettings
from resilint.lsp.channel import pipe
from resilint.lsp.channel.messages import ActionsQuestion, Mark, Named
from resilint.lsp.diagnostics_store import DiagnosticsStore
from resilint.lsp.document import OpenDocument
from resilint.lsp.transport import LARGEST, Malformed, read_messages
from resilint.lsp.worker import fixes
from resilint.lsp.worker.code_actions import View, actions
from resilint.lsp.worker.engine import Engine
from resilint.results import Report
from resilint_rules.kit.findings import Finding, Fix, Severity
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document, Edit, Span

TEXTS = st.text(st.sampled_from("ab\r\n😀"), max_size=10)


@given(TEXTS, TEXTS)
def test_a_minimal_edit_makes_one_text_of_the_other(before: str, after: str) -> None:
    """What is sent is the whole difference, and touches neither a shared start nor a shared end."""
    edits = fixes.minimal(before, after)
    text = before
    for start, end, new in edits:
        text = text[:start] + new + text[end:]
        old = before[start:end]
        at_line_end = before[start : start + 1] == "\r" or before[end - 1 : end + 1] == "\r\n" or old[-1:] == "\n"
        assert at_line_end or not (old and new and (old[0] == new[0] or old[-1] == new[-1]))
    assert text == after
    assert len(edits) == (before != after)


@given(TEXTS, TEXTS)
def test_a_minimal_edit_never_cuts_a_line_end(before: str, after: str) -> None:
    """An editor has no name for the place between a carriage return and its line feed."""
    for edit in fixes.minimal(before, after):
        for offset in (edit.start, edit.end):
            assert before[max(0, offset - 1) : offset + 1] != "\r\n" or offset == 0


def _finding(rule: str, span: Span, *fixes: Fix) -> Finding:
    return Finding("X1", rule, Severity.WARNING, span, "m", fixes)


def test_fix_all_takes_safe_fixes_only_unless_a_rule_is_named() -> None:
    """`source.fixAll` promises the same behaviour; a person who names a rule has decided."""

    def check(doc: Document) -> Report:
        found = []
        for word, applicability in (("one", "safe"), ("two", "unsafe"), ("six", "displayonly")):
            at = doc.text.find(word)
            if at >= 0:
                fix = Fix("f", (Edit(at, at + 3, "XYZ"),), applicability=applicability)  # type: ignore[arg-type]
                found.append(_finding(word, Span(at, at + 3), fix))
        return Report(tuple(found))

    doc = Document("one; two; six")
    assert fixes.fix_all(doc, check, "") == (Edit(0, 3, "XYZ"),)
    assert fixes.fix_all(doc, check, "two") == (Edit(5, 8, "XYZ"),)
    assert fixes.fix_all(doc, check, "six") == ()


def test_a_rule_is_named_only_inside_the_brackets_of_an_ignore_comment() -> None:
    """Hover shows a page where a rule is meant, not wherever its name occurs."""
    doc = Document("no-timeout\nx = 1  # resilint: ignore[no-timeout, other-rule] why no-timeout\n")
    first, second = doc.text.index("[no-timeout") + 1, doc.text.index("other-rule")
    assert fixes.named_rule(doc, first) == Span(first, first + 10)
    assert fixes.named_rule(doc, second + 3) == Span(second, second + 10)
    assert fixes.named_rule(doc, 3) is None
    assert fixes.named_rule(doc, doc.text.index("why") + 6) is None


def test_messages_survive_the_pipe_in_both_readings() -> None:
    """The blocking reader of the child and the loop's reader see the same."""
    message = b"[\r\n\x00\xff]"
    data = pipe.pack(message) * 2

    async def receive() -> list[bytes | None]:
        stream = asyncio.StreamReader()
        stream.feed_data(data + b"\x00")
        stream.feed_eof()
        return [await pipe.receive(stream) for _ in range(3)]

    stream = io.BytesIO(data + b"\x00")
    assert [pipe.read(stream) for _ in range(3)] == [message, message, None]
    assert asyncio.run(receive()) == [message, message, None]


def _frame(body: bytes, head: bytes = b"Content-Length: %d\r\n\r\n") -> bytes:
    return head % len(body) + body


@pytest.mark.parametrize(
    "stream",
    [
        _frame(b'{"a":1}'),
        _frame(b'{"a":1}', b"content-length:%d\r\nContent-Type: x; charset=utf-8\r\n\r\n"),
        b"nonsense\r\n\r\n" + _frame(b'{"a":1}'),
        b"Content-Length: many\r\n\r\n" + _frame(b'{"a":1}'),
        b"Content-Length: %d\r\n\r\n" % (LARGEST + 1) + bytes(LARGEST + 1) + _frame(b'{"a":1}'),
    ],
    ids=["plain", "other-case", "no-header", "no-number", "too-large"],
)
def test_a_message_is_found_behind_what_cannot_be_read(stream: bytes) -> None:
    """One bad message does not cost the next."""
    got: list[Any] = []
    read_messages(io.BytesIO(stream), got.append)
    assert got == [{"a": 1}]


@pytest.mark.parametrize("body", [b"{", b'"\xff"', b"[" * 200_000, b"nul"])
def test_a_body_that_is_not_json_is_handed_on_as_such(body: bytes) -> None:
    """Broken, undecodable and bottomless JSON is distinguished from messages, and reading goes on."""
    got: list[Any] = []
    read_messages(io.BytesIO(_frame(body) + _frame(b"[]")), got.append)
    assert isinstance(got[0], Malformed)
    assert got[1:] == [[]]


def test_wishes_are_read_in_every_shape_that_editors_send() -> None:
    """Kebab and camel case, wrapped and bare, switches as flags and as tables."""
    assert EditorSettings.read({"resilint": {"extendSelect": ["A"]}}).given == {"extend-select": ["A"]}
    assert EditorSettings.read({"settings": {"extend-select": ["A"], "path": "x"}}).given == {"extend-select": ["A"]}
    assert EditorSettings.read({"inlayHints": {"enable": False}}).inlay_hints is False
    assert EditorSettings.read({"workspace-diagnostics": True}).workspace_diagnostics is True
    for nonsense in (None, 3, "x", [1], {"hover": "yes"}, {"ignore": None}):
        assert EditorSettings.read(nonsense) == EditorSettings()


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32", "utf-8"], "utf-32"),
        (["latin-1", "utf-16", "utf-8"], "utf-16"),
        (["latin-1"], "utf-16"),
        (None, "utf-16"),
    ],
)
def test_the_clients_first_choice_of_units_is_taken(offered: Any, chosen: str) -> None:
    """And the protocol's default where it has none that we know."""
    general = types.GeneralClientCapabilities(position_encodings=offered)
    assert Client.read(types.ClientCapabilities(general=general)).encoding == chosen


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a%20b/c.py", "/a b/c.py"),
        ("untitled:Untitled-1", ""),
        ("git:/a.py?x", ""),
        ("file:///a%00b.py", ""),
        ("nonsense", ""),
    ],
)
def test_only_files_have_paths(uri: str, path: str) -> None:
    """What is not a file's uri names no file."""
    assert convert.path(uri) == path


def test_whoever_waits_for_findings_gets_those_of_the_newest_text() -> None:
    """A report about an older text, or older settings, ends no request."""

    async def run() -> Any:
        reports = DiagnosticsStore()
        doc = OpenDocument("u", 1, "a", "utf-16")
        reports.expect("u", 5)
        waiting = asyncio.ensure_future(reports.wait(doc))
        await asyncio.sleep(0)
        reports.learn(doc, 4, ())
        await asyncio.sleep(0)
        assert not waiting.done()
        doc.version = 2
        reports.learn(doc, 5, ())
        known = await waiting
        later = asyncio.ensure_future(reports.wait(OpenDocument("u", 3, "a", "utf-16")))
        await asyncio.sleep(0)
        reports.drop("u")
        return known.version, await later

    assert asyncio.run(run()) == (2, None)


def test_a_result_id_stands_for_what_is_shown() -> None:
    """Equal findings have equal ids, others do not."""
    one = Mark(Span(0, 1), "X1", "x", "error", "a")
    assert convert.result_id([one]) == convert.result_id([one._replace(span=Span(0, 1))])
    assert convert.result_id([one]) != convert.result_id([one._replace(span=Span(1, 2))])


def test_the_calls_of_one_client_are_mended_together() -> None:
    """If there are others beside them: else it is the same as all of a kind."""
    text = "one.get()\none.put()\ntwo.get()\n"

    def calls(*owners: str) -> tuple[Finding, ...]:
        places = [(owner, text.index(f"{owner}()") + len(owner) + 1) for owner in owners]
        return tuple(
            Finding("X1", "x", Severity.WARNING, Span(at - 8, at), "m", (Fix("f", (Edit(at, at, "3"),)),), client=o[:3])
            for o, at in places
        )

    def titles(*owners: str) -> dict[str, Any]:
        engine = Engine(lambda *_: Report(), lambda *_: None, lambda *_: (), str, str)
        view = View(Document(text), Project(lambda _: None), Settings(), Report(calls(*owners)), engine, 0)
        found = actions(view, ActionsQuestion("u", 1, Span(2, 2), ("quickfix",), lazy=True))
        return {offer.title: offer.edits for offer in found}

    title = "Fix x for all 2 calls of this client in this file (unsafe)"
    (edit,) = titles("one.get", "one.put", "two.get")[title]
    assert text[: edit[0]] + edit[2] + text[edit[1] :] == "one.get(3)\none.put(3)\ntwo.get()\n"
    assert title not in titles("one.get", "one.put")
    assert title not in titles("one.get", "two.get")


def test_a_fix_that_does_damage_is_not_offered() -> None:
    """Neither alone, nor for all calls of a client, nor for all of a kind; the ignores stay."""
    text = "def f():\n    one.get()\n    one.put()\n    two.get()\n"

    def titles(edit: Edit) -> list[str]:
        owners = ("one.get", "one.put", "two.get")
        places = [Span(text.index(owner), text.index(owner) + 7) for owner in owners]
        findings = tuple(
            Finding("X1", "x", Severity.WARNING, place, "m", (Fix("f", (edit,)),), client=text[place[0] : place[0] + 3])
            for place in places
        )
        engine = Engine(lambda *_: Report(findings), lambda *_: None, lambda *_: (), str, str)
        view = View(Document(text), Project(lambda _: None), Settings(), Report(findings), engine, 0)
        return [
            offer.title for offer in actions(view, ActionsQuestion("u", 1, Span(14, 14), ("quickfix",), lazy=False))
        ]

    at = text.index("    one.put")
    assert titles(Edit(at, at, "def g():\n")) == ["Ignore x for this line", "Ignore x in this file"]
    assert "f (unsafe)" in titles(Edit(at, at, "    pass\n"))


def offered(question: ActionsQuestion, *trusts: str) -> list[str]:
    """The titles that are offered for findings of one rule, each on a line of its own, by how far to trust the fix."""
    text = "".join(f"call{number}()\n" for number in range(len(trusts)))
    findings = tuple(
        _finding(
            "x",
            Span(number * 8, number * 8 + 5),
            Fix("f", (Edit(number * 8 + 6, number * 8 + 6, "1"),), applicability=trust),
        )
        for number, trust in enumerate(trusts)
    )
    engine = Engine(lambda *_: Report(findings), lambda *_: None, lambda *_: (), str, str)
    view = View(Document(text), Project(lambda _: None), Settings(), Report(findings), engine, 0)
    return [offer.title for offer in actions(view, question)]


def test_a_finding_that_the_editor_names_is_meant_wherever_the_cursor_is() -> None:
    """Neovim asks with the line's findings; another rule, or another place, is not meant."""

    def at_end(*named: Named) -> list[str]:
        return offered(ActionsQuestion("u", 1, Span(15, 15), ("quickfix",), lazy=True, named=named), "safe", "safe")

    assert at_end() == []
    assert at_end(Named(Span(8, 13), "x"))[:2] == ["f", "Fix all x in this file"]
    assert at_end(Named(Span(8, 13), "y")) == at_end(Named(Span(16, 16), "x")) == []


def test_an_editor_that_applies_every_action_gets_one() -> None:
    """The preferred fix, or none: Kate would also write the comment that ignores it."""
    question = ActionsQuestion("u", 1, Span(0, 2), None, lazy=False, named=(Named(Span(0, 5), "x"),), single=True)
    assert offered(question, "unsafe") == ["f (unsafe)"]
    assert offered(question, "displayonly") == []
    assert offered(question._replace(named=()), "unsafe") == []


@pytest.mark.parametrize(
    ("only", "trusts", "titles"),
    [
        (("source.fixAll",), ("unsafe", "unsafe"), []),
        (("source.fixAll",), ("unsafe", "safe"), ["Fix all that is safe in this file"]),
        (("source.fixAll.resilint",), ("unsafe", "unsafe"), []),
        (("source.fixAll.resilint.unsafe",), ("unsafe", "unsafe"), ["Fix all 2 in this file (unsafe)"]),
        (("source.fixAll.resilint.unsafe",), ("unsafe",), ["Fix all 1 in this file (unsafe)"]),
        (("source.fixAll.resilint.unsafe",), ("safe",), []),
        (
            ("source",),
            ("safe", "unsafe"),
            ["Fix all that is safe in this file", "Fix all 2 in this file (1 of them unsafe)"],
        ),
    ],
)
def test_unsafe_fixes_are_never_applied_on_saving(
    only: tuple[str, ...], trusts: tuple[str, ...], titles: list[str]
) -> None:
    """An editor that saves wants all fixes of a kind, and gets the safe ones."""
    assert offered(ActionsQuestion("u", 1, Span(0, 0), only, lazy=True), *trusts) == titles


@given(st.lists(st.sampled_from(["a", "b", "", "c\f"])), st.lists(st.sampled_from(["a", "b", "x", ""])))
def test_each_changed_place_is_an_edit(before: list[str], after: list[str]) -> None:
    """Together they make one text of the other."""
    old, new = "\n".join(before), "\n".join(after)
    text = old
    for start, end, content in reversed(fixes.hunks(old, new)):
        text = text[:start] + content + text[end:]
    assert text == new


def test_edits_of_several_changes_build_on_each_other() -> None:
    """A range that is the wrong way round is an insertion; one outside of the text is moved to its end."""
    doc = OpenDocument("u", 1, "ab\ncd", "utf-16")

    def change(start: tuple[int, int], end: tuple[int, int], text: str) -> types.TextDocumentContentChangePartial:
        return types.TextDocumentContentChangePartial(
            text=text, range=types.Range(types.Position(*start), types.Position(*end))
        )

    changes = [change((0, 1), (0, 0), "X"), change((9, 0), (9, 9), "!"), change((0, 0), (1, 1), "")]
    edits = convert.edits(doc, changes)
    assert edits == [Edit(1, 1, "X"), Edit(6, 6, "!"), Edit(0, 5, "")]
    assert doc.text == "d!"


def test_the_capabilities_of_an_editor_that_has_them_all() -> None:
    """Those that are announced in an older place count as well."""
    client = Client.read(
        types.ClientCapabilities(
            text_document=types.TextDocumentClientCapabilities(
                diagnostic=types.DiagnosticClientCapabilities(related_information=True, tag_support=None),
                publish_diagnostics=types.PublishDiagnosticsClientCapabilities(code_description_support=True),
            ),
            window=types.WindowClientCapabilities(work_done_progress=True),
        )
    )
    assert (client.pull, client.related, client.pages, client.tags, client.progress) == (True, True, True, False, True)


def test_an_unused_ignore_is_faded_where_the_editor_can() -> None:
    """By a tag; other findings have none."""
    doc = OpenDocument("u", 1, "ab", "utf-16")
    unused = Mark(Span(0, 1), "IGN001", convert.UNUSED, "info", "m")
    (faded,) = convert.diagnostics(doc, [unused], Client(tags=True))
    assert faded.tags == [types.DiagnosticTag.Unnecessary]
    assert convert.diagnostic(doc, unused, Client()).tags is None
    assert convert.diagnostic(doc, unused._replace(rule="x"), Client(tags=True)).tags is None
