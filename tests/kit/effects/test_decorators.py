"""Decorators of the project: what they put in the place of a function, whatever form they have."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from resilint_rules.kit.effects.decorators import Wrapper, wrappers
from resilint_rules.kit.interp.session import Session
from resilint_rules.kit.policy.constructs import all_loops
from resilint_rules.kit.policy.decorating import DecoratorLoop
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

LOOP = """
for turn in range({times}):
    try:
        return {wait}{function}(*args, **kwargs)
    except Exception:
        time.sleep(1)
"""
HEAD = "import asyncio, functools, time\nimport httpx, requests\n"
CALL = "def f(url):\n    return requests.get(url, timeout=5)\n"
ASYNC = "async def f(url):\n    return await httpx.AsyncClient().get(url, timeout=5)\n"


def loop(times: str = "3", function: str = "fn", wait: str = "", deep: int = 8) -> str:
    """A loop that calls a function, as the body of a wrapper."""
    return indent(LOOP.format(times=times, function=function, wait=wait).strip("\n"), " " * deep) + "\n"


PLAIN = "def again(fn):\n    def inner(*args, **kwargs):\n" + loop() + "    return inner\n"
WRAPS = PLAIN.replace("    def inner", "    @functools.wraps(fn)\n    def inner")
FACTORY = (
    "def again(times=3, *, delay=1):\n    def decorate(fn):\n        @functools.wraps(fn)\n"
    "        def inner(*args, **kwargs):\n" + loop("times", deep=12) + "        return inner\n    return decorate\n"
)
BOTH = (
    "def again(fn=None, *, times=3):\n    def decorate(fn):\n        def inner(*args, **kwargs):\n"
    + loop("times", deep=12)
    + "        return inner\n    if fn is None:\n        return decorate\n    return decorate(fn)\n"
)
PARTIAL = (
    "def again(fn=None, *, times=3):\n    if fn is None:\n        return functools.partial(again, times=times)\n"
    "    def inner(*args, **kwargs):\n" + loop("times") + "    return inner\n"
)
COROUTINE = (
    "def again(fn):\n    @functools.wraps(fn)\n    async def inner(*args, **kwargs):\n"
    + loop(wait="await ")
    + "    return inner\n"
)
EITHER = (
    "def again(fn):\n    async def later(*args, **kwargs):\n"
    + loop(wait="await ")
    + "    def inner(*args, **kwargs):\n"
    + loop("2")
    + "    return later if asyncio.iscoroutinefunction(fn) else inner\n"
)
MAKES = (
    "class again:\n    def __init__(self, times=3):\n        self.times = times\n"
    "    def __call__(self, fn):\n        def inner(*args, **kwargs):\n"
    + loop("self.times", deep=12)
    + "        return inner\n"
)
STANDS = (
    "class again:\n    def __init__(self, fn):\n        functools.update_wrapper(self, fn)\n        self.fn = fn\n"
    "    def __call__(self, *args, **kwargs):\n" + loop(function="self.fn")
)
UPDATED = PLAIN.replace("return inner\n", "return functools.update_wrapper(inner, fn)\n")
TWICE = PLAIN.replace("    return inner", "        return fn(*args, **kwargs)\n    return inner")
THREAD = "def again(fn):\n    def inner(*args):\n        return POOL.submit(lambda: fn(*args))\n    return inner\n"
REGISTERS = "def again(fn):\n    TABLE.append(fn)\n    return fn\n"
SHARED = "def again(fn):\n    def inner(*args):\n        return tried(fn, args)\n    return inner\n"


def wrapped(text: str) -> tuple[Wrapper, ...]:
    """What decorators put in the place of the function `f` of a module."""
    known = Module(Document(HEAD + text))
    session = Session(Project(lambda name: None))
    (function,) = known.functions_named("f")
    frame = session.scope(known).frame(function)
    assert frame is not None
    found = wrappers(frame)
    for wrapper in found:
        assert wrapper.of is frame
    return found


@pytest.mark.parametrize(
    ("text", "attempts"),
    [
        (PLAIN + "@again\n" + CALL, 3),
        (WRAPS + "@again\n" + CALL, 3),
        (UPDATED + "@again\n" + CALL, 3),
        (FACTORY + "@again(times=5)\n" + CALL, 5),
        (FACTORY + "@again(4)\n" + CALL, 4),
        (FACTORY + "@again(delay=2)\n" + CALL, 3),
        ("TIMES = 6\n" + FACTORY + "@again(TIMES)\n" + CALL, 6),
        (FACTORY + "@again(**OPTIONS)\n" + CALL, None),
        (FACTORY + "@again(times=load())\n" + CALL, None),
        (BOTH + "@again\n" + CALL, 3),
        (BOTH + "@again()\n" + CALL, 3),
        (BOTH + "@again(times=2)\n" + CALL, 2),
        (PARTIAL + "@again\n" + CALL, 3),
        (PARTIAL + "@again(times=2)\n" + CALL, 2),
        (COROUTINE + "@again\n" + ASYNC, 3),
        (EITHER + "@again\n" + ASYNC, 3),
        (EITHER + "@again\n" + CALL, 2),
        (MAKES + "@again()\n" + CALL, 3),
        (MAKES + "@again(times=7)\n" + CALL, 7),
        (STANDS + "@again\n" + CALL, 3),
    ],
)
def test_a_loop_has_the_attempts_of_its_place(text: str, attempts: int | None) -> None:
    """Whatever form the decorator has, with what it is given there."""
    (wrapper,) = wrapped(text)
    assert wrapper.site is not None
    assert wrapper.repeats
    (found,) = loops(text)
    assert found.wrapper.of.qualname == "f"
    (guard,) = wrapper.frame.guards.values()
    found = DecoratorLoop(
        found.node, wrapper.frame, guard, found.handlers_of, found.calls, found.before, found.after, wrapper
    )
    assert found.attempts == attempts


def loops(text: str) -> list[DecoratorLoop]:
    """The loops of decorators in a module around external calls of what they decorate."""
    known = Module(Document(HEAD + text))
    session = Session(Project(lambda name: None))
    frames = [session.scope(known).frame(function) for function in known.all_functions()]
    found = all_loops([frame for frame in frames if frame is not None])
    return [loop for loop in found if isinstance(loop, DecoratorLoop)]


@pytest.mark.parametrize(
    "text",
    [
        FACTORY + "@again\n" + CALL,
        COROUTINE + "@again\n" + CALL,
        PLAIN + "@again\n" + ASYNC,
        THREAD + "@again\n" + CALL,
        REGISTERS + "@again\n" + CALL,
        SHARED + "@again\n" + CALL,
        MAKES + "@again\n" + CALL,
        "@again\n" + CALL,
    ],
)
def test_what_is_not_understood_is_nothing(text: str) -> None:
    """A decorator that is used in another way than it is written for, and one that passes the function on."""
    assert wrapped(text) == ()
    assert loops(text) == []


def test_an_object_that_is_made_before() -> None:
    """It repeats, and what it is made with is not seen there."""
    (wrapper,) = wrapped(MAKES + "thrice = again(3)\n@thrice\n" + CALL)
    assert wrapper.repeats
    assert wrapper.written == "thrice"


def test_a_function_that_is_called_in_two_places() -> None:
    """How often it is called is not known."""
    (wrapper,) = wrapped(TWICE + "@again\n" + CALL)
    assert wrapper.site is None
    assert wrapper.repeats
    assert loops(TWICE + "@again\n" + CALL) == []


def test_one_loop_for_all_functions_of_a_module() -> None:
    """With the calls of all of them whose failures reach it; the name is that of the decorated function."""
    text = dedent("""
        @again
        def sent(url):
            requests.post(url, timeout=5)
        @again
        def counted(number):
            return number + 1
        @again
        def caught(url):
            try:
                return requests.get(url, timeout=5)
            except OSError:
                return None
    """)
    (found,) = loops(PLAIN + "@again\n" + CALL + text)
    assert [call.written for call in found.calls] == ["f", "sent"]
    assert found.gives_an_answer
    (found,) = loops(PLAIN + text)
    assert not found.gives_an_answer
