"""Credentials in the query of an address: in its text, or in the mapping that a client makes a query of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ...kit import Call, Fix, Mapping
from ...kit.effects.followed import called_function
from ...kit.fixes.edits import replace
from ...kit.interp.calls import Frame
from ...kit.syntax.bound_names import values_given
from ...kit.syntax.idioms import last_name
from ...kit.syntax.tree import Tree, walk
from .names import own_name

_SURE = frozenset(("client_secret", "refresh_token", "password"))
"""Parameters for which every service has another way."""
_KEYS = frozenset(
    (
        "access_token",
        "accesstoken",
        "bearer_token",
        "api_key",
        "apikey",
        "api_token",
        "apitoken",
        "auth_token",
        "authtoken",
        "secret_key",
        "x_api_key",
    )
)
"""Parameters that some services take in no other way."""
_BEFORE = re.compile(r"[?&]([\w-]+)=\Z")
_FORMAT = re.compile(r"[?&]([\w-]+)=(?:%s|\{\w*\}|%\(\w+\)s)")
_MEANT = re.compile(
    r"://(?:localhost|127\.|\[::1\]|0\.0\.0\.0)|X-Amz-|X-Goog-|[?&]sig(?:nature)?=|upload|presign", re.IGNORECASE
)
"""Addresses that are signed, and those of the own machine."""
_QUERY = "params"
_PLAIN = ("encode", "strip", "str", "quote", "quote_plus", "get_secret_value")


class SentSecret(NamedTuple):
    """A credential in a query: the parameter, where it stands, and whether the service surely takes it elsewhere."""

    key: str
    node: cst.CSTNode
    sure: bool


def secrets_in_query(call: Call) -> Iterator[SentSecret]:
    """Yields the credentials that a call sends in the query of its address."""
    for key, node in (*_in_mapping(call), *_in_address(call)):
        name = key.lower().replace("-", "_")
        if name in _SURE or name in _KEYS:
            yield SentSecret(key, node, name in _SURE)


def _in_mapping(call: Call) -> Iterator[tuple[str, cst.CSTNode]]:
    """The keys of the mapping of a query whose values are not written out."""
    given = call.args.named.get(_QUERY)
    if given is not None and isinstance(given.node, (cst.List, cst.Tuple)):
        yield from _pairs(given.node)
    if given is None or not isinstance(given.value, Mapping):
        return
    for key, (_, node) in given.value.items.items():
        if not isinstance(node, (cst.SimpleString, cst.Integer)) and _text(node) != "None":
            yield key, node if _stands_in(call, node) else given.node


def _pairs(node: cst.List | cst.Tuple) -> Iterator[tuple[str, cst.CSTNode]]:
    """The parameters that are written as a list of pairs."""
    for element in node.elements:
        pair = element.value
        if isinstance(pair, cst.Tuple) and len(pair.elements) == 2:
            key, value = pair.elements[0].value, pair.elements[1].value
            if isinstance(key, cst.SimpleString) and _is_value(value):
                yield key.raw_value, value


def _text(node: cst.CSTNode) -> str:
    return node.value if isinstance(node, cst.Name) else ""


def _stands_in(call: Call, node: cst.CSTNode) -> bool:
    """Whether a node is one of the tree of the call: a mapping may be made elsewhere."""
    span = call.frame.tree.span(call.frame.tree.module)
    try:
        place = call.frame.tree.span(node)
    except KeyError:
        return False
    return span.start <= place.start <= place.end <= span.end


def _in_address(call: Call) -> Iterator[tuple[str, cst.CSTNode]]:
    """The parameters of an address that is put together, with what is put in."""
    target = call.target
    if target is None:
        return
    if not isinstance(target.node, cst.BaseExpression):
        return
    found = list(_written(call.frame, target.node))
    tree = call.frame.tree
    if _MEANT.search(tree.text) and any(_MEANT.search(tree.code(node)) for node in found):
        return
    for node in found:
        yield from _joined(node)
    if isinstance(target.node, cst.Call):
        yield from ((key, target.node) for key in _returned(call.frame, target.node))


def _returned(frame: Frame, node: cst.Call) -> Iterator[str]:
    """The parameters in an address that a function of the project puts together."""
    function = called_function(frame, node)
    inner = frame.scope.session.frame(function) if function is not None else None
    if inner is None or inner.node is None:
        return
    for part in walk(inner.node):
        if isinstance(part, cst.Return) and part.value is not None and not _MEANT.search(inner.tree.code(part.value)):
            yield from (key for key, _ in _joined(part.value))


def _written(frame: Frame, node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """An expression, or what the function gives the name and adds to it."""
    if not isinstance(node, cst.Name):
        return [node]
    top = frame.node if frame.node is not None else frame.tree.module
    added = frame.tree.derived(_added, top).get(node.value, [])
    return [*frame.tree.derived(values_given, top).get(node.value, []), *added]


def _added(tree: Tree, top: cst.CSTNode) -> dict[str, list[cst.BaseExpression]]:
    """What is added to names below a node, by name."""
    found: dict[str, list[cst.BaseExpression]] = {}
    for node in walk(top):
        if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name):
            found.setdefault(node.target.value, []).append(node.value)
    return found


def _joined(node: cst.BaseExpression) -> Iterator[tuple[str, cst.CSTNode]]:
    """What follows `name=` in an f-string, a sum, a format; and the keys of a mapping that becomes a query."""
    for part in walk(node):
        if isinstance(part, cst.FormattedString):
            yield from _in_fstring(part)
        elif isinstance(part, cst.BinaryOperation) and isinstance(part.operator, cst.Add):
            before = _BEFORE.search(_end_of(part.left))
            if before is not None and _is_value(part.right):
                yield before.group(1), part.right
        elif isinstance(part, cst.BinaryOperation) and isinstance(part.operator, cst.Modulo):
            yield from _formatted(part.left, part)
        elif isinstance(part, cst.Call) and last_name(part) == "format" and isinstance(part.func, cst.Attribute):
            yield from _formatted(part.func.value, part)
        elif isinstance(part, cst.Call) and last_name(part) == "urlencode" and part.args:
            yield from _encoded(part.args[0].value)


def _in_fstring(node: cst.FormattedString) -> Iterator[tuple[str, cst.CSTNode]]:
    text = ""
    for part in node.parts:
        if isinstance(part, cst.FormattedStringText):
            text = part.value
        elif isinstance(part, cst.FormattedStringExpression):
            before = _BEFORE.search(text)
            if before is not None and _is_value(part.expression):
                yield before.group(1), part.expression
            text = ""


def _formatted(text: cst.BaseExpression, node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    if isinstance(text, cst.SimpleString):
        yield from ((key, node) for key in _FORMAT.findall(text.raw_value))


def _encoded(node: cst.BaseExpression) -> Iterator[tuple[str, cst.CSTNode]]:
    for element in node.elements if isinstance(node, cst.Dict) else ():
        key = element.key if isinstance(element, cst.DictElement) else None
        if isinstance(key, cst.SimpleString) and _is_value(element.value):
            yield key.raw_value, element.value


def _end_of(node: cst.BaseExpression) -> str:
    """The text at the end of a sum."""
    while isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        node = node.right
    if isinstance(node, cst.FormattedString) and node.parts:
        last = node.parts[-1]
        return last.value if isinstance(last, cst.FormattedStringText) else ""
    return node.raw_value if isinstance(node, cst.SimpleString) else ""


def _is_value(node: cst.BaseExpression) -> bool:
    """Whether an expression is not written out: a name, an attribute, an item, or one of them in another form."""
    while isinstance(node, cst.Call) and last_name(node) in _PLAIN:
        inner = node.args[0].value if node.args else node.func
        node = inner.value if isinstance(inner, cst.Attribute) and not node.args else inner
    return bool(own_name(node)) or isinstance(node, cst.Call)


def send_as_header(call: Call, found: SentSecret) -> list[Fix]:
    """Returns the fix that sends an access token as a header; [] where it is not the only part of a query."""
    given = call.args.named.get(_QUERY)
    if given is None or found.key != "access_token" or "headers" in call.args.named or call.args.open_names:
        return []
    arg = next((arg for arg in call.node.args if arg.value is given.node), None)
    display = given.node
    if arg is None or arg.keyword is None or not isinstance(display, cst.Dict) or len(display.elements) != 1:
        return []
    text = call.frame.tree.code(found.node)
    if any(sign in text for sign in "\"'\n{}"):
        return []
    edits = (
        replace(call.frame, arg.keyword, "headers"),
        replace(call.frame, display, f'{{"Authorization": f"Bearer {{{text}}}"}}'),
    )
    return [Fix("Send it as a header", edits)]
