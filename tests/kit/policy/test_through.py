"""External calls behind functions that a `try` calls: which of them a handler of the caller gets to see."""

from __future__ import annotations

import textwrap

import pytest

from resilint.config.settings import Settings
from resilint.engine.frames import frames
from resilint_rules.kit.interp.calls import Frame, Guard
from resilint_rules.kit.policy.constructs import all_loops
from resilint_rules.kit.policy.through import calls_through
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.syntax.text import Document

ABOVE = """
import functools, httpx, requests, threading

def fetched(path):
    return requests.get("https://a.example.com" + path, timeout=5)

def again(path):
    try:
        return fetched(path)
    except requests.RequestException:
        raise

def quiet(path):
    try:
        return fetched(path)
    except requests.RequestException:
        return None

def translated(path):
    try:
        return fetched(path)
    except requests.RequestException as error:
        raise LookupError(path) from error

def kept(function):
    @functools.wraps(function)
    def wrapper(*args):
        try:
            return function(*args)
        except requests.RequestException:
            return None
    return wrapper

def noted(function):
    @functools.wraps(function)
    def wrapper(*args):
        print(args)
        return function(*args)
    return wrapper

@kept
def hidden(path):
    return requests.get("https://a.example.com" + path, timeout=5)

@noted
def printed(path):
    return requests.get("https://a.example.com" + path, timeout=5)

async def awaited(path):
    async with httpx.AsyncClient() as client:
        return await client.get(path)

class Api:
    def __init__(self, session: requests.Session):
        self.session = session

    def _get(self, path):
        answer = self.session.get(path, timeout=5)
        answer.raise_for_status()
        return answer.json()
"""


def functions(text: str) -> list[Frame]:
    """The function `f` at the end of a text, if it is worth a look."""
    doc = Document((ABOVE + textwrap.dedent(text)).lstrip(), "app.py", "app")
    return [found for found in frames(doc, Project(), Settings()) if found.qualname == "f"]


def guards(text: str) -> list[Guard]:
    """The `try` statements of that function."""
    return [guard for found in functions(text) for guard in found.guards.values()]


TRIES = """
def f(path):
    try:
        {body}
    except Exception:
        return None
"""


@pytest.mark.parametrize(
    ("body", "callees"),
    [
        ("return fetched(path)", ["requests.get"]),
        ("return again(path)", ["requests.get"]),
        ("return quiet(path)", []),
        ("return translated(path)", []),
        ("return Api(requests.Session())._get(path)", ["requests.Session.get"]),
        ("threading.Thread(target=fetched, args=(path,)).start()", []),
        ("return lambda: fetched(path)", []),
        ("return unknown(path)", []),
    ],
)
def test_what_a_handler_sees(body: str, callees: list[str]) -> None:
    """What leaves the functions as it is: not what one of them handles, and not what happens elsewhere."""
    found = [call for guard in guards(TRIES.format(body=body)) for call in calls_through(guard)]
    assert [call.callee for call in found] == callees
    assert all(call.frame.qualname == "f" for call in found)


def test_a_coroutine_counts_where_it_is_awaited() -> None:
    """Its failure reaches who awaits it."""
    text = TRIES.format(body="return await awaited(path)").replace("def f", "async def f")
    (guard,) = guards(text)
    assert [(call.callee, call.written) for call in calls_through(guard)] == [("httpx.AsyncClient.get", "awaited")]


def test_a_call_belongs_to_the_innermost_guard() -> None:
    """A `try` around another one does not see what that handles."""
    text = """
    def f(path):
        try:
            try:
                return fetched(path)
            except requests.RequestException:
                return None
        except OSError:
            return 0
    """
    assert sorted(len(calls_through(guard)) for guard in guards(text)) == [0, 1]


def test_a_loop_around_a_function_repeats_what_is_behind_it() -> None:
    """It is a retry loop, as one around the external call would be."""
    text = """
    def f(path):
        while True:
            try:
                return fetched(path)
            except requests.RequestException:
                continue
    """
    (loop,) = all_loops(functions(text))
    assert loop.calls[0].callee == "requests.get"
    assert loop.calls[0].written == "fetched"
    assert loop.endless
    assert not loop.gives_up


def test_what_a_call_behind_a_function_is_given_has_a_place_in_the_caller() -> None:
    """Its arguments are written in another tree: asked for their text, they are the call of the function."""
    text = """
    def f(path):
        for attempt in range(3):
            try:
                return fetched(path)
            except requests.RequestException:
                continue
    """
    (loop,) = all_loops(functions(text))
    (call,) = loop.calls
    assert call.target is not None
    assert list(call.args.named) == ["timeout"]
    assert call.frame.tree.code(call.target.node) == "fetched(path)"


@pytest.mark.parametrize(("name", "expected"), [("hidden", 0), ("printed", 1)])
def test_a_decorator_of_the_project_may_keep_the_failure(name: str, expected: int) -> None:
    """One with a `try` may; one that only calls the function hands it on."""
    text = f"""
    def f(path):
        try:
            return {name}(path)
        except requests.RequestException:
            return None
    """
    assert [len(calls_through(guard)) for guard in guards(text)] == [expected]
