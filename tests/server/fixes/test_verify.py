"""Whether a fix changed more than it was made for."""

from __future__ import annotations

import ast
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilint.fixes import apply as fix_module
from resilint.fixes.apply import UNSAFE, fix_all
from resilint.fixes.edits import replaced
from resilint.fixes.verify import compiles, damage
from resilint_rules.kit.findings import Finding, Fix, Severity
from resilint_rules.kit.syntax.text import Document, Edit, Span

TEXT = '''"""Doc."""
import requests


@cached
def first(url):
    # why
    try:
        answer = requests.get(url)  # now
        return answer.json()["é"]
    except ValueError as error:
        raise Failed(f"{url}: {error}") from error


def second(u):
    if u and ready:
        for item in second(u):
            use(item)
    else:
        x = a + b
    return x
'''


def edits(*pairs: tuple[str, str]) -> list[Edit]:
    """Edits of TEXT: each replaces a part that occurs once; `|` in it stands for the place of an insertion."""
    found = []
    for old, new in pairs:
        before, mark, after = old.partition("|")
        assert TEXT.count(before + after) == 1
        at = TEXT.index(before + after)
        start, end = (at + len(before),) * 2 if mark else (at, at + len(old))
        found.append(Edit(start, end, new))
    return found


@pytest.mark.parametrize(
    "pairs",
    [
        [("requests.get(url|)", ", timeout=5")],
        [("|requests.get(url)", "await "), ("requests.get(url)|", ".result()")],
        [("import requests|", "\nimport asyncio")],
        [("|@cached", "@retry\n")],
        [("@cached|", "(1)")],
        [("|def second", "@retry\n")],
        [("answer = requests.get(url)  # now|", "\n        answer.raise_for_status()")],
        [("    return x|", "\n    again()")],
        [("ValueError", "(ValueError, KeyError)")],
        [("ValueError", "(ValueError, KeyError)"), ("Failed(", "Broken("), ("u and ready", "u")],
        [("# now", "# then")],
        [("  # now", "")],
        [("requests.get(url)  # now", "requests.get(  # now\n            url, timeout=5)")],
        [("    # why\n|", "    with limit():\n    "), ("|        answer =", "    "), ("|        return answer", "    "),
         ("|    except ValueError", "    "), ("|        raise", "    ")],
        [('answer.json()["é"]', "answer.json()['e']")],
        [("a + b", "a - b")],
        [("x = a", "x: int = a")],
        [("for item in second(u):", "while item := second(u):")],
        [("first(url)", "first(url, *, limit=5)")],
        [("            use(item)\n", "            use(item)\n            pause()\n")],
    ],
)  # fmt: skip
def test_what_an_edit_is_for_is_no_damage(pairs: list[tuple[str, str]]) -> None:
    """Arguments, imports, decorators, statements, types, wrapped blocks, and comments that are edited on purpose."""
    assert damage(TEXT, edits(*pairs)) == ""


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        ([("requests.get(url)  # now", "requests.get(url, timeout=5)")], "the comment '# now' would be lost"),
        ([("  # now\n        return", "\n        return")], "the comment '# now' would be lost"),
        ([("requests.get(url|)", ", timeout=5  #")], "the comment '# now' would be lost"),
        ([("|# why", "x = '''"), ("error\n\n\n|def", "'''\n")], "lost"),
        (
            [("|    try:", "    if a:\n        pass\n    else:\n        pass\n    x = ("), ("|use(item)", ")")],
            "not Python",
        ),
        (
            [("            use(item)\n|    else", "    elif b:\n        pass\n")],
            "`x = a + b` would be changed or moved",
        ),
        (
            [("from error\n|", "def third(u):\n    pass\n"), ("|    if u and", "    pass\nclass C:\n")],
            "changed or moved",
        ),
        ([("|            use(item)", "            pass\n        while a:\n")], "changed or moved"),
        ([("|u and ready", "first(v) or ")], ""),
        ([("x = |a + b", "lambda: ")], ""),
        ([("|def second", "if a:\n    pass\nelse:\n    pass\n\n\n")], ""),
    ],
)
def test_damage_is_named(pairs: list[tuple[str, str]], reason: str) -> None:
    """A lost comment, a part that ends up in another suite or in a string; "" marks edits that only add."""
    found = damage(TEXT, edits(*pairs))
    assert reason in found if reason else found == ""


