"""Addresses that never leave the machine: as written, by a test around the call, or by one around its callers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..catalog.parts import Param
from ..interp.calls import Call, Frame, maker
from ..interp.statements import evaluate
from ..interp.values import Argument, Const, Function, Value
from ..syntax.bound_names import values_given
from ..syntax.idioms import last_name
from ..syntax.tree import Tree, walk
from .callers import argument_for, callers

_SAME = re.compile(r"\.(?:lower|strip|lstrip|casefold)\(\)")
"""What changes nothing that a test of the beginning would see."""
_LOCAL = re.compile(
    r"(?:[\w+]+://)?(?:[^/@\s]*@)?(?:localhost\b|127\.\d|\[?::1\b|0\.0\.0\.0)|unix:|\w+\+unix:|https?\+unix:",
    re.IGNORECASE,
)
_LEAVES = (cst.Return, cst.Raise, cst.Continue, cst.Break)


def stays_here(call: Call) -> bool:
    """Whether the target of a call is on this machine, such as a `file:` or `data:` address."""
    target, words = call.target, call.as_external.harmless
    if target is None or not words:
        return False
    if isinstance(target.value, Const):
        return isinstance(target.value.value, str) and target.value.value.startswith(words)
    if leading_text(call.frame, target.node).startswith(words):
        return True
    if _is_tested(call.frame.tree, call.node, target.node, words):
        return True
    return isinstance(target.node, cst.Name) and _is_tested_by_callers(call.frame, target.node.value, words)


def _is_tested_by_callers(frame: Frame, name: str, words: tuple[str, ...]) -> bool:
    """Whether each caller of a function tests, or writes, what it gives for a parameter, which stays as it is."""
    function = frame.node
    if not isinstance(function, cst.FunctionDef):
        return False
    if name in frame.tree.derived(_rebound, function.body):
        return False
    given = [(site, argument_for(site, frame, name)) for site in callers(frame)]
    return bool(given) and all(
        node is not None and (_is_written(node, words) or _is_tested(site.tree, site.node, node, words))
        for site, node in given
    )


def _is_written(node: cst.CSTNode, words: tuple[str, ...]) -> bool:
    """Whether an expression is a text that begins with one of some words."""
    if isinstance(node, cst.FormattedString) and node.parts and isinstance(node.parts[0], cst.FormattedStringText):
        return node.parts[0].value.startswith(words)
    if isinstance(node, cst.BinaryOperation):
        return _is_written(node.left, words)
    return isinstance(node, cst.SimpleString) and str(node.evaluated_value).startswith(words)


def _is_tested(tree: Tree, node: cst.CSTNode, target: cst.CSTNode, words: tuple[str, ...]) -> bool:
    """Whether a node is reached only where a test has said that a target begins with one of some words."""
    text = _SAME.sub("", tree.code(target))
    below: cst.CSTNode = node
    above = tree.parent(node)
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
        if isinstance(above, (cst.If, cst.IfExp)):
            if below is above.body and _says(tree, above.test, text, words):
                return True
            if below is above.orelse and _denies(tree, above.test, text, words):
                return True
        elif isinstance(above, cst.BooleanOperation) and below is above.right and isinstance(above.operator, cst.And):
            if _says(tree, above.left, text, words):
                return True
        elif _is_tested_before(tree, above, below, text, words):
            return True
        below, above = above, tree.parent(above)
    return False


def _is_case_of(tree: Tree, case: cst.MatchCase, text: str, words: tuple[str, ...]) -> bool:
    """Whether a case of a `match` on a text, or on the scheme in it, is for a beginning that is one of some words."""
    if case.guard is not None and _says(tree, case.guard, text, words):
        return True
    match = tree.parent(case)
    beginnings = _beginnings(tree, match.subject, text, words) if isinstance(match, cst.Match) else ()
    return bool(beginnings) and _is_pattern_of(case.pattern, beginnings)


def _is_pattern_of(pattern: cst.MatchPattern, words: tuple[str, ...]) -> bool:
    """Whether a pattern is for texts that each begin with one of some words."""
    if isinstance(pattern, cst.MatchOr):
        return all(_is_pattern_of(part.pattern, words) for part in pattern.patterns)
    if isinstance(pattern, cst.MatchAs):
        return pattern.pattern is not None and _is_pattern_of(pattern.pattern, words)
    return isinstance(pattern, cst.MatchValue) and _is_one_of(pattern.value, words)


def _is_tested_before(
    tree: Tree, block: cst.CSTNode, statement: cst.CSTNode, text: str, words: tuple[str, ...]
) -> bool:
    """Whether a block is left, or fails an assertion, before one of its statements where a text begins otherwise.

    The block of a case is not even entered.
    """
    if isinstance(block, cst.MatchCase):
        return statement is block.body and _is_case_of(tree, block, text, words)
    if any(_denies(tree, test, text, words) for test in _left_before(block, statement)):
        return True
    return any(_says(tree, test, text, words) for test in _asserted_before(block, statement))


def _left_before(block: cst.CSTNode, statement: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Yields the tests under which a block is left before one of its statements; nothing for what is no block."""
    for line in block.body if isinstance(block, (cst.IndentedBlock, cst.Module)) else ():
        if line is statement:
            return
        if isinstance(line, cst.If) and line.orelse is None and _is_left(line.body):
            yield line.test


