"""Messages between the processes survive their JSON, and nothing else is accepted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.lsp.channel import codec
from resilint.lsp.channel.codec import from_json, numbered_from_json, to_json
from resilint.lsp.channel.json_fields import BadMessageError
from resilint.lsp.channel.messages import (
    AboutAnswer,
    AboutQuestion,
    ActionsAnswer,
    ActionsQuestion,
    Busy,
    Change,
    Checked,
    Close,
    Completion,
    CompletionAnswer,
    CompletionQuestion,
    FilesChanged,
    FixAllAnswer,
    FixAllQuestion,
    Forget,
    FromWorker,
    HintsAnswer,
    HintsQuestion,
    HintText,
    HoverAnswer,
    HoverQuestion,
    HoverText,
    Idle,
    LensesAnswer,
    LensesQuestion,
    LensText,
    Mark,
    Named,
    NoAnswer,
    Numbered,
    Offer,
    Open,
    Problem,
    ReadingSettings,
    RelatedMark,
    Root,
    Roots,
    ScanAnswer,
    ScannedDocument,
    ScannedFile,
    ScanProgress,
    ScanQuestion,
    ToWorker,
)
from resilint_rules.kit.syntax.text import Edit, Span

TEXT = st.text(st.sampled_from("a\u2028😀\r\n\x00\"'"), max_size=4)
NUMBER = st.integers(-1, 9)
SPAN = st.builds(Span, NUMBER, NUMBER)


def many(strategy: Any) -> Any:
    """Tuples of at most two."""
    return st.lists(strategy, max_size=2).map(tuple)


EDITS = many(st.builds(Edit, NUMBER, NUMBER, TEXT))
GIVEN = st.dictionaries(TEXT, st.sampled_from([1, "a", None, True, [1], {"b": 2.5}]), max_size=2)
RELATED = st.builds(RelatedMark, TEXT, TEXT, SPAN, NUMBER)
MARKS = many(st.builds(Mark, SPAN, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, many(RELATED)))
PROGRESS = (NUMBER, NUMBER, NUMBER)
OFFER = st.builds(Offer, TEXT, TEXT, st.booleans(), NUMBER, st.none() | EDITS, TEXT, st.booleans(), TEXT, TEXT)
TO_WORKER: tuple[Any, ...] = (
    st.builds(Roots, many(st.builds(Root, TEXT, GIVEN)), GIVEN, many(TEXT)),
    st.builds(Open, TEXT, TEXT, NUMBER, TEXT, many(TEXT)),
    st.builds(Change, TEXT, NUMBER, EDITS),
    st.builds(Close, TEXT),
    st.builds(FilesChanged, many(TEXT), st.booleans()),
    st.builds(
        ActionsQuestion,
        *(TEXT, NUMBER, SPAN, st.none() | many(TEXT), st.booleans(), many(st.builds(Named, SPAN, TEXT)), st.booleans()),
    ),
    st.builds(FixAllQuestion, TEXT, NUMBER, TEXT, st.booleans()),
    st.builds(CompletionQuestion, TEXT, NUMBER, NUMBER),
    st.builds(HoverQuestion, TEXT, NUMBER, NUMBER),
    st.builds(HintsQuestion, TEXT, NUMBER, SPAN),
    st.builds(LensesQuestion, TEXT, NUMBER),
    st.builds(AboutQuestion, TEXT, NUMBER),
    st.builds(ScanQuestion, many(TEXT)),
    st.builds(Forget, NUMBER),
)
FROM_WORKER: tuple[Any, ...] = (
    st.builds(Busy, TEXT, TEXT, st.integers()),
    st.builds(ReadingSettings, TEXT, TEXT),
    st.builds(Idle, NUMBER),
    st.builds(Problem, TEXT),
    st.builds(Checked, TEXT, NUMBER, NUMBER, MARKS),
    st.builds(ScanProgress, *PROGRESS),
    st.builds(ScannedDocument, *PROGRESS, TEXT, NUMBER, MARKS),
    st.builds(ScannedFile, *PROGRESS, TEXT, TEXT, MARKS),
    st.builds(ActionsAnswer, NUMBER, many(OFFER)),
    st.builds(FixAllAnswer, NUMBER, EDITS),
    st.builds(HoverAnswer, NUMBER, st.none() | st.builds(HoverText, SPAN, TEXT)),
    st.builds(HintsAnswer, NUMBER, many(st.builds(HintText, NUMBER, TEXT, TEXT))),
    st.builds(CompletionAnswer, NUMBER, many(st.builds(Completion, SPAN, TEXT, TEXT, TEXT, TEXT))),
    st.builds(AboutAnswer, NUMBER, TEXT, TEXT, TEXT, st.booleans(), NUMBER),
    st.builds(LensesAnswer, NUMBER, many(st.builds(LensText, SPAN, TEXT))),
    st.builds(ScanAnswer, NUMBER, NUMBER),
    st.builds(NoAnswer, NUMBER, TEXT),
)


def types(value: Any) -> Any:
    """The types of a record and of all that is in it: equal tuples may be of different types."""
    return type(value), [types(part) for part in value] if isinstance(value, tuple) else ()


@given(st.integers(0, 9), st.one_of(*TO_WORKER))
def test_a_message_to_the_worker_survives(serial: int, message: ToWorker) -> None:
    """With its number, and down to the types of the records in it."""
    numbered = Numbered(serial, message)
    data = to_json(numbered)
    assert data.isascii()
    assert numbered_from_json(data) == numbered
    assert types(numbered_from_json(data)) == types(numbered)


@given(st.one_of(*FROM_WORKER))
def test_a_message_from_the_worker_survives(message: FromWorker) -> None:
    """Down to the types of the records in it."""
    assert from_json(to_json(message)) == message
    assert types(from_json(to_json(message))) == types(message)


@pytest.mark.parametrize(("union", "tried"), [(ToWorker, TO_WORKER), (FromWorker, FROM_WORKER)])
def test_every_kind_of_message_is_tried(union: Any, tried: tuple[Any, ...]) -> None:
    """A new kind must be added above."""
    kinds = get_args(union)
    assert len(tried) == len(codec._by_tag(union)) >= len(kinds)


CHECKED = Checked(
    "u", 1, 2, (Mark(Span(0, 1), "c", "r", "error", "m", related=(RelatedMark("m", "", Span(0, 0), 0),)),)
)


def changed(change: Callable[[list[Any]], Any]) -> bytes:
    """The JSON of a message in which one thing is different."""
    value = json.loads(to_json(CHECKED))
    change(value)
    return json.dumps(value).encode()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b"{}", "not an array with a tag: {}"),
        (b"[]", "not an array with a tag: []"),
        (b"[[]]", "unknown message from the worker: []"),
        (b'["Nothing"]', "unknown message from the worker: 'Nothing'"),
        (to_json(Numbered(3, Close("u"))), "unknown message from the worker: 3"),
        (b'["Close","u"]', "unknown message from the worker: 'Close'"),
        (b'["Idle"]', "`Idle`: `Idle` has 1 fields, not 0"),
        (b'["Idle",1,2]', "`Idle`: `Idle` has 1 fields, not 2"),
        (b'["Idle","1"]', "`Idle`: serial: expected an integer, got '1'"),
        (b'["Idle",true]', "`Idle`: serial: expected an integer, got True"),
        (b'["Busy",null,"",0]', "`Busy`: uri: expected a string, got None"),
        (b'["HoverAnswer",1,7]', "`HoverAnswer`: hover: expected an array, got 7"),
        (changed(lambda value: value[4].__setitem__(0, "m")), "marks: expected an array, got 'm'"),
        (changed(lambda value: value[4][0].__setitem__(1, 5)), "marks: code: expected a string, got 5"),
        (changed(lambda value: value[4][0][7][0][2].append(9)), "marks: related: span: `Span` has 2 fields, not 3"),
        (changed(lambda value: value.__setitem__(4, "x" * 200)), "marks: expected an array, got 'xxx"),
    ],
)
def test_a_bad_message_is_an_error_that_says_where(data: bytes, error: str) -> None:
    """And never a record whose fields have other types; the error is short whatever was sent."""
    with pytest.raises(BadMessageError) as raised:
        from_json(data)
    assert error in str(raised.value)
    assert len(str(raised.value)) < 250


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (to_json(Idle(1)), "a message to the worker without a number: 'Idle'"),
        (b'[true,"Close","u"]', "without a number: True"),
        (b"[1]", "unknown message to the worker: None"),
        (b'[1,"Idle",1]', "unknown message to the worker: 'Idle'"),
        (b'[1,"FilesChanged",["a"],1]', "settings: expected true or false, got 1"),
        (b'[1,"Roots",[["/r",[]]],{},[]]', "roots: given: expected an object, got []"),
        (b'[1,"ActionsQuestion","u",1,[0,0],[1],false,[],false]', "only: expected a string, got 1"),
        (b'[1,"Forget",1.5]', "number: expected an integer, got 1.5"),
    ],
)
def test_a_bad_message_to_the_worker_is_an_error_too(data: bytes, error: str) -> None:
    """The same in the other direction."""
    with pytest.raises(BadMessageError) as raised:
        numbered_from_json(data)
    assert error in str(raised.value)
