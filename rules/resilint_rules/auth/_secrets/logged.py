"""Credentials that are given to a log as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ...kit import Frame
from ...kit.entry_points.entry import EntryKind, entry_point
from ...kit.syntax.bound_names import values_given
from ...kit.syntax.idioms import is_log, last_name
from ...kit.syntax.tree import children, dotted
from .names import names_credential, own_name

_MAKES = re.compile(
    r"mask|redact|obfusc|hide|hash|digest|fingerprint|encrypt|\[[^\]]*:|\*\*\*|len\(|bool\(|truncat|shorten"
)
"""What makes something else of a credential."""
_MADE_HERE = re.compile(r"\bsecrets\.|random|generat", re.IGNORECASE)
"""What makes a first password, which its owner learns from the log alone."""
_FIRST = re.compile(r"passw|passphrase", re.IGNORECASE)
_WRAPS = re.compile(r"\bSecret(?:Str|Bytes)?\b")
"""What a credential is wrapped into, so that its text is a row of stars."""
_SAYS = re.compile(r"token|secret|key|pass|headers|authorization", re.IGNORECASE)
"""What stands in a function that has a credential."""
_PROVES = re.compile(
    r"authori[sz]|(?<![a-z])auth(?![a-z])|(?:auth|access|api|bearer)_?token|api[_-]?key|bearer", re.IGNORECASE
)
"""What a function says whose requests carry a credential."""
_FUNCTIONS = frozenset(("str", "repr", "format", "pformat", "dumps"))
"""Functions that give a value as a text."""
_CREDENTIALS = frozenset(
    ("authorization", "x-api-key", "api-key", "x-auth-token", "private-token", "proxy-authorization")
)
_LOGS = re.compile(r"log|self\Z|cls\Z|\bst\Z", re.IGNORECASE)
"""What a log is called, or what has one."""
_TEXTS = (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString, cst.BinaryOperation, cst.Call)
_SERVES = (EntryKind.REQUEST, EntryKind.TASK, EntryKind.MESSAGE, EntryKind.EVENT)


_PLAIN = (cst.SimpleString, cst.Comparison, cst.UnaryOperation, cst.Integer)


def logged_secrets(frame: Frame) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """Yields the credentials that calls of a log are given, and whether each is a mapping of headers."""
    if not isinstance(frame.node, cst.FunctionDef) or not _SAYS.search(frame.tree.text):
        return
    for node in _own(frame.node):
        if isinstance(node, cst.Call) and is_log(node) and _is_kept(frame, node) and not _is_request(frame, node):
            for arg in node.args:
                yield from _secrets(frame, arg.value)


def _own(function: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    """The nodes of a function's body, without those of the functions in it."""
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(child for child in children(node) if not isinstance(child, cst.FunctionDef))


def _is_request(frame: Frame, node: cst.Call) -> bool:
    """Whether a call is one of a client, or of something else with such a method: a log is given a text first."""
    if id(node) in frame.calls:
        return True
    owner = node.func.value if isinstance(node.func, cst.Attribute) else None
    if owner is None or len(node.args) < 2 or _LOGS.search(frame.tree.code(owner)):
        return False
    return not isinstance(node.args[0].value, _TEXTS)


def _is_kept(frame: Frame, node: cst.Call) -> bool:
    """Whether what a call writes is kept: the terminal of a command is read by its user alone."""
    if last_name(node) in ("print", "echo", "secho") or dotted(node.func).endswith("stdout.write"):
        return entry_point(frame) in _SERVES
    return True


def _secrets(frame: Frame, node: cst.BaseExpression) -> Iterator[tuple[cst.BaseExpression, bool]]:
    """The credentials in an argument: itself, a part of a text, an operand of `%`, an argument of `.format()`."""
    parts = list(_parts(node))
    if parts:
        for part in parts:
            yield from _secrets(frame, part)
    elif isinstance(node, cst.Dict):
        if _holds_credential(node):
            yield node, True
    elif names_credential(own_name(node)) and not _is_harmless(frame, node):
        yield node, False
    elif isinstance(node, (cst.Name, cst.Attribute)) and _is_headers(frame, node):
        yield node, True


def _parts(node: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """The expressions that a text is made of."""
    if isinstance(node, cst.FormattedString):
        for part in node.parts:
            if isinstance(part, cst.FormattedStringExpression) and part.format_spec is None:
                yield part.expression
    elif isinstance(node, cst.BinaryOperation) and isinstance(node.operator, (cst.Modulo, cst.Add)):
        yield from (node.left, node.right)
    elif isinstance(node, cst.Tuple):
        yield from (element.value for element in node.elements)
    elif isinstance(node, cst.Call) and last_name(node) in _FUNCTIONS:
        yield from (arg.value for arg in node.args)


def _is_harmless(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a name is given something else than a credential: a masked one, a literal, a question's answer."""
    if not isinstance(node, cst.Name):
        return False
    known: dict[str, bool] = frame.derived.setdefault(_is_harmless, {})
    if node.value not in known:
        values = _given(frame).get(node.value, [])
        known[node.value] = any(_is_other(frame, node.value, value) for value in values) or _is_wrapped(
            frame, node.value, values
        )
    return known[node.value]


def _is_other(frame: Frame, name: str, value: cst.BaseExpression) -> bool:
    """Whether a value is no credential that was kept secret until now."""
    text = frame.tree.code(value)
    if isinstance(value, _PLAIN) or _MAKES.search(text):
        return True
    return _FIRST.search(name) is not None and _MADE_HERE.search(text) is not None


def _is_wrapped(frame: Frame, name: str, values: list[cst.BaseExpression]) -> bool:
    """Whether a name stands for an object that shows stars in place of its secret."""
    texts = [frame.tree.code(value) for value in values] + list(_annotations(frame, name))
    if any(_WRAPS.search(text) for text in texts):
        return True
    if any(text.endswith(".get_secret_value()") for text in texts):
        return False
    return frame.scope.module.search(rf"\b{re.escape(name)}\.get_secret_value\(") is not None


def _annotations(frame: Frame, name: str) -> Iterator[str]:
    """The type of a parameter of a function, as written."""
    if isinstance(frame.node, cst.FunctionDef):
        for param in (*frame.node.params.params, *frame.node.params.kwonly_params):
            if param.name.value == name and param.annotation is not None:
                yield frame.tree.code(param.annotation.annotation)


def _is_headers(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether a name is given a mapping with a credential by the function, or is what a request was sent with."""
    if isinstance(node, cst.Attribute):
        return _PROVES.search(frame.tree.text) is not None and (
            node.attr.value == "headers" and own_name(node.value) == "request" and isinstance(node.value, cst.Attribute)
        )
    values = _given(frame).get(node.value, []) if isinstance(node, cst.Name) else []
    return len(values) == 1 and isinstance(values[0], cst.Dict) and _holds_credential(values[0])


def _holds_credential(node: cst.Dict) -> bool:
    for element in node.elements:
        key = element.key if isinstance(element, cst.DictElement) else None
        if not isinstance(key, cst.SimpleString) or isinstance(element.value, cst.SimpleString):
            continue
        named = names_credential(key.raw_value) and names_credential(own_name(element.value))
        if named or key.raw_value.lower() in _CREDENTIALS:
            return True
    return False


def _given(frame: Frame) -> dict[str, list[cst.BaseExpression]]:
    top = frame.node if frame.node is not None else frame.tree.module
    return frame.tree.derived(values_given, top)
