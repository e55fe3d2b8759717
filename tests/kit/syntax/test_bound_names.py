"""Which of the values that a name is given it may have where it is read."""

from __future__ import annotations

import textwrap

import libcst as cst
import pytest

from resilint_rules.kit.syntax.bound_names import values_reaching
from resilint_rules.kit.syntax.tree import parse, walk

CASES = {
    "the last one in a row": ("x = 1\nx = 2\nuse(x)\nx = 3", ["2"]),
    "none before it": ("use(x)\nx = 1\nx = 2", []),
    "the only one": ("while a:\n    x = 1\n    use(x)", ["1"]),
    "one of two branches": ("x = 1\nif a:\n    x = 2\nuse(x)", ["1", "2"]),
    "the branch it stands in": ("x = 1\nif a:\n    x = 2\n    use(x)\nelse:\n    x = 3", ["2"]),
    "a branch on one line": ("x = 1\nif a: x = 2\nuse(x)", ["1", "2"]),
    "the other branch on one line": ("x = 1\nif a: x = 2\nelse: use(x)", ["1", "2"]),
    "a round before": ("x = 1\nwhile a:\n    use(x)\n    x = 2", ["1", "2"]),
    "the same round": ("x = 1\nwhile a:\n    x = 2\n    use(x)\n    x = 3", ["2"]),
    "a round of the outer loop": ("for a in b:\n    for c in d:\n        use(x)\n    x = 1", ["1"]),
    "the outer loop gives it first": ("for a in b:\n    x = 1\n    for c in d:\n        use(x)\n    x = 2", ["1"]),
    "a handler": ("try:\n    x = 1\nexcept E:\n    x = 2\nuse(x)", ["1", "2"]),
    "several at once": ("x, y = 1, 2\nx, z = 3, 4\nuse(x)", ["3"]),
    "a part of an expression": ("x = 1\nif a and (x := 2):\n    pass\nuse(x)", ["1", "2"]),
    "what it is made of": ("x = 1\nx = use(x)\nx = 2", ["1"]),
    "a function inside": ("x = 1\ndef inner():\n    use(x)\nx = 2", ["1", "2"]),
}


@pytest.mark.parametrize(("text", "wanted"), CASES.values(), ids=CASES)
def test_values_reaching(text: str, wanted: list[str]) -> None:
    """The order of statements, branches and loops decides."""
    tree = parse(f"def f():\n{textwrap.indent(text, '    ')}\n", 0, indented=False)
    assert tree is not None
    use = next(node for node in walk(tree.module) if isinstance(node, cst.Call) and tree.code(node.func) == "use")
    name = use.args[0].value
    assert isinstance(name, cst.Name)
    assert [tree.code(value) for value in values_reaching(tree, tree.body[0], name)] == wanted
