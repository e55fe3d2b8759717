"""What is known of a Retry-After header's unit: hosts that document it, and code that counts in milliseconds."""

from __future__ import annotations

import re

import libcst as cst

from ..kit.catalog.parts import Param
from ..kit.interp.calls import Call, Frame, maker
from ..kit.interp.values import literal
from ..kit.reach.addresses import leading_text
from ..kit.syntax.tree import walk

_SECONDS = re.compile(
    r"https?://(?:[\w-]+\.)*(?:slack\.com|api\.github\.com|discord\.com|graph\.microsoft\.com|zendesk\.com|"
    r"atlassian\.net|api\.notion\.com|api\.spotify\.com)(?:[:/]|\Z)"
)
"""Addresses whose owners promise whole seconds in their documentation."""
_ADDRESS = re.compile(r"https?://[\w.-]+")
_OF_SLACK = re.compile(r"\bSlack(?:Api)?(?:Error|Response)\b")
"""Answers of a library for such an address."""
_THOUSAND, _THOUSANDTH = 1000, 0.001


def counts_seconds(frame: Frame, node: cst.Call) -> bool:
    """Whether the header is that of an answer from an address whose owner documents seconds."""
    names = _names_behind(frame, node)
    senders = [
        call for call in frame.calls.values() if call.response is not None and not names.isdisjoint(call.response.names)
    ]
    if senders:
        return all(_SECONDS.match(_address(call)) is not None for call in senders)
    written = _ADDRESS.findall(frame.tree.text)  # the client is not known, but the only address
    if written:
        return all(_SECONDS.match(address) is not None for address in written)
    return _OF_SLACK.search(frame.tree.text) is not None


def _address(call: Call) -> str:
    """Returns the beginning of the address that a call asks, as far as it is written: its own or its client's."""
    text = leading_text(call.frame, call.target.node) if call.target is not None else ""
    makers = [maker(client) for client in call.clients]
    if "://" in text or len(makers) != 1 or makers[0] is None:
        return text
    base = makers[0].args.get(Param("base_url"))
    return leading_text(makers[0].frame, base.node) if base is not None else ""


def _names_behind(frame: Frame, node: cst.CSTNode) -> set[str]:
    """The names in an expression, and those in what they are assigned."""
    names = {part.value for part in walk(node) if isinstance(part, cst.Name)}
    for part in walk(frame.node if frame.node is not None else frame.tree.module):
        if isinstance(part, cst.Assign) and any(_is_named(target.target, names) for target in part.targets):
            names |= {inner.value for inner in walk(part.value) if isinstance(inner, cst.Name)}
    return names


def counts_milliseconds(frame: Frame, node: cst.Call) -> bool:
    """Whether code takes a number for milliseconds: it divides it by a thousand, at once or through a name."""
    tree = frame.tree
    at: cst.CSTNode = node
    above = tree.parent(at)
    while above is not None and not isinstance(above, (cst.BaseStatement, cst.BaseSmallStatement)):
        if _divides(frame, above, at):
            return True
        if isinstance(above, cst.Arg) and above.keyword is not None and above.keyword.value == "milliseconds":
            return True
        at, above = above, tree.parent(above)
    return isinstance(above, cst.Assign) and _is_divided_later(frame, above)


def _is_divided_later(frame: Frame, kept: cst.Assign) -> bool:
    """Whether a function makes a thousandth of a name that it assigns."""
    names = {target.target.value for target in kept.targets if isinstance(target.target, cst.Name)}
    top = frame.node if frame.node is not None else frame.tree.module
    for part in walk(top):
        if isinstance(part, cst.BinaryOperation):
            sides = (side for side in (part.left, part.right) if any(_is_named(word, names) for word in walk(side)))
            if any(_divides(frame, part, side) for side in sides):
                return True
    return False


def _divides(frame: Frame, node: cst.CSTNode, part: cst.CSTNode) -> bool:
    """Whether a node makes a thousandth of one of its parts."""
    if not isinstance(node, cst.BinaryOperation):
        return False
    other = node.right if part is node.left else node.left
    if isinstance(node.operator, (cst.Divide, cst.FloorDivide)):
        return part is node.left and _number(frame, other) == _THOUSAND
    return isinstance(node.operator, cst.Multiply) and _number(frame, other) == _THOUSANDTH


def _number(frame: Frame, node: cst.BaseExpression) -> object:
    """The number that an expression is, as it stands there or by the name of a constant; None for others."""
    if isinstance(node, (cst.Integer, cst.Float)):
        return node.evaluated_value
    value = literal(frame.lookup(node.value)) if isinstance(node, cst.Name) else None
    return value if isinstance(value, (int, float)) else None


def _is_named(node: cst.CSTNode, names: set[str]) -> bool:
    return isinstance(node, cst.Name) and node.value in names
