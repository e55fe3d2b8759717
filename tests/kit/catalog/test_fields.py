"""Records of the catalogue: what is read, what is refused, and with which words."""

from __future__ import annotations

from typing import Any

import pytest

from resilint_rules.kit.catalog.fields import Record, Refused
from resilint_rules.kit.catalog.lookup import RECORDS, Catalog, build, described
from resilint_rules.kit.catalog.parts import Param
from resilint_rules.kit.catalog.policies import RetryFact
from resilint_rules.kit.catalog.records import CallFact, ClientFact, ExternalFact


def call(**keys: Any) -> dict[str, Any]:
    """A library with one call."""
    return {"library": "pay", "import": ["pay"], "call": [{"names": ["pay.charge"], **keys}]}


def charge(**keys: Any) -> CallFact:
    """The record of that call."""
    found = build(call(**keys)).facts["call", "pay.charge"]
    assert isinstance(found, CallFact)
    return found


def test_an_entry_is_a_record_with_types() -> None:
    """Lists are tuples, phases are split, "none" is None, and what is left out has its default."""
    timeout = [{"param": "timeout", "phases": "connect+read", "index": 2}]
    found = charge(timeout=timeout, default={"connect": 5, "read": "none"}, tuple="connect+read", missing="flag")
    assert found.timeout == (Param("timeout", 2, ("connect", "read")),)
    assert found.default == {"connect": 5.0, "read": None}
    assert (found.members, found.missing, found.unit, found.streams) == (("connect", "read"), "flag", "s", False)
    assert (found.kind, found.library, found.name, found.retries) == ("call", "pay", "pay.charge", None)


def test_a_record_is_frozen_and_compared_by_what_was_given() -> None:
    """Two entries in the same words are equal; a change needs a copy."""
    first, second = charge(missing="ok"), charge(missing="ok")
    assert first == second and hash(first) == hash(second)
    assert first != charge(missing="flag")
    assert first.replaced(missing="flag") == charge(missing="flag")
    with pytest.raises(AttributeError, match="frozen"):
        first.missing = "flag"


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"timout": []}, "`timout` is not a key of this table; the closest is `timeout`"),
        ({"xyzzy": 1}, "`xyzzy` is not a key of this table"),
        ({"timeout": [{"parm": "t"}]}, "`timeout.parm` is not a key of this table; the closest is `param`"),
        ({"timeout": [{"index": 1}]}, "`timeout` needs the key `param`"),
        ({"timeout": {"param": "t"}}, "`timeout` must be a list of tables, not a table"),
        ({"retries": {"attempts": "3"}}, "`retries.attempts` must be a whole number, not '3'"),
        ({"retries": {"attempts": True}}, "`retries.attempts` must be a whole number, not True"),
        ({"streams": "yes"}, "`streams` must be true or false, not 'yes'"),
        ({"default": {"read": "never"}}, "`default.read` must be seconds or \"none\", not 'never'"),
        ({"default": {"read": True}}, '`default.read` must be seconds or "none", not True'),
        ({"missing": "maybe"}, '`missing` must be one of flag, ok, partial, inherit, n/a, unknown, not "maybe"'),
        ({"raises": {"timeout": "OSError"}}, "`raises.timeout` must be a list of texts, not 'OSError'"),
        ({"tails": ["watch", 1]}, "`tails` must be a list of texts, not 1"),
        ({"writes": 3}, "`writes` must be a text or a table of texts, not 3"),
        ({"names": []}, "`call` needs the key `names`"),
        ({"like": "pay.refund"}, '`call` "pay.refund" is no call above, so that nothing can be like it'),
    ],
)
def test_a_mistake_is_refused_with_its_place(keys: dict[str, Any], problem: str) -> None:
    """The message names table, entry and key, what is expected, and the key that is spelled most like it."""
    with pytest.raises(Refused) as caught:
        build(call(**keys))
    assert str(caught.value).removeprefix("[[call]] pay.charge: ") == problem


def test_a_mistake_at_the_top_is_refused() -> None:
    """Keys of the file are checked like those of entries."""
    for data, problem in (
        (
            {"library": "pay", "import": ["pay"], "impot": []},
            "`impot` is not a key of this table; the closest is `import`",
        ),
        ({"import": ["pay"]}, "needs the key `library`"),
        ({"library": "pay", "call": {"names": []}}, "`call` must be a list of tables"),
        ({"library": "pay", "call": ["pay.charge"]}, "`call` must be a list of tables"),
    ):
        with pytest.raises(Refused) as caught:
            build(data)
        assert str(caught.value) == problem


def test_an_empty_table_takes_back_what_is_inherited() -> None:
    """An entry that is like another has its keys, but those that it gives again."""
    data = call(retries={"attempts": 3}, target={"param": "url"}, missing="flag")
    data["call"].append({"names": ["pay.refund"], "like": "pay.charge", "retries": {}})
    refund = build(data).facts["call", "pay.refund"]
    assert isinstance(refund, CallFact)
    assert (refund.retries, refund.missing, refund.target) == (None, "flag", Param("url"))


def test_keys_that_differ_by_version_are_checked_too() -> None:
    """A mistake is refused whatever version is in use."""
    for versions, problem in (
        ([{"range": "<2", "missin": "flag"}], "`missin` is not a key of this table; the closest is `missing`"),
        ([{"missing": "flag"}], "`versions` needs the key `range`, a text"),
    ):
        with pytest.raises(Refused) as caught:
            build(call(versions=versions))
        assert str(caught.value).removeprefix("[[call]] pay.charge: ") == problem


def test_a_record_is_looked_up_by_its_class() -> None:
    """The class names the table; a method is found on the type that its own extends."""
    catalog = Catalog()
    found = catalog.fact(ClientFact, "requests.Session")
    assert isinstance(found, ClientFact) and isinstance(found, ExternalFact)
    assert found is catalog.fact("client", "requests.Session")
    assert catalog.fact(RetryFact, "requests.Session") is None
    assert isinstance(catalog.method(CallFact, "requests.Session", "get"), CallFact)


def test_a_project_describes_its_own_client_in_the_same_words() -> None:
    """Rules to ignore are no part of a description, and the name is the import if none is given."""
    library = described("pay", {"ignore": ("TMO001",), "call": [{"names": ["pay.charge"], "missing": "flag"}]})
    assert (library.name, library.imports, library.distribution) == ("pay", ("pay",), "pay")
    assert set(library.facts) == {("call", "pay.charge")}


@pytest.mark.parametrize("record", RECORDS.values(), ids=lambda record: record.__name__)
def test_an_entry_without_keys_has_the_default_of_each(record: type[Record]) -> None:
    """A record answers every question, so that no reader has to know whether a key was given."""
    empty = record(library="", name="")
    for key in record.KEYS.values():
        assert getattr(empty, key.attribute) == key.default
