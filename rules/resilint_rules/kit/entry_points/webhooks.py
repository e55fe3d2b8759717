"""Webhooks: functions that another system calls with its events, and how long it waits for their answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..catalog.parts import Answering
from ..catalog.peers import events, signatures
from ..catalog.surroundings import EntryFact
from ..interp.call_kinds import VerifyCall
from ..interp.calls import Frame, maker
from ..interp.statements import evaluate
from ..interp.values import Instance, Value, literal, options
from ..syntax.idioms import last_name
from ..syntax.text import Span
from ..syntax.tree import Tree, dotted, walk
from .entry import EntryKind, entry_point

PATIENCE = 30
"""Seconds after which a sender counts a delivery as failed that says nothing shorter."""
_EVENTS = frozenset((
    "x-gitlab-event", "x-gitlab-event-uuid", "x-gitea-event", "x-gogs-event", "x-event-key", "x-hook-uuid",
    "x-wc-webhook-topic", "x-atlassian-webhook-identifier", "sentry-hook-resource", "linear-event",
))  # fmt: skip
"""Headers that senders of events set besides those of `catalog/peers`, of which no page is known that states it."""
_SIGNATURES = frozenset((
    "x-gitlab-token", "x-gitea-signature", "x-gogs-signature", "x-wc-webhook-signature", "x-line-signature",
    "x-signature-ed25519", "x-zm-signature", "x-zendesk-webhook-signature", "x-square-hmacsha256-signature",
    "x-hubspot-signature", "x-hubspot-signature-v3", "x-docusign-signature-1", "x-hook-signature",
    "x-telegram-bot-api-secret-token", "paypal-transmission-sig", "stripe-signature", "svix-signature",
    "linear-signature", "sentry-hook-signature", "paddle-signature", "calendly-webhook-signature",
    "typeform-signature", "plaid-verification",
))  # fmt: skip
"""The same, of headers by which they prove themselves."""
_HURRIED = {"x-gitlab-event": 10, "x-gitlab-token": 10}
"""The same, of the seconds that they wait, those of GitLab.com."""


def is_event(header: str) -> bool:
    """Whether senders of events set a header, in small letters, and no client of an API does."""
    return header in _EVENTS or header in events()


def is_signature(header: str) -> bool:
    """Whether senders of events prove themselves by a header, in small letters."""
    return header in _SIGNATURES or header in signatures()


def _patience(header: str) -> int:
    """The seconds for which the sender waits that sets a header."""
    return events().get(header) or signatures().get(header) or _HURRIED.get(header, PATIENCE)


class Delivery(NamedTuple):
    """What says that a function takes events, and the seconds for which the sender waits.

    `answered` is where the answer leaves, if that is before the end of the function.
    """

    sign: str
    patience: int
    answered: Span | None = None


def delivery(frame: Frame) -> Delivery | None:
    """Returns what says that a function answers a webhook; None if nothing does, or if it was answered before."""
    if not isinstance(frame.node, cst.FunctionDef):
        return None
    if delivery not in frame.derived:
        frame.derived[delivery] = _listens(frame) or _takes_requests(frame)
    found: Delivery | None = frame.derived[delivery]
    return found


def headers_in(frame: Frame) -> list[str]:
    """Returns the headers of webhooks that a function mentions, in small letters and as they are sent."""
    if headers_in not in frame.derived:
        names = _names(frame.node) if isinstance(frame.node, cst.FunctionDef) and _may_name(frame.tree.text) else ()
        frame.derived[headers_in] = [name for name in map(sent_name, names) if is_event(name) or is_signature(name)]
    found: list[str] = frame.derived[headers_in]
    return found


def _may_name(text: str) -> bool:
    """Whether a text says a header of a webhook in some spelling: most functions do not, and need no closer look."""
    written = text.lower().replace("_", "-")
    return any(name in written for names in (_EVENTS, _SIGNATURES, events(), signatures()) for name in names)


def sent_name(text: str) -> str:
    """The name of a header as it is sent: `HTTP_X_GITHUB_EVENT` is `x-github-event`."""
    return text.lower().replace("_", "-").removeprefix("http-")


def _names(node: cst.FunctionDef) -> Iterator[str]:
    """The texts of a function, and its parameters that a framework fills from headers."""
    for part in walk(node):
        if isinstance(part, cst.SimpleString) and len(part.value) < _LONGEST:
            value = part.evaluated_value
            if isinstance(value, str):
                yield value
        elif isinstance(part, cst.Param) and _is_header(part):
            yield part.name.value


_LONGEST = 60


def _is_header(param: cst.Param) -> bool:
    """Whether a framework fills a parameter from a header: `= Header()`, `Annotated[str, Header()]`."""
    given = [param.default, param.annotation]
    return any(
        isinstance(node, cst.Call) and last_name(node) == "Header" for part in given if part for node in walk(part)
    )


def _takes_requests(frame: Frame) -> Delivery | None:
    """The header of a sender in a function that a request calls; a library's check of a signature says the same."""
    names = headers_in(frame)
    verified = next((call for call in frame.calls.values() if isinstance(call, VerifyCall)), None)
    if (not names and verified is None) or entry_point(frame) is not EntryKind.REQUEST:
        return None
    if not names:
        return Delivery(verified.written if verified is not None else "", PATIENCE)
    return Delivery(names[0], min(map(_patience, names)))


