"""Drivers: what an address is as written, and whether the driver that it names connects without limit."""

from __future__ import annotations

import pytest

from kit.timeouts.test_effective import work
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document
from resilint_rules.kit.timeouts.drivers import open_driver


def driver(arguments: str, pins: dict[str, str] | None = None, head: str = "") -> str:
    """The open driver of an engine that is made with some arguments; "" if it has none."""
    text = f"from sqlalchemy import URL, create_engine\n{head}\n" + work(f"return create_engine({arguments})")
    module = Module(Document(text, "work.py", "work", "source"))
    scope = Session(Project(lambda _: None, pins=pins)).scope(module)
    frame = scope.own_frame(next(one for one in module.all_functions() if one.name == "work"))
    assert frame is not None
    (call,) = (call for call in frame.calls.values() if call.as_client.drivers)
    found = open_driver(call)
    return found.name if found is not None else ""


@pytest.mark.parametrize(
    "arguments",
    [
        "'postgresql+psycopg2://u@db/x'",
        "url='postgresql+psycopg2://u@db/x?sslmode=require', pool_size=3",
        "f'postgresql+psycopg2://u:{url}@db/{url.name}'",
        "'postgresql+psycopg2://u:%s@db/x' % url",
        "'postgresql+psycopg2://u:{}@db/x'.format(url)",
        "'postgresql+psycopg2://u@db/x', connect_args={'sslmode': 'require'}",
        "URL.create('postgresql+psycopg2', host=url)",
    ],
)
def test_an_address_names_an_open_driver(arguments: str) -> None:
    """Whatever way it is written, as long as it surely has no options that limit."""
    assert driver(arguments) == "psycopg2"


@pytest.mark.parametrize(
    "arguments",
    [
        "url",
        "'postgresql+psycopg2://u@db/x?connect_timeout=5'",
        "'postgresql+psycopg2://u@db/x?' + url",
        "f'postgresql+psycopg2://u@db/{options}'",
        "f'{url}://u@db/x'",
        "'postgresql+psycopg2://u@db/x', connect_args={'connect_timeout': 5}",
        "'postgresql+psycopg2://u@db/x', connect_args=options",
        "'postgresql+psycopg2://u@db/x', **options",
        "'postgresql+psycopg2://u@db/x', creator=options",
        "URL.create('postgresql+psycopg2', query=options)",
        "URL.create(drivername='postgresql+psycopg2', username='u')",
        "URL.create(*options)",
        "'postgresql+asyncpg://u@db/x'",
        "'sqlite:///x'",
        "'postgresql+psycopg2:///x'",
    ],
)
def test_what_may_have_a_limit_is_not_open(arguments: str) -> None:
    """Options of the address, of the driver, and what cannot be seen."""
    assert driver(arguments) == ""


def test_the_version_chooses_the_driver() -> None:
    """An address without a driver means another one since 2.1."""
    plain = "'postgresql://u@db/x'"
    assert driver(plain) == ""
    assert driver(plain, {"sqlalchemy": "==2.0.30"}) == "psycopg2"
    assert driver(plain, {"sqlalchemy": "==2.1.9"}) == ""
    assert driver("'mysql://u@db/x'") == "MySQLdb"


def test_a_listener_may_add_the_limit() -> None:
    """One that is called with the arguments of each connection."""
    assert driver("'mysql://u@db/x'", head="@event.listens_for(Engine, 'do_connect')\ndef add(*args): ...\n") == ""
