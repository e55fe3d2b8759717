"""Recorded queries: their answers, what is recorded, and that a shift of lines changes no answer."""

from __future__ import annotations

import re

from resilint_rules.kit.project.module import Module
from resilint_rules.kit.syntax.text import Document

TEXT = """\
import time

LIMIT = 5  # seconds


class Shop:
    def __init__(self):
        self.http = make()

    def order(self, body):
        with make() as self.other:
            return self.http.post(body, timeout=LIMIT)


def make():
    import requests
    return requests.Session()


# The last one.
# It counts.
def make(limit=LIMIT):
    global LIMIT
    LIMIT = 3
"""


def _module(text: str) -> Module:
    return Module(Document(text, "shop.py", "shop"))


def test_answers() -> None:
    """Every query about a small module."""
    module = _module(TEXT)
    assert module.mentions("nothing", "post(")
    assert not module.mentions("nothing")
    assert module.mentions_name("http")
    assert not module.mentions_name("htt")
    assert not module.mentions_name("body", but=r"\bbody\b")
    assert module.search(r"timeout\s*=") == "timeout="
    assert module.search(r"^def \w+") is None
    assert module.search(r"(?m)^def \w+") == "def make"
    assert module.search("post", module.classes["Shop"].chunk) == "post"
    assert module.search("Session", module.classes["Shop"].chunk) is None
    assert module.count(r"\bmake\b") == 4
    assert module.matches(re.compile(r"self\.(\w+)")) == ("http", "other", "http")
    assert module.lines_with("seconds") == ()  # it stands in a comment
    assert module.lines_with("LIMIT =") == ("LIMIT = 5", "    LIMIT = 3")
    assert module.chunk_with("http", re.compile("post"))
    assert not module.chunk_with("Session", re.compile("post"))
    assert [each.name for each in module.imported_names()] == ["", ""]
    assert module.functions_mentioning("make") == ("Shop.__init__", "Shop.order")
    assert module.functions_mentioning("make", re.compile("post")) == ("Shop.order",)
    assert module.functions_mentioning("LIMIT") == ("Shop.order", "make#2")
    assert module.methods_setting("http") == ("Shop.__init__",)
    assert module.methods_setting("other") == ("Shop.order",)
    assert module.writers_of("LIMIT") == [module.function("make#2")]
    assert module.comments_above(module.function("make#2").chunk.start) == ("# The last one.", "# It counts.")
    assert module.header(module.function("make").chunk) == "def make():"


def test_queries_are_recorded_in_the_innermost_block() -> None:
    """A computation is reached from those that use its result, when it is computed and later."""
    module = _module(TEXT)
    module.mentions("unrecorded")
    with module.recording() as outer:
        module.mentions("outer")
        with module.recording() as inner:
            module.mentions("inner")
    with module.recording() as later:
        module.use(inner)
    assert outer.answers == {("mentions", "outer"): False}
    assert inner.answers == {("mentions", "inner"): False}
    assert set(outer.all_answers()) == {("mentions", "outer"), ("mentions", "inner")}
    assert set(later.all_answers()) == {("mentions", "inner")}
    assert not module.records


def test_computations_that_use_each_other_have_the_same_answers() -> None:
    """What is read while it is being found depends on all that it will be found from."""
    module = _module(TEXT)
    with module.recording() as one:
        with module.recording() as other:
            module.use(one)
            module.mentions("other")
        module.mentions("one")
    assert one.all_answers() == other.all_answers()


def test_answers_hold_when_lines_move() -> None:
    """The same answers after lines were added above; others where the function itself has changed."""
    module = _module(TEXT)
    with module.recording() as recording:
        module.functions_mentioning("make")
        module.writers_of("LIMIT")
        module.source(module.function("make#2").chunk)
        module.comments_above(module.function("make#2").chunk.start)
    answers = recording.all_answers()
    moved = _module(TEXT.replace("return self", "x = 1\n            return self"))
    assert all(moved.answer(query) == answer for query, answer in answers.items())
    changed = _module(TEXT.replace("LIMIT = 3", "LIMIT = 4"))
    assert [query[0] for query, answer in answers.items() if changed.answer(query) != answer] == ["source"]


def test_the_skeleton_is_what_stands_outside_of_bodies() -> None:
    """An edit inside a function does not change it, one of a default or a decorator does."""
    skeleton = _module(TEXT).skeleton()
    assert _module(TEXT.replace("LIMIT = 3", "LIMIT = 4")).skeleton() == skeleton
    assert _module(TEXT.replace("limit=LIMIT", "limit=None")).skeleton() != skeleton


def test_facts_of_equal_bodies_serve_the_next_text() -> None:
    """What was found of bodies is taken over."""
    first = _module(TEXT)
    first.functions_mentioning("make")
    second = _module(TEXT.replace("LIMIT = 3", "LIMIT = 4"))
    second.reuse(first.facts)
    assert second.functions_mentioning("make") == ("Shop.__init__", "Shop.order")
    kept = first.facts.flat.keys() & second.facts.flat.keys()
    assert len(kept) == len(first.facts.flat) - 1 == 3  # the function that binds LIMIT has changed
    assert all(second.facts.flat[source] is first.facts.flat[source] for source in kept)
