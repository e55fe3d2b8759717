"""Trees: spans are offsets in the real text, also where libcst writes other blanks than it has read."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator

import libcst as cst
import pytest

from resilint_rules.kit.syntax.tree import Misread, Tree, parse, walk

BLANKS = " ", "\f", " \\\n  \\\n"
LINES = "\\\n", "    \\\n", "\f", "# c\n"

SOURCE = """\
import a.b as c, d
from .y.z import (p as q, r,)
@deco(1)
async def f(a, /, b: int = 1, *args, c=2, **kw) -> None:
    global g, h
    x: int = 3
    del x
    assert a, b
    async with a as b, c as (d):
        await z
    async for i in j:
        continue
    else:
        return x
class K(A, metaclass=M):
    def m(self): return lambda a, *b, c=1, **d: a if b else c
with (open(x) as f, g() as h,):
    x = 1; y = 2;
try:
    pass
except ValueError:
    raise X from Y
except (A, B) as e:
    raise
except:
    pass
else:
    pass
finally:
    pass
try:
    pass
except* A:
    pass
except* (B, C) as g:
    pass
while not a and b or c:
    break
if a: pass
elif (b): pass
else: pass
x = y = [i for i in j if k if l for m in n] + {a: b for c in d} + {*a, b}
x = {**a, 'b': c, 'd': lambda: (yield)}
x += a[1:2:3, ...][::]
x @= ~a ** -b // c % d << e >> f & g | h ^ i
x = a is not b, c not in d, e != f, g <= h
x = f'{a!r:>{w}} {b=}' 'c' r'''d
e'''
(n := 5)
print(*a, **b, c=d)
match x:
    case [1, *rest] | {'a': b, **c} if d:
        pass
    case K(a, b=c) as e: pass
    case -1 + 2j: pass
    case a.b: pass
    case _: pass
"""


def names(tree: Tree) -> list[tuple[str, int]]:
    """Each name of a tree that stands in the text as it is, with where it starts."""
    return sorted((node.value, tree.span(node).start) for node in walk(tree.module) if isinstance(node, cst.Name))


def variants(source: str) -> Iterator[str]:
    """A text with blanks put in front of one token, or a line put in front of one line, at a time."""
    lines = source.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, column = token.start
        line = lines[row - 1] if row <= len(lines) else ""
        if not line[:column].strip() or token.type in (tokenize.NEWLINE, tokenize.NL):
            continue
        for blank in BLANKS:
            yield "".join((*lines[: row - 1], line[:column], blank, line[column:], *lines[row:]))
    for number in range(len(lines)):
        for extra in LINES:
            yield "".join((*lines[:number], extra, *lines[number:]))


def test_every_name_is_where_it_stands() -> None:
    """Whatever blanks stand between two tokens: what libcst can read is located in the text that it read."""
    statements = [cst.Module([statement]).code for statement in cst.parse_module(SOURCE).body]
    assert "".join(statements) == SOURCE
    seen = differing = 0
    for statement in statements:
        expected = [name for name, _ in names(whole(statement))]
        seen += len(expected)
        for text in variants(statement):
            tree = parse(text, 0, indented=False)
            if tree is None:
                continue
            found = names(tree)
            assert [name for name, _ in found] == expected
            assert all(text.startswith(name, start) for name, start in found), text
            differing += tree.module.code != text
    assert seen > 100
    assert differing > 50  # else this test tests nothing: libcst has learned to keep these blanks


def whole(text: str) -> Tree:
    """A text as one tree."""
    tree = parse(text, 0, indented=False)
    assert tree is not None
    return tree


@pytest.mark.parametrize("line", ["except ValueError :", "except (A, B) :", "except* A :", "except\\\n A :"])
def test_what_follows_a_dropped_blank(line: str) -> None:
    """The spans of a call behind it, in a method that is parsed under a header of its own."""
    text = f"class K:\n    def m(self):\n        try:\n            pass\n        {line}\n            get(url)\n"
    start = text.index("    def")
    tree = parse(text[start:], start, indented=True)
    assert tree is not None
    (call,) = (node for node in walk(tree.module) if isinstance(node, cst.Call))
    at = text.index("get")
    assert tree.span(call) == tree.outer(call) == (at, at + len("get(url)"))
    assert tree.code(call) == "get(url)"


def test_other_words_are_refused() -> None:
    """A tree whose text has other words than were parsed has no spans at all."""
    tree = whole("a = b\n")
    tree.text = "a = c\n"
    with pytest.raises(Misread):
        tree.span(tree.body[0])
