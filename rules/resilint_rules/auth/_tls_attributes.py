"""Attributes of clients and TLS contexts that switch the check of the peer off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import libcst as cst

from ..kit import (
    ClientFact,
    EventKind,
    Finding,
    Fix,
    Frame,
    InsecureFact,
    Instance,
    Ref,
    Value,
    chosen,
    context_of,
    matches,
    options,
    reset,
    trusting,
    vouched,
)

ANY = "accepts any certificate"
CONSEQUENCE = "an attacker on the network path can read and change what is sent"


def assigned(frame: Frame) -> Iterator[Finding]:
    """Yields findings about attributes that switch a check off."""
    offs: dict[int, list[tuple[cst.Attribute, Instance, str]]] = {}
    for target, owner, name, value in frame.sets.values():
        if not isinstance(target, cst.Attribute):
            continue
        insecure = frame.scope.catalog.fact(InsecureFact, value.name) if isinstance(value, Ref) else None
        if isinstance(owner, Ref) and insecure is not None and not chosen(frame, target):
            yield _finding(frame, target, f"from here on {insecure.message}")
        for option in options(owner):
            if not isinstance(option, Instance):
                continue
            if _is_switch(frame.scope.catalog.fact(ClientFact, option.type), name, value) and not chosen(frame, target):
                yield _finding(frame, target, ANY, *reset(frame, [target], {}))
            context = context_of(frame, option)
            off = context is not None and matches(value, context.off.get(name, ()))
            if off and not chosen(frame, target):
                offs.setdefault(id(option), []).append((target, option, name))
    for found in offs.values():
        yield from _context(frame, found)


def _is_switch(client: ClientFact | None, name: str, value: Value) -> bool:
    """Whether an attribute of a client switches the check of the peer off with this value."""
    tls = client.tls if client is not None else None
    return tls is not None and tls.attribute and tls.name == name and matches(value, tls.off)


def _context(frame: Frame, found: list[tuple[cst.Attribute, Instance, str]]) -> Iterator[Finding]:
    """Yields one finding per context: at `verify_mode` if that is switched off, else at `check_hostname`.

    A reason that stands at either is one for both.
    """
    owner = found[0][1]
    fact = context_of(frame, owner)
    target = next((target for target, _, name in found if name == "verify_mode"), None)
    trust = trusting(frame, owner)
    off = [item for item, _, _ in found]
    fixes = reset(frame, off, fact.secure, trust) if fact is not None and trust is not None else []
    if target is not None:
        reported = _finding(frame, target, ANY, *fixes)
        beside = (text for item in off for text in _finding(frame, item, ANY).comments)
        yield replace(reported, comments=tuple(dict.fromkeys((*reported.comments, *beside))))
    elif not vouched(owner) and not _elsewhere(owner, fact.off.get("verify_mode", ()) if fact is not None else ()):
        yield _finding(frame, found[0][0], "accepts the certificate of any host", *fixes)


def _elsewhere(context: Instance, off: object) -> bool:
    """Whether the certificates are switched off in another statement, which is reported there."""
    return any(
        event.kind is EventKind.SET and event.name == "verify_mode" and matches(event.values[0], off)
        for event in context.events
    )


def _finding(frame: Frame, target: cst.Attribute, says: str, *fixes: Fix) -> Finding:
    """Returns a finding about an assignment to an attribute."""
    written = frame.tree.code(target)
    return frame.finding(f"`{written}` {says}: {CONSEQUENCE}", frame.tree.span(target), fixes)
