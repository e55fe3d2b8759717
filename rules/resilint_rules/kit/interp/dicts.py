"""What the methods of a dict do to the keys of it that are seen."""

from __future__ import annotations

import re

import libcst as cst

from .values import Arguments, Change, Const, Mapping, options

CHANGES = frozenset(("update", "setdefault"))
READS = frozenset(("get", "items", "keys", "values", "copy", "pop"))
"""Methods that add no key."""
_ADDS = re.compile(r"\.(?:update|setdefault)\(|\[[^\]\n]*\][ \t]*=(?!=)")
_JOINED = re.compile(r"[\w.]\Z")


def change(made: Change, args: Arguments, node: cst.Call) -> None:
    """Takes over the keys that `update` or `setdefault` adds; what cannot be seen may be any key."""
    known = made.mapping
    if args.open_names or args.open_positions:
        known.open = True
    values = [each.value for each in args.positional]
    if made.name != "update":
        key = values[0] if values else None
        if not isinstance(key, Const):
            known.open = True
        elif len(values) > 1 and str(key.value) not in known.items:
            known.items[str(key.value)] = (values[1], node)
        return
    for value in values:
        for each in options(value):
            if isinstance(each, Mapping):
                known.items.update({name: (inner, node) for name, (inner, _) in each.items.items()})
            known.open = known.open or not isinstance(each, Mapping) or each.open
    known.items.update({name: (given.value, node) for name, given in args.named.items()})


def changed_inside(name: str, text: str) -> bool:
    """Whether a function or block of a module adds keys to a dict of the module."""
    at = text.find(name)
    while at >= 0:
        before = text[text.rfind("\n", 0, at) + 1 : at]
        end = at + len(name)
        if before[:1] in (" ", "\t") and "#" not in before and not _JOINED.search(before) and _ADDS.match(text, end):
            return True
        at = text.find(name, end)
    return False
