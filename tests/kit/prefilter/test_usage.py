"""Whether a text does something with a client, or only passes it on."""

from __future__ import annotations

import pytest

from resilint_rules.kit.prefilter.usage import asks

METHODS = frozenset(("get", "post"))


def used(text: str, methods: frozenset[str] = METHODS, names: tuple[str, ...] = ("s",)) -> bool:
    """Whether the text may use what `CLIENT` stands for, or the names."""
    mentions = []
    at = text.find("CLIENT")
    while at >= 0:
        mentions.append((at, at + 6))
        at = text.find("CLIENT", at + 6)
    return asks(text, mentions, set(names), 0, len(text), methods)


@pytest.mark.parametrize(
    "text",
    [
        "CLIENT.get(url)",
        "(CLIENT).get(url)",
        "(await CLIENT()).get(url)",
        "CLIENT(a, b)(c).get(url)",
        "CLIENT[key].get(url)",
        "CLIENT(text='a)b').get(url)",
        'CLIENT(text="""a)b""").get(url)',
        "CLIENT(a,  # a comment )\n  b).get(url)",
        "CLIENT([{1: (2)}]).get(url)",
        "CLIENT \\\n  .get(url)",
        "CLIENT.session.get(url)",
        "CLIENT.verify = False",
        "CLIENT['a'] = 1",
        "CLIENT.count += 1",
        "for x in CLIENT:",
        "[x for x in CLIENT]",
        "with CLIENT() as other:",
        "(CLIENT or other).get(url)",
        "s.get(url)",
        "other = s",
        "for x in s:",
        "CLIENT('never closed",
        "CLIENT('a\\'b')",
        "CLIENT(  # no end",
        "CLIENT((",
    ],
)
def test_used(text: str) -> None:
    """A method of the catalogue, an attribute that is set, a loop, a new name; when in doubt, yes."""
    assert used(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "f(CLIENT)",
        "return CLIENT",
        "CLIENT.close()",
        "CLIENT.session",
        "CLIENT == 1",
        "s = CLIENT",
        "with CLIENT() as s:",
        "f(s)",
        "s.close()",
        "self.s.get(url)",
        "s = s",
        "x = s + 1",
        "CLIENT(a).close()",
        "CLIENT[key]",
    ],
)
def test_passed_on(text: str) -> None:
    """Arguments, returns, other methods, comparisons, names that are known already."""
    assert not used(text)


def test_any_method() -> None:
    """`*` stands for any attribute, `*.*` for any but the first."""
    assert used("CLIENT.close()", frozenset(("*",)))
    assert not used("f(CLIENT)", frozenset(("*",)))
    assert used("CLIENT.chat.send()", frozenset(("*.*",)))
    assert not used("CLIENT.send()", frozenset(("*.*",)))
    assert used("x = CLIENT.chat", frozenset(("*.*",)))
    assert used("x = CLIENT.chat  # a comment", frozenset(("*.*",)))
