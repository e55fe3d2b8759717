"""Switches that are given to a function of the project, which hands them on to a call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit import Call, Const, Frame, Function, Value, WrappedCall, matches, protection_off, untapped, walk
from ..kit.effects.callees import callee
from ..kit.exceptions.handlers import named
from ..kit.interp.session import Session
from ..kit.interp.values import Class
from ..kit.reach.callers import parameters
from ..kit.trust.switches import tls_of
from ._kept_switches import Off, kept_switches, parameter_given

_LOCAL = re.compile(r"[\"'](?:http://|(?:https?://)?(?:localhost\b|127\.|\[::1\]))", re.IGNORECASE)
_SWITCH = re.compile(r"verif|secure|ssl|tls|cert|check|trust|strict|validat", re.IGNORECASE)
"""Words in the names that such a switch is given."""
_ABOUT_TLS = re.compile(r"verif|secur|ssl|tls|cert|check_host", re.IGNORECASE)
"""Words of which one stands in what it reaches at last."""


class PassedOn(NamedTuple):
    """A literal that switches the check of the peer off elsewhere: where it stands, and what it reaches."""

    argument: cst.Arg
    reaches: Off


def is_given_off(call: WrappedCall) -> bool:
    """Whether the caller of a function of another module gives what switches the check off in the call it makes."""
    found = protection_off(call) if call.elsewhere else None
    return found is not None and found[1].node is not call.node


def passed_on(frame: Frame) -> Iterator[PassedOn]:
    """Yields the literals of a function that reach a call through functions which it calls."""
    if "False" not in frame.tree.text:
        return
    local = _LOCAL.search(frame.tree.text) is not None
    for node in walk(frame.node if frame.node is not None else frame.tree.module):
        if not isinstance(node, cst.Call) or id(node) in frame.calls or not any(map(_may_be_switch, node.args)):
            continue
        inner = _entered(frame, node)
        if inner is None or (local and _is_local(frame, node)):
            continue
        for name, off in _switches(inner).items():
            arg = _given(inner, node, name)
            if arg is not None and _is_false(arg.value):
                yield PassedOn(arg, off)


def _may_be_switch(arg: cst.Arg) -> bool:
    return _is_false(arg.value) and (arg.keyword is None or _SWITCH.search(arg.keyword.value) is not None)


def _is_false(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name) and node.value == "False"


def _is_local(frame: Frame, node: cst.Call) -> bool:
    """Whether a call is given an address of the own machine, or one without encryption."""
    return any(_LOCAL.search(frame.tree.code(arg.value)) for arg in node.args)


def _entered(frame: Frame, node: cst.Call) -> Frame | None:
    """The function that a call runs and that may hold a switch: by its name, as a method, or as a constructor."""
    session, used = frame.scope.session, frame.uses.get(id(node))
    value: Value | None = used[1] if used is not None else named(frame, node.func)
    if isinstance(value, Class) and isinstance(session, Session):
        value = callee(session, value)
    if not isinstance(value, Function):
        return None
    source = value.module.source(value.chunk.chunk)
    return session.frame(value) if "**" in source or _ABOUT_TLS.search(source) is not None else None


def _given(inner: Frame, node: cst.Call, name: str) -> cst.Arg | None:
    """What a call gives for a parameter of a function, or as one of its open options."""
    names = parameters(inner)
    for place, arg in enumerate(node.args):
        if arg.star:
            return next((one for one in node.args if one.keyword is not None and one.keyword.value == name), None)
        if (arg.keyword.value if arg.keyword is not None else names[place] if place < len(names) else "") == name:
            return arg
    return None


def _switches(inner: Frame) -> dict[str, Off]:
    """What switches a check off in a function, or further on, by the parameter that holds it."""
    if _switches not in inner.derived:
        inner.derived[_switches] = {}  # it may call itself
        inner.derived[_switches] = dict(_found_in(inner))
    found: dict[str, Off] = inner.derived[_switches]
    return found


def _found_in(inner: Frame) -> Iterator[tuple[str, Off]]:
    """Yields the parameters of a function that switch a check off, each with what they reach."""
    if not isinstance(inner.node, cst.FunctionDef):
        return
    for call in inner.calls.values():
        name = _switch_of(inner, call)
        if name and not untapped(call):
            yield name, Off(call.written, call.callee, call.library)
    yield from kept_switches(inner)
    for node in walk(inner.node.body):
        if not isinstance(node, cst.Call) or id(node) in inner.calls or not any(map(_may_pass, node.args)):
            continue
        deeper = _entered(inner, node)
        for name, off in _switches(deeper).items() if deeper is not None else ():
            arg = _given(deeper, node, name) if deeper is not None else None
            source = parameter_given(inner, arg.value) if arg is not None else name if _spreads(inner, node) else ""
            if source:
                yield source, off


def _may_pass(arg: cst.Arg) -> bool:
    return arg.star == "**" or (isinstance(arg.value, cst.Name) and _SWITCH.search(arg.value.value) is not None)


def _switch_of(inner: Frame, call: Call) -> str:
    """The parameter of a function that decides whether a call checks its peer; "" if none does."""
    tls = tls_of(call)
    if tls is None or not matches(Const(value=False), tls.off):
        return ""
    argument = call.args.get(tls)
    if argument is not None:
        return parameter_given(inner, argument.node)
    return tls.name if tls.name not in call.args.named and _spreads(inner, call.node) else ""


def _spreads(frame: Frame, node: cst.Call) -> bool:
    """Whether a call is given all keyword arguments of its function that this one does not name."""
    function = frame.node
    rest = function.params.star_kwarg if isinstance(function, cst.FunctionDef) else None
    spread = (arg.value for arg in node.args if arg.star == "**")
    return rest is not None and any(isinstance(value, cst.Name) and value.value == rest.name.value for value in spread)
