"""Stand-ins for peers, such as `@responses.activate`: inside of one no call leaves the process."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from ..catalog.surroundings import DoubleFact
from ..syntax.text import Span
from ..syntax.tree import Tree, dotted, walk
from .calls import Frame
from .values import Derived, Instance, Method, Ref, Value, options


def is_played(frame: Frame, span: Span, library: str) -> bool:
    """Whether a stand-in answers what is called at a place: it decorates the function, or a `with` enters it."""
    catalog = frame.scope.catalog
    for node in _around(frame, span):
        for value in options(_made_by(frame, node)):
            fact = None
            if isinstance(value, Method):
                fact = catalog.method(DoubleFact, value.owner.type, value.name)
            elif isinstance(value, (Ref, Instance)):
                fact = catalog.fact(DoubleFact, value.name if isinstance(value, Ref) else value.type)
            elif isinstance(value, Derived):
                fact = catalog.fact(DoubleFact, value.path.base)
            if fact is not None and not fact.records and (not library or library in fact.covers):
                return True
    return False


def _made_by(frame: Frame, node: cst.BaseExpression) -> Value:
    """The value of the function or object that an expression names, or calls."""
    while isinstance(node, cst.Call):
        node = node.func
    first, *rest = dotted(node).split(".")
    found = frame.lookup(first) if first else None
    if isinstance(found, Ref):
        return Ref(".".join((found.name, *rest)))
    return found if found is not None else Ref("")


def _around(frame: Frame, span: Span) -> Iterator[cst.BaseExpression]:
    """Yields the decorators of the functions around a place, and what the `with` blocks around it enter."""
    above: Frame | None = frame
    while above is not None:
        yield from (decorator.decorator for decorator, _ in above.decorators)
        above = above.outer
    tree = frame.tree
    for block in tree.derived(_blocks, tree.module):
        start, end = tree.span(block)
        if start <= span.start < end:
            yield from (item.item for item in block.items)


def _blocks(tree: Tree, top: cst.CSTNode) -> list[cst.With]:
    """The `with` blocks of a tree."""
    return [node for node in walk(top) if isinstance(node, cst.With)]
