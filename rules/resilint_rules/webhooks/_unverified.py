"""Webhooks that believe all that is sent to them: neither a signature nor a secret is looked at on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from ..kit.effects.followed import followed_calls
from ..kit.entry_points.entry import EntryKind, entry_point
from ..kit.entry_points.sent import spine
from ..kit.entry_points.webhooks import headers_in, is_event, is_signature
from ..kit.interp.call_kinds import DigestCall, VerifyCall
from ..kit.interp.calls import Frame
from ..kit.syntax.tree import walk

_KINDS = re.compile(
    r"checkout\.session\.(?:async_payment_\w+|completed|expired)|payment_intent\.(?:succeeded|payment_failed|canceled)"
    r"|invoice\.(?:paid|payment_succeeded|payment_failed)|customer\.subscription\.(?:created|updated|deleted)"
    r"|charge\.(?:succeeded|failed|refunded|dispute\.created)"
)
"""Kinds of events, as the body of an event of a payment service has them."""
_GUARDS = re.compile(
    r"verif|signature|signed|hmac|digest|construct_event|secret|token|\bauth|_auth|authoriz|authentic|permission|"
    r"credential|api_?key|login|allow(?:ed|list)|whitelist|trusted|is_valid|validate|check_(?:hook|request|sender|origin)|"
    r"remote_addr|client\.host|forwarded_for|ip_(?:address|network)|oauth|jwt|bearer|hash|Depends\(|Security\(",
    re.IGNORECASE,
)
"""What a function or one around it says that looks at who has sent a request."""
_ELSEWHERE = re.compile(
    r"before_request|middleware|preprocess|dependencies[ \t]*=|dispatch\(|\bmixin|url_value_preprocessor", re.IGNORECASE
)
"""What a module says that has requests looked at before any handler."""
_ASKS_BACK = re.compile(r"\.retrieve(?:_async)?\(")
"""The event is fetched from a payment service, so that only the number is believed."""
_WHOLE = re.compile(r"(?:self\.)?_?(?:req|request)(?:\.(?:headers|META))?(?:\.(?:copy|items)\(\))?")
"""A request as a whole, or its headers: what gets them may check them."""
_DEPTH = 3


def unverified_sign(frame: Frame) -> cst.CSTNode | None:
    """Returns what says that a function takes events, a header or a kind of event, if it believes all that is sent."""
    node = frame.node
    if not isinstance(node, cst.FunctionDef) or entry_point(frame) not in (EntryKind.REQUEST, EntryKind.EVENT):
        return None
    names = headers_in(frame)
    if any(map(is_signature, names)):
        return None
    sign = _sign(frame, node, by_header=any(map(is_event, names)))
    if sign is None or _is_guarded_around(frame) or any(_is_guarded(inner) for inner in _with_callees(frame, _DEPTH)):
        return None
    return sign


def _sign(frame: Frame, node: cst.FunctionDef, *, by_header: bool) -> cst.CSTNode | None:
    """The text that names a header or a kind of event."""
    for part in walk(node):
        if not isinstance(part, cst.SimpleString):
            continue
        text = part.raw_value
        if by_header and is_event(text.lower().replace("_", "-").removeprefix("http-")):
            return part
        if not by_header and _KINDS.fullmatch(text) and _is_compared(frame, part):
            return part
    if by_header:
        return next((param.name for param in node.params.params if is_event(param.name.value.replace("_", "-"))), None)
    return None


def _is_compared(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a text is one that a value is compared with, and not sent or listed."""
    above = frame.tree.parent(node)
    while isinstance(above, (cst.Element, cst.Tuple, cst.List, cst.Set, cst.ComparisonTarget)):
        above = frame.tree.parent(above)
    return isinstance(above, (cst.Comparison, cst.MatchValue))


def _is_guarded_around(frame: Frame) -> bool:
    """Whether the class or the module of a function may look at requests before it does."""
    module = frame.scope.module
    cls = next((one for one in module.all_classes() if one.name == frame.qualname.rpartition(".")[0]), None)
    if cls is not None and _GUARDS.search(module.source(cls.chunk)):
        return True
    return module.search(_ELSEWHERE) is not None


def _with_callees(frame: Frame, depth: int) -> Iterator[Frame]:
    """A function, and those of the project that it calls."""
    yield frame
    for _, inner in followed_calls(frame) if depth > 1 else ():
        yield from _with_callees(inner, depth - 1)


def _is_guarded(frame: Frame) -> bool:
    """Whether a function looks at who has sent something, or gives the request to code that may do so."""
    assert frame.node is not None
    if any(isinstance(call, (DigestCall, VerifyCall)) for call in frame.calls.values()):
        return True
    text = frame.tree.code(frame.node)
    return bool(_GUARDS.search(text) or _ASKS_BACK.search(text)) or _gives_request(frame)


def _gives_request(frame: Frame) -> bool:
    """Whether the request as a whole, or its headers, is given to code that is not followed."""
    followed = {id(node) for node, _ in followed_calls(frame)}
    for node in walk(frame.node) if frame.node is not None else ():
        if isinstance(node, cst.Call) and id(node) not in followed:
            values = (arg.value for arg in node.args)
            if any(arg_star.star == "**" for arg_star in node.args) or any(_WHOLE.fullmatch(spine(v)) for v in values):
                return True
    return False
