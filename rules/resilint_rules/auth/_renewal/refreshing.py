"""The sending of a refresh token that the answer replaces, and what keeps two coroutines from doing it at once."""

from __future__ import annotations

import re

import libcst as cst

from ...kit import Call, Frame
from ...kit.syntax.tree import Tree, walk
from .expiry import methods_by_class

_SENDS = re.compile(r"[\"']refresh_token[\"']|\brefresh_token ?=")
_GRANT = re.compile(r"grant_type[\"']?\s*[:=]\s*[\"']refresh_token[\"']")
_REPLACES = re.compile(r"(?:\[|\.get\(|\.pop\()[\"']refresh_token[\"']|\.refresh_token\b")
_ONE_AT_A_TIME = re.compile(
    r"lock\b|locks\b|semaphore|mutex|single_?flight|create_task|ensure_future|\bFuture|Event\(|Condition\(|_refreshing\b|"
    r"in_progress|in_flight|pending",
    re.IGNORECASE,
)


def spends_refresh_token(call: Call) -> bool:
    """Whether a coroutine sends a refresh token, keeps the new one on its object, and nothing holds others back."""
    frame = call.frame
    if not call.inside_async or not call.verb or "." not in frame.qualname:
        return False
    if "refresh_token" not in frame.tree.text:
        return False
    text = frame.tree.flat
    if not _GRANT.search(text) or not _SENDS.search(text) or not _sends_it(call):
        return False
    return frame.tree.derived(_replaces, frame.tree.module) and not _is_guarded(frame)


def _sends_it(call: Call) -> bool:
    """Whether the call may carry the grant: it is the only one of the function, or has it among its arguments."""
    others = [other for other in call.frame.calls.values() if type(other) is Call and other.verb]
    return len(others) == 1 or _SENDS.search(call.frame.tree.code(call.node)) is not None


def _replaces(tree: Tree, top: cst.CSTNode) -> bool:
    """Whether a function keeps the refresh token of an answer on its object."""
    for node in walk(top):
        if isinstance(node, cst.Assign) and _REPLACES.search(tree.code(node.value)):
            targets = [
                part for target in node.targets for part in walk(target.target) if isinstance(part, cst.Attribute)
            ]
            if any(isinstance(part.value, cst.Name) and part.value.value == "self" for part in targets):
                return True
    return False


def _is_guarded(frame: Frame) -> bool:
    """Whether the class, or what it is made by, has something that lets one at a time through."""
    module, owner = frame.scope.module, frame.qualname.rpartition(".")[0]
    methods = module.derived(methods_by_class).get(owner, [])
    return any(module.search(_ONE_AT_A_TIME, method.chunk) is not None for method in methods)
