"""Texts of a language model that are parsed as JSON: where, and whether anything expects that they are none."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.interp.calls import Call
from ..kit.responses.answer_reads import reads_of
from ..kit.responses.late_checks import is_unreadable_caught
from ..kit.syntax.bound_names import values_given
from ..kit.syntax.idioms import last_name
from ..kit.syntax.tree import Tree, walk

_SHAPES = frozenset((
    "response_format", "text_format", "text", "tools", "functions", "output_config", "output_format", "format",
    "response_model", "stream",
))  # fmt: skip
"""Arguments that ask for a shape of the answer, or for a stream of it."""
_LOOKS = re.compile(r"finish_reason|stop_reason|incomplete_details|json_repair|repair_json|json_schema", re.IGNORECASE)
"""Words of code that finds out whether an answer is whole, or repairs it."""
_TEXTS = ("content", "output_text", "text")
"""Attributes that hold the text of an answer."""


def parsed_output(call: Call) -> cst.Call | None:
    """Where the text of a model's answer is parsed as JSON, and nothing expects that it is none; None if nowhere."""
    args, tree = call.args, call.frame.tree
    if call.peer != "llm" or args.open_names or not _SHAPES.isdisjoint(args.named):
        return None
    parsers = tree.derived(_parsers, tree.module)
    if not parsers or tree.derived(_looks, tree.module):
        return None
    names = set(reads_of(call, mapping=False).names)
    for parser in parsers:
        text = _source(tree, parser.args[0].value)
        root = _root(text)
        mine = root is call.node or (isinstance(root, cst.Name) and root.value in names)
        if mine and _is_text(text) and not is_unreadable_caught(call.frame, parser):
            return parser
    return None


def _parsers(_: Tree, top: cst.CSTNode) -> list[cst.Call]:
    """The calls of `json.loads` below a node."""
    nodes = (node for node in walk(top) if isinstance(node, cst.Call))
    return [node for node in nodes if last_name(node) == "loads" and len(node.args) == 1]


def _looks(tree: Tree, _: cst.CSTNode) -> bool:
    return _LOOKS.search(tree.flat) is not None


def _source(tree: Tree, node: cst.BaseExpression) -> cst.BaseExpression:
    """What a name holds, if it is given one value; else the expression itself, without an alternative to None."""
    if isinstance(node, cst.BooleanOperation):
        node = node.left
    if isinstance(node, cst.Call) and last_name(node) == "strip" and isinstance(node.func, cst.Attribute):
        node = node.func.value
    if isinstance(node, cst.Name):
        given = tree.derived(values_given, tree.module).get(node.value, [])
        return given[0] if len(given) == 1 else node
    return node


def _root(node: cst.CSTNode) -> cst.CSTNode:
    """What a chain of attributes, items and calls begins with: the call that is awaited, or a name."""
    while True:
        if isinstance(node, (cst.Attribute, cst.Subscript)):
            node = node.value
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and last_name(node) == "strip":
            node = node.func.value
        elif isinstance(node, cst.Await):
            node = node.expression
        else:
            return node


def _is_text(node: cst.CSTNode) -> bool:
    """Whether a chain ends at the text of an answer."""
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and last_name(node) == "strip":
        node = node.func.value
    return isinstance(node, cst.Attribute) and node.attr.value in _TEXTS
