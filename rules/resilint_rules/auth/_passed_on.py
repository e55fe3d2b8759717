"""Switches that are given to a function of the project which hands its keyword arguments on to a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import Call, Const, Frame, Function, Value, WrappedCall, matches, protection_off, walk
from ..kit.exceptions.handlers import named
from ..kit.trust.switches import tls_of

_LOCAL = re.compile(r"[\"'](?:http://|(?:https?://)?(?:localhost\b|127\.|\[::1\]))", re.IGNORECASE)


class PassedOn(NamedTuple):
    """A literal that switches the check of the peer off in a call elsewhere: where it stands, and that call."""

    argument: cst.Arg
    call: Call


def is_given_off(call: WrappedCall) -> bool:
    """Whether the caller of a function of another module gives what switches the check off in the call it makes."""
    found = protection_off(call) if call.elsewhere else None
    return found is not None and found[1].node is not call.node


def passed_on(frame: Frame) -> Iterator[PassedOn]:
    """Yields the literals of a function that reach a call by the `**options` of a function which it calls."""
    if "False" not in frame.tree.text:
        return
    local = _LOCAL.search(frame.tree.text) is not None
    for node in walk(frame.node if frame.node is not None else frame.tree.module):
        if not isinstance(node, cst.Call) or id(node) in frame.calls:
            continue
        literals = [arg for arg in node.args if arg.keyword is not None and _is_false(arg.value)]
        function = _called(frame, node) if literals else None
        inner = frame.scope.session.frame(function) if isinstance(function, Function) else None
        if inner is not None and not (local and _is_local(frame, node)):
            yield from _reached(inner, literals)


def _is_local(frame: Frame, node: cst.Call) -> bool:
    """Whether a call is given an address of the own machine, or one without encryption."""
    return any(_LOCAL.search(frame.tree.code(arg.value)) for arg in node.args)


def _called(frame: Frame, node: cst.Call) -> Value | None:
    """What a call calls: a function by its name, or a method of the class that the function stands in."""
    used = frame.uses.get(id(node))
    return used[1] if used is not None else named(frame, node.func)


def _reached(inner: Frame, literals: list[cst.Arg]) -> Iterator[PassedOn]:
    """Yields the arguments that a function hands on to a call in which they switch the check off."""
    for call in inner.calls.values():
        tls = tls_of(call)
        if tls is None or tls.name in call.args.named or not _hands_on(inner, call):
            continue
        for arg in literals:
            if arg.keyword is not None and arg.keyword.value == tls.name and matches(Const(value=False), tls.off):
                yield PassedOn(arg, call)


def _is_false(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name) and node.value == "False"


def _hands_on(frame: Frame, call: Call) -> bool:
    """Whether a call is given all keyword arguments of its function that this one does not name."""
    node = frame.node
    rest = node.params.star_kwarg if isinstance(node, cst.FunctionDef) else None
    if rest is None:
        return False
    spread = (arg.value for arg in call.node.args if arg.star == "**")
    return any(isinstance(value, cst.Name) and value.value == rest.name.value for value in spread)
