"""Connections that are opened in a function and neither closed there nor given to anything that could close them."""

from __future__ import annotations

import libcst as cst

from ..kit.findings import Fix
from ..kit.interp.calls import Call
from ..kit.responses.answer_reads import Reads, reads_of
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import Tree


def stays_open(call: Call) -> Reads | None:
    """What is read of a connection that nothing closes; None if it is closed, or if it may be."""
    closed_by = call.as_external.closed_by
    if not closed_by or call.deferred or call.factory is not None:
        return None
    reads = reads_of(call, mapping=False)
    if reads.escaped or reads.iterated or not reads.words.isdisjoint(closed_by):
        return None
    tree = call.frame.tree
    if any(_goes_on(tree, node) for _, node in reads.parts):
        return None
    return reads


def _goes_on(tree: Tree, node: cst.CSTNode) -> bool:
    """Whether what a connection gave is given back or stored, and may need the connection: a cursor, a file."""
    above = tree.parent(node)
    while isinstance(above, cst.Await):
        above = tree.parent(above)
    if isinstance(above, cst.Arg):  # what is made of it may need the connection
        made = tree.parent(above)
        return made is not None and isinstance(tree.parent(made), (cst.Return, cst.Yield, cst.Assign))
    if isinstance(above, (cst.Return, cst.Yield)):
        return True
    targets = [target.target for target in above.targets] if isinstance(above, cst.Assign) else []
    return any(isinstance(target, (cst.Attribute, cst.Subscript)) for target in targets)


def close_at_once(call: Call, reads: Reads) -> list[Fix]:
    """Returns the fix that closes what is only opened as a test; nothing where it is used."""
    statement = call.statement
    if reads.names or reads.words or call.as_external.mode == "async" or not isinstance(statement, cst.Expr):
        return []
    if statement.value is not call.node or call.offloaded:
        return []
    end = call.frame.tree.outer(call.node).end
    name = call.as_external.closed_by[0]
    return [Fix(f"Insert .{name}()", (Edit(end, end, f".{name}()"),), (), "safe")]
