"""Which calls give a coroutine, and which methods may be another class's."""

from __future__ import annotations

from textwrap import dedent

import pytest

from resilint_rules.kit.effects.callees import (
    callee,
    is_iterated,
    makes_coroutine,
    runs_as_written,
    runs_at,
    runs_when_iterated,
    takes_what_is_given,
)
from resilint_rules.kit.effects.decorators import wrappers
from resilint_rules.kit.interp.calls import Frame
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.interp.values import Class, Function, Object
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

HEAD = "import asyncio, contextlib, functools\nfrom tenacity import retry\n"


def module(text: str) -> Module:
    """A module with this text."""
    return Module(Document(HEAD + dedent(text)))


def frame(text: str) -> Frame:
    """The frame of the last function of a text."""
    known = module(text)
    found = Session(Project(lambda name: None)).scope(known).frame(list(known.all_functions())[-1])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("async def f(): return 1", True),
        ("def f(): return 1", False),
        ("async def f():\n    yield 1", False),
        ("async def f():\n    def inner():\n        yield 1\n    return inner", True),
        ("@retry\nasync def f(): ...", True),
        ("@retry(reraise=True)\nasync def f(): ...", True),
        ("@functools.cache\nasync def f(): ...", True),
        ("@contextlib.asynccontextmanager\nasync def f(): ...", False),
        ("@unknown\nasync def f(): ...", False),
        ("def plain(g):\n    return lambda: asyncio.run(g())\n@plain\nasync def f(): ...", False),
    ],
)
def test_what_makes_a_coroutine(text: str, expected: bool) -> None:
    """Neither a generator nor what an unknown decorator makes of a function does."""
    assert makes_coroutine(frame(text)) is expected


@pytest.mark.parametrize(("base", "expected"), [("(Shop)", False), ("", True), ("(dict)", True)])
def test_method_that_an_heir_replaces_is_not_seen(base: str, expected: bool) -> None:
    """A class that extends the method's own and has one of the same name may be meant; any other one cannot."""
    known = module(
        f"""
        class Shop:
            async def close(self): ...

        class Booth{base}:
            def close(self): ...
        """
    )
    cls = known.classes["Shop"]
    function = Function(known, cls.methods["close"][0], Object(Class(known, cls)))
    assert (callee(Session(Project(lambda name: None)), function) is not None) is expected


REPEATS = """
def again(times=3):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            for _ in range(times):
                try:
                    return function(*args, **kwargs)
                except OSError:
                    continue
            return None
        return wrapper
    return decorate
def limited(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        kwargs.setdefault("timeout", 3)
        return function(*args, **kwargs)
    return wrapper
def patient(function):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        return await function(*args, **kwargs)
    return wrapper
def kept(name):
    def decorate(function):
        return TABLE.setdefault(name, function)
    return decorate
"""


@pytest.mark.parametrize(
    ("text", "runs", "repeated", "taken"),
    [
        ("@again(times=4)\ndef f(): return 1", True, True, True),
        ("@limited\ndef f(): return 1", True, False, False),
        ("@patient\nasync def f(): return 1", True, False, True),
        ("@patient\ndef f(): return 1", False, False, False),
        ("@kept('f')\ndef f(): return 1", False, False, False),
        ("@again\ndef f(): return 1", False, False, False),
        ("@unknown(3)\ndef f(): return 1", False, False, False),
    ],
)
def test_decorators_of_the_project(text: str, runs: bool, repeated: bool, taken: bool) -> None:
    """Whether a call still runs the function, perhaps several times, and with what its caller gives."""
    known = Module(Document(HEAD + REPEATS + text))
    session = Session(Project(lambda name: None))
    found = session.scope(known).frame(list(known.all_functions())[-1])
    assert found is not None
    assert (
        runs_as_written(found, session),
        any(wrapper.repeats for wrapper in wrappers(found)),
        takes_what_is_given(found),
    ) == (
        runs,
        repeated,
        taken,
    )


@pytest.mark.parametrize(
    ("body", "iterated"),
    [
        ("for page in pages(): pass", True),
        ("return [page for page in pages()]", True),
        ("return {page: 1 for page in pages()}", True),
        ("return list(pages())", True),
        ("return sum(map(len, pages()))", True),
        ("for number, page in enumerate(pages(), 1): pass", True),
        ("yield from pages()", True),
        ("return (page for page in pages())", False),
        ("return pages()", False),
        ("return taken(pages())", False),
        ("return map(len, pages())", False),
        ("for page in other: pages()", False),
        ("for page in Reader(pages()): pass", False),
    ],
)
def test_where_a_generator_runs(body: str, iterated: bool) -> None:
    """In the head of a loop, or in a function that takes all of it."""
    known = Module(Document(HEAD + f"def pages():\n    yield requests.get(URL)\ndef f(other):\n    {body}\n"))
    session = Session(Project(lambda name: None))
    inner, found = (session.scope(known).frame(known.functions_named(name)[0]) for name in ("pages", "f"))
    assert inner is not None
    assert found is not None
    ((call, _),) = [use for use in found.uses.values() if use[0].written == "pages"]
    assert runs_when_iterated(inner)
    assert not runs_as_written(inner, session)
    assert (is_iterated(call), runs_at(inner, call)) == (iterated, iterated)
