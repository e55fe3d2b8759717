"""Keys of the catalogue that nothing reads: a fact without a reader is not checked by anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from architecture.modules import ROOT, read_modules
from resilint_rules.kit.catalog.fields import Record
from resilint_rules.kit.catalog.lookup import RECORDS, Library
from resilint_rules.kit.catalog.records import ExternalFact, Fact, ValueFact

DECLARES = "resilint_rules.kit.catalog.fields"
"""The module that reads every key to declare it."""
RAW = ("tests/rules/test_catalog.py", "rules/resilint_rules/generate.py", "rules/resilint_rules/kit/catalog/lookup.py")
"""Files that read entries as written, by the names of keys."""
UNREAD: dict[str, set[str]] = {
    "AdapterFact": {"limits_rate", "mounted"},
    "AdapterRetries": {"int_retries"},
    "CallFact": {"discards", "idempotency", "keepalive", "safe", "server_limit"},
    "ClientFact": {
        "acks",
        "environment",
        "errors_key",
        "host_key",
        "inert_when_sync",
        "keepalive",
        "limits_rate",
        "local",
        "reconnects",
    },
    "CompareFact": {"constant_time"},
    "ConditionFact": {"narrows"},
    "ExternalFact": {"graphql"},
    "Forever": {"forever"},
    "LimitFact": {"environment", "loading"},
    "LimiterFact": {"period", "rate"},
    "RetryFact": {
        "growth",
        "older_deadline",
        "on_by_default",
        "raise_on_giveup",
        "raise_on_status",
        "renamed_versions",
        "wait_most",
    },
    "RouteFact": {"outside"},
    "StopFact": {"combines"},
    "TokenFact": {"audience", "validate"},
    "WaitFact": {"combines", "grows", "most"},
}
"""Keys by record that are facts for rules which do not exist yet: a list that may only shrink."""


def records() -> Iterator[type[Record]]:
    """Every record of the catalogue, those of tables inside entries included."""
    todo: list[type[Record]] = [Library, Fact, ValueFact, ExternalFact, *RECORDS.values()]
    for record in todo:  # grows
        yield record
        parts = [key.record for key in record.KEYS.values() if key.record is not None]
        bases = [base for base in record.__bases__ if issubclass(base, Record) and base is not Record]
        todo.extend(dict.fromkeys(part for part in (*parts, *bases) if part not in todo))


def test_every_key_has_a_reader() -> None:
    """A declared key is read as an attribute, or by its name where entries are checked."""
    read: set[str] = set()
    for source in read_modules():
        if source.name != DECLARES:
            nodes = [node for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.Attribute)]
            read.update(node.attr for node in nodes if isinstance(node.ctx, ast.Load))
    named: set[str] = set()
    for path in RAW:
        for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            elif isinstance(node, ast.Attribute):
                read.add(node.attr)
    unread: dict[str, set[str]] = {}
    for record in records():
        inherited = {name for base in record.__bases__ if issubclass(base, Record) for name in base.KEYS}
        own = {name: key for name, key in record.KEYS.items() if name not in inherited}
        left = {name for name, key in own.items() if key.attribute not in read and name not in named}
        if left:
            unread[record.__name__] = left
    assert unread == UNREAD


def test_every_table_is_a_record_with_a_meaning() -> None:
    """Names of tables and their records agree, and every key says in a sentence what it means."""
    from resilint_rules.kit.catalog.tables import TABLES

    assert tuple(RECORDS) == TABLES
    for record in records():
        assert (record.__doc__ or "").endswith("."), record
        assert [name for name, key in record.KEYS.items() if not key.meaning.endswith((".", "..."))] == [], record
