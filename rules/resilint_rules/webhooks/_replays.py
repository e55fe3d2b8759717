"""The age of a signature: whether a check limits it, and whether a stamp that is signed is compared with the clock."""

from __future__ import annotations

import re

import libcst as cst

from ..kit import Fix
from ..kit.fixes.edits import remove_argument
from ..kit.interp.call_kinds import DigestCall, VerifyCall
from ..kit.interp.values import literal
from ._reserialised import leaves_of, verifies

_STAMP = re.compile(r"time_?stamp|(?:^|_|\b)(?:ts|stamp)(?:$|_|\b)|request_time|sent_at", re.IGNORECASE)
_CLOCK = re.compile(
    r"\btime\.(?:time|monotonic)\b|\b(?:utc)?now\b|\btime\(\)|fromtimestamp|toleran|max_?age|(?<!\w)age\b|expir|replay|drift|"
    r"leeway|\bis_recent|too_old|window|nonce|dedup|seen",
    re.IGNORECASE,
)
"""What looks at the age of something, or at whether it came before."""
_LONGEST = 3600


def open_tolerance(call: VerifyCall) -> str:
    """The argument that lets a signature of any age pass, or of more than an hour, as written; "" if there is none."""
    tolerance = call.fact.tolerance
    given = call.args.get(tolerance) if tolerance is not None else None
    if tolerance is None or given is None:
        return ""
    value = literal(given.value)
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and value > _LONGEST
    return f"{tolerance.name}={value}" if number or (value is None and "None" in tolerance.off) else ""


def keep_default(call: VerifyCall) -> list[Fix]:
    """Returns the fix that leaves the age to the library, where the argument is given by name."""
    tolerance = call.fact.tolerance
    if tolerance is None or tolerance.name not in call.args.named:
        return []
    edit = remove_argument(call, tolerance.name)
    return [Fix(f"Remove {tolerance.name}", (edit,))] if edit is not None else []


def unread_stamp(call: DigestCall) -> cst.BaseExpression | None:
    """Returns a stamp that is signed with a request, in a module that compares no time with the clock."""
    frame = call.frame
    module = frame.scope.module
    if not verifies(frame) or module.search(_CLOCK) is not None:
        return None
    for leaf in leaves_of(call):
        if isinstance(leaf, (cst.Name, cst.Subscript, cst.Call, cst.Attribute)) and _STAMP.search(
            frame.tree.code(leaf)
        ):
            return leaf
    return None
