"""How blocks can be left."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from resilint_rules.kit.syntax.exits import Exit, ignores_missing_key, is_endless, refuses, ways, ways_of

CASES: dict[str, str] = {
    "pass": "FALLS",
    "return 1": "RETURN",
    "raise": "RAISE",
    "break": "BREAK",
    "continue": "CONTINUE",
    "sys.exit(1)": "RAISE",
    "os._exit(1)": "RAISE",
    "exit_code()": "FALLS",
    "return\nbreak": "RETURN",
    "if a:\n    return": "RETURN FALLS",
    "if a:\n    return\nelse:\n    raise": "RETURN RAISE",
    "if a:\n    return\nelif b:\n    break\nelse:\n    continue": "RETURN BREAK CONTINUE",
    "if a:\n    return\nbreak": "RETURN BREAK",
    "with a:\n    return": "RETURN",
    "try:\n    f()\nexcept E:\n    return": "FALLS RETURN",
    "try:\n    return f()\nexcept E:\n    pass": "FALLS RETURN",
    "try:\n    f()\nexcept E:\n    raise\nelse:\n    break": "RAISE BREAK",
    "try:\n    return f()\nexcept E:\n    raise\nfinally:\n    g()": "RETURN RAISE",
    "try:\n    return f()\nexcept E:\n    raise\nfinally:\n    break": "BREAK",
    "for a in b:\n    return": "RETURN FALLS",
    "for a in b:\n    continue": "FALLS",
    "for a in b:\n    pass\nelse:\n    return": "RETURN",
    "for a in b:\n    break\nelse:\n    return": "RETURN FALLS",
    "while True:\n    pass": "HANGS",
    "while 1:\n    pass": "HANGS",
    "while True:\n    if a:\n        break": "FALLS",
    "while True:\n    if a:\n        return": "RETURN",
    "while a:\n    return": "RETURN FALLS",
    "match a:\n    case 1:\n        return": "RETURN FALLS",
    "def f():\n    return": "FALLS",
}


def block(code: str) -> cst.BaseSuite:
    """A function's body with this code."""
    function = cst.parse_module("def f():\n" + textwrap.indent(code, "    ")).body[0]
    assert isinstance(function, cst.FunctionDef)
    return function.body


@pytest.mark.parametrize("code", CASES)
def test_ways(code: str) -> None:
    """All exits of a block, and no exit that its statements rule out."""
    assert {way.name for way in ways(block(code))} == set(CASES[code].split())


def test_ways_of_a_sequence() -> None:
    """Statements after one that never ends at its own end are not reached."""
    nodes = [block("pass"), block("if a:\n    return"), block("raise"), block("break")]
    assert ways_of(nodes) == {Exit.RETURN, Exit.RAISE}
    assert ways_of([]) == {Exit.FALLS}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("while True:\n    f()", True),
        ("while 1:\n    f()", True),
        ("while a:\n    f()", False),
        ("for a in b:\n    f()", False),
    ],
)
def test_endless_loops(code: str, expected: bool) -> None:
    """Only a condition that is true by its text makes a loop endless."""
    assert is_endless(block(code).body[0]) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("raise ValueError", True),
        ("sys.exit('no')", True),
        ("return 'no key'", True),
        ("return f'no {key}'", True),
        ("return False", True),
        ("return ''", False),
        ("return True", False),
        ("return None", False),
        ("return", False),
        ("f()", False),
    ],
)
def test_refusing_blocks(code: str, expected: bool) -> None:
    """A block refuses with an exception, a text or False."""
    assert refuses(block(code)) is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("try:\n    a[k]\nexcept KeyError:\n    pass", True),
        ("try:\n    a[k]\nexcept (KeyError, TypeError) as e:\n    raise", True),
        ("try:\n    a[k]\nexcept LookupError:\n    log(1)", True),
        ("try:\n    a[k]\nexcept Exception:\n    pass", True),
        ("try:\n    a[k]\nexcept:\n    x = 1", True),
        ("try:\n    a[k]\nexcept Exception:\n    raise Other(a)", True),
        ("try:\n    a[k]\nexcept Exception:\n    log(1)", False),
        ("try:\n    a[k]\nexcept Exception:\n    raise", False),
        ("try:\n    a[k]\nexcept Exception as e:\n    pass", False),
        ("try:\n    a[k]\nexcept ValueError:\n    pass", False),
        ("try:\n    a[k]\nfinally:\n    pass", False),
        ("if a:\n    pass", False),
    ],
)
def test_missing_keys(code: str, expected: bool) -> None:
    """A `try` ignores a missing key if a handler catches it and does not report what happened."""
    assert ignores_missing_key(block(code).body[0]) is expected
