"""What a call stands in that is held until the call returns."""

from __future__ import annotations

from ..kit import Around, Call, Frame, Ref, Value, options
from ..kit.catalog.surroundings import TransactionFact
from ..kit.interp.values import Derived


def transaction_around(call: Call) -> str:
    """The transaction that a call is made in, as the catalogue calls it: a block, or a decorator; "" for none."""
    for place in reversed(call.within):
        if place.kind is Around.WITH and place.value is not None:
            opened = _opens(call.frame, place.value, called=True)
            if opened:
                return opened
    for _, value in call.frame.decorators:
        opened = _opens(call.frame, value, called=False)
        if opened:
            return opened
    return ""


def _opens(frame: Frame, value: Value, *, called: bool) -> str:
    """The last two names of the function that opens a transaction, if a value is what it returns or itself."""
    catalog = frame.scope.catalog
    for option in options(value):
        name = option.path.qualified if isinstance(option, Derived) else ""
        if not called and isinstance(option, Ref):
            name = option.name
        owner, _, method = name.rpartition(".")
        fact = catalog.fact(TransactionFact, name) or catalog.method(TransactionFact, owner, method) if name else None
        if fact is not None and fact.form.startswith("context") and (called or fact.form == "context+decorator"):
            return ".".join(name.split(".")[-2:])
    return ""
