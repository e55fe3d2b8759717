"""Who sees an exception: the handlers around a place, what they catch, and how they are left."""

from __future__ import annotations

import re

import libcst as cst

from ..exceptions.handlers import Handler, handlers_of
from ..exceptions.hierarchy import is_subclass
from ..interp.calls import Call, Frame, Guard
from ..retries.layer import row, where
from ..syntax.exits import Exit
from ..syntax.tree import walk


def judges(call: Call) -> bool:
    """Whether the function may raise for an answer: it looks at the status, or passes the answer on."""
    response, fact = call.response, call.answer
    if response is None or response.escaped:
        return True
    return fact is not None and any(name in fact.checks for name, _ in response.uses)


def raiser_of(call: Call) -> cst.CSTNode | None:
    """Where an error status of a call is made an exception by the method for that; None if nowhere."""
    response, fact = call.response, call.answer
    if response is None or fact is None:
        return None
    return next((node for name, node in response.uses if name == fact.raiser), None)


def guards_around(call: Call, node: cst.CSTNode | None = None) -> list[Guard]:
    """The `try` statements whose body holds a call, or a node of its function, the innermost first."""
    tree, guards = call.frame.tree, call.frame.guards
    below: cst.CSTNode | None = node if node is not None else call.node
    found: list[Guard] = []
    while below is not None:  # from the node upwards: a function may have many of them
        above = tree.parent(below)
        guard = guards.get(id(above)) if above is not None else None
        if guard is not None and guard.node.body is below:
            found.append(guard)
        below = above
    return found


def _catches(clause: Handler, errors: tuple[str, ...] | None) -> bool | None:
    """Whether a clause catches an exception that is one of these; None if that cannot be seen."""
    if clause.broad:
        return True
    if clause.errors is None or not errors:
        return None
    catalog = clause.frame.scope.catalog
    caught = [clause.catches(raised) for raised in errors]
    if all(caught):
        return True
    related = any(
        is_subclass(catalog, one, other) is not False
        for error in errors
        for known in clause.errors
        for one, other in ((known, error), (error, known))
    )
    return None if related else False


def find_clause(guard: Guard, errors: tuple[str, ...] | None) -> tuple[Handler | None, bool]:
    """The first clause that catches, or may catch, one of these exceptions, and whether it surely does."""
    for clause in handlers_of(guard):
        verdict = _catches(clause, errors)
        if verdict is not False:
            return clause, verdict is True
    return None, False


def name_clause(clause: Handler, here: Frame) -> str:
    """A clause in words: its head and its line, and its file if that is not the one of `here`."""
    return f"`{_head(clause)}` ({where(clause.frame, clause.node, here)})"


def _head(clause: Handler) -> str:
    doc = clause.frame.scope.module.doc
    line = doc.line(row(clause.frame, clause.node)).strip()
    return re.sub(r"\s*:\s*(#.*)?$", "", line.partition(" as ")[0].partition(":")[0])


def is_bare(clause: Handler) -> bool:
    """Whether all that it raises is the exception it caught."""
    for node in walk(clause.node.body):
        if not isinstance(node, cst.Raise) or node.exc is None:
            continue
        if not (isinstance(node.exc, cst.Name) and node.exc.value == clause.name):
            return False
    return True


_LEFT = {
    Exit.RAISE: "may raise",
    Exit.RETURN: "returns",
    Exit.BREAK: "leaves the loop",
    Exit.CONTINUE: "goes on with the loop",
    Exit.FALLS: "goes on",
}


def name_exits(clause: Handler) -> str:
    """How a clause can be left, in words."""
    left = clause.leaves
    return " or ".join(text for way, text in _LEFT.items() if way in left) or "goes on"


def is_covered(call: Call, wanted: tuple[str, ...], errors: tuple[str, ...]) -> bool | None:
    """Whether a policy for some exceptions repeats a call for all of `errors`; None if for some, or not known."""
    catalog = call.frame.scope.catalog
    rows = [[is_subclass(catalog, error, name) for name in wanted] for error in errors]
    covered = {True if True in row else None if None in row else False for row in rows}
    return covered.pop() if len(covered) == 1 else None


def name_errors(errors: tuple[str, ...] | None) -> str:
    """Exceptions in words, the first two of them; "" for none."""
    return " or ".join(f"`{error}`" for error in (errors or ())[:2])


def name_raised(errors: tuple[str, ...] | None) -> str:
    """The same at the beginning of what is said about them."""
    named = name_errors(errors)
    return f"{named}: " if named else ""
