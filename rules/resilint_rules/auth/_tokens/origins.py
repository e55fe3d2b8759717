"""Where a token comes from: a request, its issuer, or a caller that has it verified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ...kit.interp.calls import Frame
from ...kit.reach.callers import CallSite, argument_for, callers
from ...kit.syntax.bound_names import values_given
from ...kit.syntax.idioms import is_log, last_name
from ...kit.syntax.tree import Tree, walk

_REQUEST = re.compile(
    r"\brequest\.(?:args|form|values|headers|cookies|json|get_json|query_params|query|path_params|match_info|GET|POST|"
    r"COOKIES|META|data|auth|authorization|post)\b|\bself\.get_(?:query_|body_|secure_)?(?:argument|cookie)\("
)
"""How frameworks give what a request brings."""
_INJECTED = re.compile(r"(?:\w+\.)*(?:Header|Cookie|Query|Form|Body|Path)\(|\bOAuth2\w*|\bHTTPBearer\b")
"""Defaults and annotations by which a framework fills a parameter from a request."""
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """An expression, with the tree and the function that it stands in."""

    node: cst.CSTNode
    tree: Tree
    function: cst.CSTNode
    frame: Frame | None
    """The frame of that function, if it is at hand: its callers are found by it."""


def comes_from_request(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an expression demonstrably holds what a request brought, read here or by a caller in this module."""
    return any(_is_requested(place) for place in _sources(_place(frame, node), _DEPTH))


def comes_from_issuer(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an expression holds what another function of the module got in an answer, on every way here."""
    places = list(_sources(_place(frame, node), _DEPTH))
    return bool(places) and all(_is_answer(place, frame) for place in places)


def is_verified_by_callers(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether each caller in the module also gives the token that it looks into to code that may verify it."""
    if not isinstance(node, cst.Name):
        return False
    sites = callers(frame)
    return bool(sites) and all(_is_passed_on(site, argument_for(site, frame, node.value)) for site in sites)


def _place(frame: Frame, node: cst.CSTNode) -> _Place:
    return _Place(node, frame.tree, frame.node if frame.node is not None else frame.tree.module, frame)


def _sources(place: _Place, depth: int) -> Iterator[_Place]:
    """Yields the expressions that a name in an expression stands for, through assignments and callers."""
    names = {part.value for part in walk(place.node) if isinstance(part, cst.Name)} if depth else set()
    values = place.tree.derived(values_given, place.function)
    given = [_Place(value, place.tree, place.function, place.frame) for name in names for value in values.get(name, ())]
    given.extend(_given_by_callers(place, names - values.keys()))
    if not given:
        yield place
    for source in given:
        if source.node is not place.node:
            yield from _sources(source, depth - 1)


def _given_by_callers(place: _Place, names: set[str]) -> Iterator[_Place]:
    """Yields what the callers in the module give for the parameters among some names."""
    frame = place.frame
    if frame is None or not isinstance(frame.node, cst.FunctionDef):
        return
    params = {param.name.value for param in walk(frame.node.params) if isinstance(param, cst.Param)}
    for name in names & params:
        for site in callers(frame):
            argument = argument_for(site, frame, name)
            if argument is not None:
                yield _Place(argument, site.tree, site.function, None)


def _is_requested(place: _Place) -> bool:
    if _REQUEST.search(place.tree.code(place.node) if isinstance(place.node, cst.BaseExpression) else ""):
        return True
    if not isinstance(place.function, cst.FunctionDef):
        return False
    names = {part.value for part in walk(place.node) if isinstance(part, cst.Name)}
    for param in walk(place.function.params):
        if isinstance(param, cst.Param) and param.name.value in names:
            parts = [param.default, param.annotation.annotation if param.annotation is not None else None]
            if any(part is not None and _INJECTED.search(place.tree.code(part)) for part in parts):
                return True
    return False


def _is_answer(place: _Place, frame: Frame) -> bool:
    """Whether an expression calls a function of the module that makes a request and gives something back."""
    scope = frame.scope
    for node in walk(place.node):
        if not isinstance(node, cst.Call):
            continue
        name = last_name(node)
        for function in scope.module.all_functions():
            if function.name == name:
                called = scope.frame(function)
                if called is not None and called.returns and any(c.response is not None for c in called.calls.values()):
                    return True
    return False


def _is_passed_on(site: CallSite, argument: cst.CSTNode | None) -> bool:
    """Whether a caller gives the same expression to another call than the one at hand, which does not only log it."""
    if argument is None:
        return False
    text = site.tree.code(argument)
    name = last_name(site.node)
    for node in walk(site.function):
        if isinstance(node, cst.Call) and last_name(node) != name and not is_log(node):
            parts = (part for arg in node.args for part in walk(arg.value))
            if any(isinstance(part, type(argument)) and site.tree.code(part) == text for part in parts):
                return True
    return False
