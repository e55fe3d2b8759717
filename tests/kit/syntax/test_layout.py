"""The same code in a simpler layout: what stands where, and that nothing but layout changes."""

from __future__ import annotations

import ast
import time

import pytest

from resilint_rules.kit.syntax.layout import comments_in, even, flat, plain, with_comments
from resilint_rules.kit.syntax.tree import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\n", "x = 1\n"),
        ("x = \\\n  1\n", "x =     1\n"),
        ("x = \\\r\n1\r\n", "x =    1\r\n"),
        ("\fimport a\n", "\nimport a\n"),
        ("if a:\n  \f    b\n", "if a:\n  \n    b\n"),
        ("a\n\n\fb\n", "a\n\n\nb\n"),
        ("x = 1\f+ 2\n", "x = 1 + 2\n"),
        ("x = 1\ry = 2\r", "x = 1\ny = 2\n"),
        ("'a\\\nb'\n", "'a\\\nb'\n"),
        ("# a \\\nb\n", "# a \\\nb\n"),
        ("'''\f\n'''\n", "'''\f\n'''\n"),
        ("if a:\n    \\\n  b\n    c\n", "if a:\n   \n    b\n    c\n"),
        ("x = [\n\f1]\n", "x = [\n\n1]\n"),
        ("x = 1 + \\\n\\\n2\n", "x = 1 +     2\n"),
    ],
)
def test_even(text: str, expected: str) -> None:
    """Continuations, form feeds and carriage returns become blanks and line ends in the same number."""
    assert even(text) == expected
    assert len(expected) == len(text)
    old, new = (ast.dump(ast.parse(part.replace("\r\n", "\n").replace("\r", "\n"))) for part in (text, expected))
    assert old == new


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(a,\n  b)\n", "f(a, b)  \n"),
        ("f(a,  # why\n  b)  # so\n", f"f(a, b){15 * chr(32)}\n"),
        ("a . b ( c ) [ 0 ]\n", "a.b(c)[0]        \n"),
        ("a; b\n", "a\nb \n"),
        ("if a: b\n", "if a\n b\n"),
        ("def f(a: int = {1: 2}): return a\n", "def f(a: int = {1: 2})\n return a\n"),
        ("x = lambda: 1\n", "x = lambda: 1\n"),
        ("x = '''a\n  b'''\n", "x = '''a   b'''\n"),
        ("x = 'a  ; # b'\n", "x = 'a  ; # b'\n"),
        ("# why\nx = 1\r\n", "     \nx = 1 \n"),
        ("@ a . b\ndef f(): pass\n", "@a.b   \ndef f()\n pass\n"),
    ],
)
def test_flat(text: str, expected: str) -> None:
    """Each statement and header on one line, without comments and needless blanks, in the same length."""
    assert flat(text) == expected
    assert len(expected) == len(text)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("a.b(c, d)", "a.b(c, d)"),
        ("a\n  .b  # why\n  (c,d\n)", "a.b(c, d)"),
        ("f('a ,\tb',\n'''c\n  d''' )", "f('a ,\tb', '''c\n  d''')"),
        ("{ 'a' : 1 }", "{'a': 1}"),
        ("(a,)", "(a,)"),
    ],
)
def test_plain(code: str, expected: str) -> None:
    """One line, without comments; strings stay as they are."""
    assert plain(code) == expected


def test_comments_of_a_piece_of_code() -> None:
    """They are told from strings, and are put in brackets behind what replaces the code."""
    comments = comments_in("f(  # one\n  '# none', b)  # two  ")
    assert comments == ["# one", "# two"]
    assert with_comments("g()", comments, "\n") == "(g()  # one\n  # two\n)"
    assert with_comments("g()", [], "\n") == "g()"


@pytest.mark.parametrize("text", ["f( u\0 , x)", "f( 'a\0b' )\n", "x = 'a'  ; \0 ; f( 'b\n", "\0"])
def test_damaged_text_has_a_layout_too(text: str) -> None:
    """A NUL, which stands for strings on the way, and a string without an end."""
    assert len(flat(even(text))) == len(text)
    assert plain(text).count("f(") == text.count("f(")


@pytest.mark.parametrize("part", ["# ", " ", "(", "\f", "\\\n", ";", "a.", '"', ", "])
def test_time_is_linear(part: str) -> None:
    """No text takes long, whatever it consists of: 100,000 characters in well under a second each."""
    text = f"f(a {part * (100_000 // len(part))}\nb)\n"
    start = time.process_time()
    flat(even(text))
    plain(text)
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("code", "start", "end", "expected"),
    [
        ("return(x)\n", 6, 9, " y"),
        ("return (x)\n", 7, 10, "y"),
        ("(x)if z else 0\n", 0, 3, "y "),
        ("f((x), 1)\n", 2, 5, "y"),
    ],
)
def test_what_takes_the_place_of_brackets_stays_a_word(code: str, start: int, end: int, expected: str) -> None:
    """Brackets part words, so that what replaces them needs a blank where they touch one."""
    tree = parse(code, 0, indented=False)
    assert tree is not None
    assert tree.fitted(start, end, "y") == expected
