"""Joins of abstract values, their alternatives, and when two of them are the same."""

from __future__ import annotations

import libcst as cst
import pytest

from resilint_rules.kit.interp.kinds import EventKind
from resilint_rules.kit.interp.parts.operators import either
from resilint_rules.kit.interp.values import (
    NONE,
    UNKNOWN,
    Argument,
    Arguments,
    Const,
    Event,
    Instance,
    Mapping,
    OneOf,
    Ref,
    Sequence,
    Unknown,
    Value,
    join,
    keys,
    literal,
    options,
    present,
)

NODE = cst.Name("x")
ONE, TRUE = Const(1), Const(True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Const(1), Const(True)),
        (Const(0), Const(False)),
        (Const(1), Const(1.0)),
        (Const("a"), Const(b"a")),
        (Const(1), Const(1, soft=True)),
        (Const(1), Const(1, name="LIMIT")),
        (Const(None), UNKNOWN),
        (Sequence((ONE,)), Sequence((TRUE,))),
        (Unknown("a"), Unknown("b")),
        (Ref("a"), Const("a")),
        (Mapping(), Mapping()),
        (Instance("a"), Instance("a")),
    ],
)
def test_values_that_differ(one: Value, other: Value) -> None:
    """A join keeps both; objects with a history are the same only if they are one object."""
    assert one != other
    joined = join([one, other])
    assert isinstance(joined, OneOf)
    assert [type(option) for option in joined.options] == [type(one), type(other)]
    assert joined.options[0] is one
    assert joined.options[1] is other


@pytest.mark.parametrize("value", [ONE, TRUE, UNKNOWN, Ref("a"), Sequence((ONE, TRUE)), Const("a", soft=True)])
def test_equal_values_are_one(value: Value) -> None:
    """A join of equals is one of them, and they have one hash."""
    same = type(value)(*(getattr(value, name) for name in value.__dataclass_fields__))
    assert same is not value
    assert join([value, same]) is value
    assert hash(same) == hash(value)


def test_a_join_of_nothing_is_unknown() -> None:
    """No path says what it is."""
    assert join([]) == UNKNOWN


def test_a_join_of_joins_is_flat() -> None:
    """Alternatives of alternatives are alternatives, in the order of the paths, each of them once."""
    joined = join([join([ONE, TRUE]), TRUE, join([NONE, ONE])])
    assert joined == OneOf((ONE, TRUE, NONE))
    assert options(joined) == (ONE, TRUE, NONE)
    assert options(ONE) == (ONE,)


@pytest.mark.parametrize(("count", "last"), [(8, Const(7)), (9, UNKNOWN), (20, UNKNOWN)])
def test_many_alternatives_end_in_unknown(count: int, last: Value) -> None:
    """At most eight are kept; one of them says that there are more."""
    found = options(join([Const(number) for number in range(count)]))
    assert len(found) == 8
    assert found[-1] == last


def test_what_can_be_used() -> None:
    """An attribute can only be read of what is not None."""
    client = Instance("requests.Session")
    assert present(join([NONE, client])) is client
    assert present(join([NONE, Const(False), client])) == OneOf((Const(False), client))
    assert present(NONE) is NONE


def test_a_client_that_may_be_given() -> None:
    """In place of one that is made, an unknown value is a client of the same type; in place of another it is not."""
    made = Instance("requests.Session", made=object())  # type: ignore[arg-type]
    first, second = options(either(made, UNKNOWN))
    assert first is made
    assert isinstance(second, Instance)
    assert (second.type, second.made, second.origin) == ("requests.Session", None, "given")
    assert options(either(UNKNOWN, made))[0] is made
    annotated = Instance("requests.Session", origin="annotation")
    assert either(annotated, UNKNOWN) == OneOf((annotated, UNKNOWN))
    assert either(ONE, ONE) is ONE


def test_hard_literals() -> None:
    """A default of the environment is no literal."""
    assert literal(Const(5)) == 5
    assert literal(Const(5, soft=True)) is ...
    assert literal(UNKNOWN) is ...
    assert literal(None) is ...


def test_keys_of_a_mapping() -> None:
    """They are known if nothing can have been added."""
    assert keys(Mapping({"a": (ONE, NODE)})) == {"a"}
    assert keys(Mapping({"a": (ONE, NODE)}, open=True)) is None
    assert keys(UNKNOWN) is None
    assert keys(None) is None


def test_keys_that_are_removed() -> None:
    """Whatever is removed may still be there on another path."""
    mapping = Mapping({"a": (ONE, NODE), "b": (TRUE, NODE)})
    mapping.remove(Const("a"))
    assert (list(mapping.items), mapping.open) == (["b"], True)
    mapping.remove(UNKNOWN)
    assert (list(mapping.items), mapping.open) == ([], True)


def test_events_are_kept_once_for_each_place() -> None:
    """A second pass joins the values; another place, method or number of arguments is another event."""
    client, other = Instance("requests.Session"), cst.Name("x")
    client.note(Event(EventKind.SET, "verify", (ONE,), NODE))
    client.note(Event(EventKind.SET, "verify", (TRUE,), NODE))
    client.note(Event(EventKind.SET, "verify", (TRUE,), other))
    client.note(Event(EventKind.CALL, "mount", (ONE,), NODE))
    client.note(Event(EventKind.CALL, "mount", (ONE, TRUE), NODE))
    found = [(event.kind, event.name, event.values) for event in client.events]
    assert found == [
        (EventKind.SET, "verify", (OneOf((ONE, TRUE)),)),
        (EventKind.SET, "verify", (TRUE,)),
        (EventKind.CALL, "mount", (ONE,)),
        (EventKind.CALL, "mount", (ONE, TRUE)),
    ]


class Parameter:
    """A parameter of a catalogue entry."""

    def __init__(self, name: str, index: int) -> None:
        self.name, self.index = name, index


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (Arguments([Argument(ONE, NODE), Argument(TRUE, NODE)]), TRUE),
        (Arguments([Argument(ONE, NODE)]), None),
        (Arguments([], {"timeout": Argument(ONE, NODE)}), ONE),
        (Arguments([Argument(ONE, NODE), Argument(ONE, NODE)], {"timeout": Argument(TRUE, NODE)}), TRUE),
        (Arguments(open_names=True), Unknown("a spread may hold it")),
        (Arguments(open_positions=True), Unknown("a spread may hold it")),
    ],
)
def test_the_argument_for_a_parameter(args: Arguments, expected: Value | None) -> None:
    """By name, by position, or unknown where a spread may hold it."""
    assert args.value(Parameter("timeout", 1)) == expected  # type: ignore[arg-type]
    assert args.value(None) is None


def test_a_parameter_without_a_position() -> None:
    """A spread of positions cannot hold what is given by name alone."""
    args = Arguments([Argument(ONE, NODE)], open_positions=True)
    assert args.value(Parameter("timeout", -1)) is None  # type: ignore[arg-type]
