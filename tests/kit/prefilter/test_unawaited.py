"""Calls that may drop a coroutine, found by names alone: too many rather than too few."""

from __future__ import annotations

from textwrap import dedent

import pytest

from resilint_rules.kit.prefilter.files import MAYBE, YES, sift
from resilint_rules.kit.prefilter.own_code.dropped import beginnings, coroutines, functions, may_drop
from resilint_rules.kit.prefilter.own_code.unawaited import Coroutines, Unawaited
from resilint_rules.kit.project.imports import Project

LINE = "class Line:\n    async def drop(self):\n        pass\n"


def unawaited(name: str, **files: str) -> Unawaited:
    """The calls of one of the modules of a project."""
    texts = {f"{file}.py": dedent(text).encode() for file, text in files.items()}
    project = Project(texts.get, exists=lambda path: path in texts or f"{path}.py" in texts)
    module = project.file(f"{name}.py")
    assert module is not None
    return project.derived(Coroutines).of(module)


def test_beginnings_of_statements_and_conditions() -> None:
    """The path, the last name, and where it stands; not what stands in the midst of an expression."""
    text = "a.b.c()\nx = d()\nif e(1): f()\nreturn not self.g()\nawait h()\nfor row in i(): pass\n"
    found = list(beginnings(text, "abcdefghi"))
    assert [call.name for call in found] == ["c", "e", "f", "g", "i"]
    assert found[0].path == ("a", "b")
    assert text[found[3].offset :].startswith("self.g()")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wait(\n    drop(),\n)\n", 0),
        ("x = [\n    drop()\n]\n", 0),
        ("both(first,\n     drop())\n", 0),
        ("if (\n    drop()\n):\n    pass\n", 1),
        ("assert not (\n    drop()\n)\n", 1),
        ("# one, two,\ndrop()\n", 1),
        ("done = [1]\ndrop()\n", 1),
        ("x = (1,\n)\n\n\ndrop()\n", 1),
    ],
)
def test_argument_on_a_line_of_its_own_begins_no_statement(text: str, expected: int) -> None:
    """A condition in brackets does, and what stands below a comment."""
    assert len(list(beginnings(text, ["drop"]))) == expected


def test_method_is_not_called_by_its_name_alone() -> None:
    """A function inside a method is, and a method that is given a name."""
    nested = "class A:\n    def f(self):\n        async def drop():\n            pass\n        drop()\n"
    deep = "class A:\n  class B:\n    # one\n\n    async def drop(self): ...\n"
    later = "def f():\n    pass\n\nclass A:\n    x = 1\n    async def drop(self): ...\n"
    assert functions(LINE, ["drop"]) == functions(deep, ["drop"]) == functions(later, ["drop"]) == frozenset()
    assert functions(nested, ["drop"]) == functions("async def drop(): ...\n", ["drop"]) == {"drop"}
    assert functions(LINE + "class B:\n    def f(self):\n        drop = self.drop\n", ["drop"]) == {"drop"}
    block = "class A:\n    pass\n\nif A:\n    async def drop():\n        pass\n"
    assert functions(block, ["drop"]) == {"drop"}
    assert functions("async def drop(): ...\n", ["other"]) == frozenset()
    assert not may_drop((LINE + "def f(drop):\n    drop()\n").encode(), set())


def test_coroutines_are_known_by_their_definitions() -> None:
    """Plain functions are not among them, and a text without the word is not searched."""
    assert coroutines("async  def a():\n    pass\ndef b():\n    async def c(): ...\n") == {"a", "c"}
    assert coroutines("def a(): ...") == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LINE + "def f(line):\n    line.drop()\n", True),
        (LINE + "async def f(line):\n    await line.drop()\n", False),
        (LINE + "async def f(line):\n    task = line.drop()\n", False),
        ("import asyncio\ndef f():\n    asyncio.sleep(1)\n", True),
        ("from asyncio import sleep\ndef f():\n    sleep(1)\n", True),
        ("import asyncio\nasync def f():\n    await asyncio.sleep(1)\n", False),
        ("import asyncio, time\ndef f():\n    time.sleep(1)\n", False),
        ("def f():\n    print(1)\n", False),
    ],
)
def test_file_filter_sees_what_may_be_dropped(text: str, expected: bool) -> None:
    """A file without integration imports matters if it drops a coroutine of its own, or of a library."""
    assert may_drop(text.encode(), {b"asyncio"} if "asyncio" in text else set()) is expected
    if expected:
        assert sift(text.encode()) == YES


def test_coroutine_of_another_module_is_found_by_the_import_that_leads_to_it() -> None:
    """Also a method of a class: its name, the attribute and the import are the words to follow."""
    use = """
        from line import Line
        async def f(self):
            self.line.drop()
            print(self)
    """
    found = unawaited("use", line=LINE, use=use)
    assert len(found.offsets) == 1
    assert found.words == {"self", "line", "drop", "Line"}
    assert found.within(0, 1000)
    assert not found.within(0, found.offsets[0])


def test_name_alone_is_that_of_an_import() -> None:
    """A parameter that is called as a method of an imported class is something else."""
    line = LINE + "async def hang_up():\n    pass\n"
    use = "from line import Line, hang_up\nasync def f(drop):\n    drop()\n    hang_up()\n"
    found = unawaited("use", line=line, use=use)
    assert [use[at:].partition("(")[0] for at in found.offsets] == ["hang_up"]


@pytest.mark.parametrize(
    ("use", "expected"),
    [
        ("from shop import Shop\nasync def f(options):\n    options.get(1)\n", 0),
        ("from shop import Shop\nasync def f(options: Shop):\n    options.get(1)\n", 1),
        ("from shop import Shop\nclass A(Shop):\n    async def f(self):\n        self.get(1)\n", 1),
        ("from shop import Shop\nSHOP = Shop()\nasync def f():\n    SHOP.get(1)\n", 1),
        ("import shop\nasync def f():\n    shop.get(1)\n", 1),
        ("from shop import Shop\nasync def f(options):\n    options.restock()\n", 1),
    ],
)
def test_method_of_a_common_name_needs_its_class_nearby(use: str, expected: int) -> None:
    """Everything has a `get`; a rare name is enough by itself."""
    shop = "class Shop:\n    async def get(self, x): ...\n    async def restock(self): ...\nasync def get(x): ...\n"
    assert len(unawaited("use", shop=shop, use=use).offsets) == expected


def test_plain_module_asks_nothing_of_others() -> None:
    """A module without coroutines of its own is not compared with those that it imports."""
    use = "from line import Line\ndef f(self):\n    self.line.drop()\n"
    assert not unawaited("use", line=LINE, use=use).offsets
    assert sift(use.encode()) == MAYBE


def test_library_function_is_known_by_its_import() -> None:
    """Whatever it is called here."""
    use = "from asyncio import sleep as pause\nimport asyncio as aio\ndef f():\n    pause(1)\n    aio.sleep(1)\n"
    assert len(unawaited("use", use=use).offsets) == 2
    assert not unawaited("use", use="from time import sleep\ndef f():\n    sleep(1)\n").offsets