def test_an_edit_may_not_change_what_it_does_not_touch() -> None:
    """An insertion far away that captures statements, or that turns code into text, is damage."""
    text = "def f():\n    a()\n    b()\n    c()\n"
    assert damage(text, [Edit(17, 17, "def g():\n")]) == "`b()` would be changed or moved"
    text = "f(g(a), b)\n"
    assert damage(text, [Edit(5, 5, ", c")]) == ""
    assert damage(text, [Edit(5, 5, "), (c")]) != "", "the other argument is now the callee's"
    text = "x = [a, b]\ny = c\n"
    assert "not Python" in damage(text, [Edit(5, 5, '"')])


def test_places_are_counted_in_characters() -> None:
    """`ast` counts bytes, and lines end at a lone carriage return too."""
    for newline in ("\n", "\r\n", "\r"):
        text = TEXT.replace('"é"', '"é\U0001f600", "ö"').replace("\n", newline)
        at = text.index("(url)  # now") + 4
        assert damage(text, [Edit(at, at, ", timeout=5")]) == ""
        at = text.index("    try:")
        assert damage(text, [Edit(at, at, f"    if x:{newline}        def g():{newline}    ")]) != ""


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python knows template strings")
def test_what_this_python_cannot_read_is_not_judged() -> None:
    """Comments are compared all the same."""
    text = "t't{a}' t'{b}'\nf(x)  # why\n"
    at = text.index("x")
    assert damage(text, [Edit(at, at + 1, "y")]) == ""
    assert "# why" in damage(text, [Edit(at + 1, len(text) - 1, ") + 1")])


@pytest.mark.parametrize("text", ["x = 1\n", "x = '\\d'\n", "# coding: nonsense\n"])
def test_what_compiles(text: str) -> None:
    """Warnings about the text are not ours to show, and a text needs no encoding."""
    assert compiles(text)


@pytest.mark.parametrize(
    "text", ["return\n", "x = (\n", "x = " + "(" * 5000, "# \udc80\n", "x = " + "-" * 100_000 + "1"]
)
def test_what_does_not_compile(text: str) -> None:
    """No text ends with an error of the compiler."""
    assert not compiles(text)


@given(st.data())
def test_edits_within_one_statement_leave_the_others(data: st.DataObject) -> None:
    """Whatever is renamed: no edit of whole words is damage."""
    words = [node for node in ast.walk(ast.parse(TEXT)) if isinstance(node, ast.Name)]
    lines = TEXT.splitlines(keepends=True)
    chosen = data.draw(st.lists(st.sampled_from(words), unique_by=lambda node: (node.lineno, node.col_offset)))
    starts = [
        sum(map(len, lines[: node.lineno - 1])) + len(lines[node.lineno - 1].encode()[: node.col_offset].decode())
        for node in chosen
    ]
    inside = TEXT.index('f"{url}')
    made = [
        Edit(start, start + len(node.id), data.draw(st.sampled_from(["y", "a.b", "c(1)", "longer_name"])))
        for node, start in zip(chosen, starts, strict=True)
        if not inside <= start < inside + 20
    ]
    kept = [edit for edit in made if fix_module.parses(replaced(TEXT, [edit]))]
    assert damage(TEXT, kept) == ""


def wrong(rule: str, *changes: Edit) -> Finding:
    """A finding of a rule whose fix makes these changes."""
    return Finding("XXX001", rule, Severity.WARNING, Span(0, 1), "message", (Fix("t", changes),))


def test_damage_undoes_all_fixes_of_a_file() -> None:
    """The text is the one that was given, with the rule at fault, even if earlier rounds were good."""
    text = "def f():\n    a()\n    b()\n    c()\n"

    def check(doc: Document) -> list[Finding]:
        if doc.text == text:
            return [wrong("good", Edit(13, 14, "d"))]
        return [wrong("bad", Edit(17, 17, "def g():\n")), wrong("fine", Edit(29, 30, "e"))]

    done = fix_all(Document(text), check, UNSAFE)
    assert (done.text, done.applied, done.culprits) == (text, (), ("bad",))
    assert "`b()` would be changed or moved" in done.damage


def test_code_that_only_parses_is_damage() -> None:
    """`from __future__` must come first; the parser does not mind."""
    text = "from __future__ import annotations\nf()\n"
    done = fix_all(Document(text), lambda doc: [wrong("bad", Edit(0, 0, "import a\n"))], UNSAFE)
    assert (done.text, done.damage, done.culprits) == (text, "the result does not compile", ("bad",))