def _asserted_before(block: cst.CSTNode, statement: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    """Yields what a block asserts before one of its statements; nothing for what is no block."""
    blocks = (cst.IndentedBlock, cst.Module, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    for line in block.body if isinstance(block, blocks) else ():
        if line is statement:
            return
        parts = line.body if isinstance(line, cst.SimpleStatementLine) else (line,)
        yield from (part.test for part in parts if isinstance(part, cst.Assert))


def _is_left(body: cst.BaseSuite) -> bool:
    last = body.body[-1] if body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    return isinstance(last, _LEAVES)


def _denies(tree: Tree, test: cst.BaseExpression, text: str, words: tuple[str, ...]) -> bool:
    """Whether a test that fails says that a text begins with one of some words."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _says(tree, test.expression, text, words)
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or):
        return _denies(tree, test.left, text, words) or _denies(tree, test.right, text, words)
    return _compares(tree, test, text, words, equal=False)


def _says(
    tree: Tree, test: cst.BaseExpression, text: str, words: tuple[str, ...], followed: frozenset[str] = frozenset()
) -> bool:
    """Whether a test that holds says that a text begins with one of some words.

    `followed` are the names that led here: a name may be given its own value, as in `url = url or DEFAULT`.
    """
    if isinstance(test, cst.BooleanOperation):
        sides = [_says(tree, side, text, words, followed) for side in (test.left, test.right)]
        return any(sides) if isinstance(test.operator, cst.And) else all(sides)
    if isinstance(test, cst.Name):
        value = _assigned(tree, test) if test.value not in followed else None
        return value is not None and _says(tree, value, text, words, followed | {test.value})
    if isinstance(test, cst.Call):
        return _begins(tree, test, text, words)
    return _compares(tree, test, text, words, equal=True)


def _begins(tree: Tree, test: cst.Call, text: str, words: tuple[str, ...]) -> bool:
    """Whether a call asks if a text begins with one of some words: `url.startswith("data:")`, or by a pattern."""
    if last_name(test) == "startswith" and isinstance(test.func, cst.Attribute):
        same = _SAME.sub("", tree.code(test.func.value)) == text
        return same and len(test.args) == 1 and _is_one_of(test.args[0].value, words)
    if last_name(test) not in ("match", "fullmatch") or len(test.args) < 2:
        return False
    same = _SAME.sub("", tree.code(test.args[1].value)) == text
    return same and _is_one_of(test.args[0].value, tuple(f"{start}{word}" for word in words for start in ("", "^")))


def _compares(tree: Tree, test: cst.BaseExpression, text: str, words: tuple[str, ...], *, equal: bool) -> bool:
    """Whether a test compares the beginning of a text, or the scheme in it: `urlsplit(url).scheme == "data"`."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1:
        return False
    kinds = (cst.Equal, cst.In) if equal else (cst.NotEqual, cst.NotIn)
    other = test.comparisons[0]
    beginnings = _beginnings(tree, test.left, text, words) if isinstance(other.operator, kinds) else ()
    return bool(beginnings) and _is_one_of(other.comparator, beginnings)


def _beginnings(tree: Tree, node: cst.BaseExpression, text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """What an expression that takes the beginning of a text, or its scheme, gives for some words; () for another."""
    part = _SAME.sub("", _spelled_out(tree, node))
    if text not in part:
        return ()
    schemes = tuple(word.rstrip(":") for word in words)
    if part == f"{text}.scheme" or re.search(rf"\({re.escape(text)}\)\.scheme\Z", part):
        return schemes
    rest = part.removeprefix(text)
    if re.fullmatch(r"\[:\d+\]", rest):
        return words
    return schemes if re.fullmatch(r"\.(?:split|partition)\(['\"]:['\"](?:, ?1)?\)\[0\]", rest) else ()


def _spelled_out(tree: Tree, node: cst.BaseExpression) -> str:
    """Returns the code of an expression; for a local name, or an attribute of one, that of its only value."""
    base, rest = (node.value, f".{node.attr.value}") if isinstance(node, cst.Attribute) else (node, "")
    given = _assigned(tree, base) if isinstance(base, cst.Name) else None
    return f"{tree.code(given)}{rest}" if given is not None else tree.code(node)


def _is_one_of(node: cst.CSTNode, words: tuple[str, ...]) -> bool:
    """Whether an expression is a text, or several, that each begin with one of some words."""
    if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
        return bool(node.elements) and all(_is_one_of(element.value, words) for element in node.elements)
    return isinstance(node, cst.SimpleString) and str(node.evaluated_value).startswith(words)


def _assigned(tree: Tree, name: cst.Name) -> cst.BaseExpression | None:
    """The only value that a local name is given; None if it is given several, or comes from elsewhere."""
    found = tree.derived(values_given, tree.module).get(name.value, [])
    return found[0] if len(found) == 1 and not isinstance(found[0], cst.Name) else None


def _rebound(tree: Tree, top: cst.CSTNode) -> set[str]:
    """The names that assignments below a node bind."""
    targets = (node.target for node in walk(top) if isinstance(node, cst.AssignTarget))
    return {target.value for target in targets if isinstance(target, cst.Name)}


def is_local(call: Call) -> bool:
    """Whether the address of a call, or of its client, demonstrably names this machine."""
    params = [call.as_external.target, Param("base_url"), Param("host")]
    if any(_is_local_argument(call, param) for param in params):
        return True
    if any(_names_host(argument.value) for argument in _given(call, *params)):
        return False
    makers = [maker(client) for client in call.clients]
    return bool(makers) and all(
        made is not None
        and any(
            _is_local_argument(made, param) for param in (made.as_external.target, Param("base_url"), Param("host"))
        )
        for made in makers
    )


def _given(call: Call, *params: Param | None) -> list[Argument]:
    found = [call.args.get(param) for param in params if param is not None]
    return [argument for argument in found if argument is not None]


def _is_local_argument(call: Call, param: Param | None) -> bool:
    return any(
        _LOCAL.match(leading_text(call.frame, argument.node)) is not None or _is_local_value(argument.value)
        for argument in _given(call, param)
    )


def _is_local_value(value: Value) -> bool:
    return isinstance(value, Const) and isinstance(value.value, str) and bool(_LOCAL.match(value.value))


def _names_host(value: Value) -> bool:
    """Whether a value is an address with a host, so that it does not matter which one its client has."""
    return not (isinstance(value, Const) and isinstance(value.value, str) and value.value.startswith("/"))


def leading_text(frame: Frame, node: cst.CSTNode, depth: int = 4) -> str:
    """Returns the text that an address begins with, as far as it is written out; "" if nothing is known of it."""
    if depth == 0:
        return ""
    if isinstance(node, cst.SimpleString):
        return str(node.evaluated_value)
    if isinstance(node, cst.FormattedString):
        return _leading_part(frame, node, depth)
    if isinstance(node, cst.BinaryOperation):
        return leading_text(frame, node.left, depth - 1)
    if isinstance(node, cst.IfExp):
        return _common([leading_text(frame, side, depth - 1) for side in (node.body, node.orelse)])
    if isinstance(node, cst.Call):
        return "file:" if _is_file(node) else _given_back(frame, node, depth)
    if isinstance(node, (cst.Tuple, cst.List)) and node.elements:
        return leading_text(frame, node.elements[0].value, depth - 1)
    return _named_text(frame, node, depth) if isinstance(node, (cst.Name, cst.Attribute)) else ""


def _named_text(frame: Frame, node: cst.Name | cst.Attribute, depth: int) -> str:
    """The text that a name, or an attribute of an object itself, stands for."""
    if isinstance(node, cst.Attribute):
        if frame.owner is None or not isinstance(node.value, cst.Name) or node.value.value not in ("self", "cls"):
            return ""
        return _text_of(frame.scope.session.attribute(frame.owner, node.attr.value))
    value = _assigned(frame.tree, node)
    return leading_text(frame, value, depth - 1) if value is not None else _text_of(frame.lookup(node.value))


def _given_back(frame: Frame, node: cst.Call, depth: int) -> str:
    """What all texts that a function of the project gives back have in common at their beginning."""
    target = evaluate(frame, node.func) if isinstance(node.func, (cst.Name, cst.Attribute)) else None
    inner = frame.scope.session.frame(target) if isinstance(target, Function) else None
    if inner is None or not isinstance(inner.node, cst.FunctionDef) or inner.is_async or inner.decorators:
        return ""
    parts = list(walk(inner.node.body))
    if any(isinstance(part, cst.Yield) for part in parts):
        return ""
    given = [part.value for part in parts if isinstance(part, cst.Return)]
    return _common([leading_text(inner, value, depth - 1) if value is not None else "" for value in given])


def _common(texts: list[str]) -> str:
    """The beginning that several texts have in common."""
    first, last = min(texts, default=""), max(texts, default="")
    return next((first[:at] for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), first)


def _is_file(node: cst.Call) -> bool:
    """Whether a call gives the address of a file: `path.as_uri()`."""
    return isinstance(node.func, cst.Attribute) and node.func.attr.value == "as_uri" and not node.args


def _text_of(value: Value | None) -> str:
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else ""


def _leading_part(frame: Frame, node: cst.FormattedString, depth: int) -> str:
    """The text of a formatted string up to the first part that is not known."""
    text = ""
    for part in node.parts:
        inner = part.value if isinstance(part, cst.FormattedStringText) else ""
        if isinstance(part, cst.FormattedStringExpression):
            inner = leading_text(frame, part.expression, depth - 1)
        if not inner:
            break
        text += inner
    return text
