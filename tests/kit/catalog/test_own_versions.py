"""What a fix may write where the project's versions are known in part, Python's own libraries included."""

from __future__ import annotations

import pytest

from resilint_rules.kit.catalog.lookup import Catalog
from resilint_rules.kit.catalog.records import ClientFact

ALL = {"connection_timeout", "read_timeout", "write_timeout"}


@pytest.mark.parametrize(
    ("pin", "written"),
    [
        ("", ALL),
        ("==9.1.0", {"connection_timeout"}),
        (">=9.2", ALL),
        (">=8.0", {"connection_timeout"}),
        (">=8,<10", {"connection_timeout"}),
    ],
)
def test_only_what_each_version_knows_is_written(pin: str, written: set[str]) -> None:
    """A range that begins before an argument came writes what its first version knows."""
    fact = Catalog(pins={"mysql-connector-python": pin} if pin else {}).fact(ClientFact, "mysql.connector.connect")
    assert fact is not None and not isinstance(fact.writes, str)
    assert set(fact.writes) == written


@pytest.mark.parametrize(
    ("python", "writes"), [("", True), (">=3.9", True), (">=3.10,<4", True), (">=3.8", False), ("==3.8.*", False)]
)
def test_the_python_of_the_project_decides_for_its_own_libraries(python: str, writes: bool) -> None:
    """imaplib takes a limit from Python 3.9 on."""
    catalog = Catalog(pins={"python": python} if python else {})
    fact = catalog.fact(ClientFact, "imaplib.IMAP4_SSL")
    assert fact is not None
    assert (bool(fact.writes), catalog.older_python("3.9")) == (writes, not writes)