def _listens(frame: Frame) -> Delivery | None:
    """The decorator, or the registration, by which a framework calls a function for events."""
    for owner, method in _registrations(frame):
        for option in options(owner):
            fact = frame.scope.catalog.method(EntryFact, option.type, method) if isinstance(option, Instance) else None
            if isinstance(option, Instance) and fact is not None and fact.answer is not None:
                return _answered(frame, option, fact.answer, method)
    return None


def _answered(frame: Frame, app: Instance, answer: Answering, method: str) -> Delivery | None:
    """When the answer of a listener leaves: at its end, where it says so, or before it runs."""
    made = maker(app)
    if made is None:
        return None
    given = made.args.named.get(answer.late)
    if given is not None and literal(given.value) is not False:
        return Delivery(method, answer.patience) if literal(given.value) is True else None
    if answer.at_once or made.args.open_names:
        return None
    calls = [node for node in walk(frame.node) if isinstance(node, cst.Call)] if frame.node is not None else []
    sent = next((node for node in calls if dotted(node.func) == answer.by), None)
    return Delivery(method, answer.patience, frame.tree.span(sent)) if sent is not None else None


def _registrations(frame: Frame) -> Iterator[tuple[Value, str]]:
    """What a function is registered on, and by which method: `@app.event("x")`, `app.event("x")(ack=function)`."""
    for decorator, _ in frame.decorators:
        func = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        if isinstance(func, cst.Attribute):
            yield evaluate(frame, func.value), func.attr.value
    if not frame.decorators and frame.outer is None and any(_answers(param) for param in _params(frame)):
        name = frame.qualname.rpartition(".")[2]
        yield from _by_statement(frame, name)
        yield from _by_function(frame, name)


def _by_statement(frame: Frame, name: str) -> Iterator[tuple[Value, str]]:
    """The registrations of a name in statements of the module."""
    for chunk in frame.scope.module.statements_mentioning(name):
        tree = frame.scope.tree(chunk)
        for func in _registering(tree, name) if tree is not None else ():
            head = frame.scope.value(func.value.value) if isinstance(func.value, cst.Name) else None
            if head is not None:
                yield head, func.attr.value


def _by_function(frame: Frame, name: str) -> Iterator[tuple[Value, str]]:
    """The registrations of a name in functions of the module."""
    module = frame.scope.module
    for function in module.chosen(module.functions_mentioning(name)):
        tree = frame.scope.tree(function.chunk)
        found = list(_registering(tree, name)) if tree is not None else []
        inside = frame.scope.frame(function) if found and function.name != name else None
        if inside is not None:
            yield from ((evaluate(inside, func.value), func.attr.value) for func in found)


def _params(frame: Frame) -> Iterator[str]:
    if isinstance(frame.node, cst.FunctionDef):
        yield from (param.name.value for param in (*frame.node.params.params, *frame.node.params.kwonly_params))


def _answers(param: str) -> bool:
    """Whether a parameter has a name by which a listener answers."""
    return param in ("ack", "_ack", "body", "event", "say", "respond", "args", "context", "payload", "command")


def _registering(tree: Tree, name: str) -> Iterator[cst.Attribute]:
    """The methods whose result is called with a function: `app.event` of `app.event("x")(name)`."""
    for node in walk(tree.module):
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Call):
            continue
        first = [arg.value for arg in node.args if arg.keyword is None and not arg.star][:1]
        first += [arg.value for arg in node.args if arg.keyword is not None and arg.keyword.value == "ack"]
        if isinstance(node.func.func, cst.Attribute) and any(_means(value, name) for value in first):
            yield node.func.func


def _means(value: cst.BaseExpression, name: str) -> bool:
    return dotted(value).removeprefix("self.") == name
