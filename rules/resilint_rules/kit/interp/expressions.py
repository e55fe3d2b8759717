"""Displays, comparisons, items and comprehensions: expressions whose value follows from their parts."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as Statements

import libcst as cst

from ..syntax.access_path import Item, Path
from ..syntax.idioms import BROAD, calls_in, is_log
from ..syntax.tree import children, walk
from . import references
from .body_checks import ENVELOPE, TURNS_PAGES, VERDICT, demand, look_into, mark_checked, whole, words
from .context import Context, Table, kept_at
from .kinds import Around, EventKind, Part
from .known_calls import member_of
from .parts.operators import OPERATORS
from .values import (
    UNKNOWN,
    Const,
    Derived,
    Event,
    Instance,
    Mapping,
    Method,
    Nested,
    Ref,
    Sequence,
    Value,
    Within,
    join,
    literal,
    options,
    present,
)

ALIASES = frozenset(f"{home}.{name}" for home in ("typing", "typing_extensions") for name in ("Annotated", "Optional"))
"""What gives a type another name, with more to say about it."""
_MEMBERSHIP = frozenset((cst.In, cst.NotIn))
_IDENTITY = frozenset((cst.Is, cst.IsNot))


def _sequence(ctx: Context, node: cst.Tuple | cst.List | cst.Set) -> Value:
    members: list[Value] = []
    for element in node.elements:
        value = ctx.value(element.value)
        if isinstance(element, cst.StarredElement):
            return UNKNOWN
        members.append(value)
    return Sequence(tuple(members))


def _dict(ctx: Context, node: cst.Dict) -> Value:
    found = Mapping(display=(ctx.frame.tree, node))
    for element in node.elements:
        value = ctx.value(element.value)
        if isinstance(element, cst.StarredDictElement):
            for option in options(value):
                if isinstance(option, Mapping) and not option.open:
                    found.items.update(option.items)
                else:
                    found.open = True
        elif isinstance(element, cst.DictElement):
            key = ctx.value(element.key)
            if isinstance(key, Const):
                found.items[str(key.value)] = (value, element.value)
            else:
                found.open = True
    return found


def _comparison(ctx: Context, node: cst.Comparison) -> Value:
    sides = [ctx.value(node.left), *(ctx.value(comparison.comparator) for comparison in node.comparisons)]
    ctx.frame.compares[id(node)] = (node, sides)
    signs = {type(comparison.operator) for comparison in node.comparisons}
    if not signs.isdisjoint(_MEMBERSHIP):
        _search(ctx, sides[-1])
    elif not signs.isdisjoint(_IDENTITY):
        taken = words(sides[0]) if literal(sides[-1]) is None else []
        if taken and not TURNS_PAGES.search(ctx.frame.tree.code(node.left)):
            demand(taken)  # the same as a search
    elif any(isinstance(candidate, Const) and VERDICT.search(str(candidate.value)) for candidate in sides):
        for side in (option for one in sides for option in options(one)):
            if whole(side):  # a body that is one word
                mark_checked(side)
    return UNKNOWN


def _search(ctx: Context, body: Value) -> None:
    """Notes that `key in body` is tested: it is checked, unless the test only keeps a part of it."""
    ctx.escape(body, "it is searched", settle=False)
    if not (isinstance(ctx.current, cst.If) and (_noted(ctx.current, ctx.frame.node) or _emptied(ctx, ctx.current))):
        mark_checked(body)


def _subscript(ctx: Context, node: cst.Subscript) -> Value:
    owner = ctx.value(node.value)
    keys = []
    for candidate in node.slice:
        if isinstance(candidate.slice, cst.Index):
            keys.append(ctx.value(candidate.slice.value))
        else:
            ctx.parts(candidate.slice)
    if isinstance(owner, Ref) and owner.name in ALIASES and keys:
        return keys[0]  # `SessionDep = Annotated[Session, Depends(made)]`
    kept = kept_at(ctx, node, "[]")
    if kept is not None:
        return kept
    if len(keys) != 1 or not isinstance(keys[0], Const):
        if any(place.ignores_missing_key for place in ctx.within):
            mark_checked(owner)
        return join([_any_function(option) or _part(option) for option in options(owner)])
    return join([_item(ctx, option, keys[0].value, node) for option in options(present(owner))])


def _any_function(owner: Value) -> Value | None:
    """One of the functions that a dict written out holds; None for anything else."""
    held = [value for value, _ in owner.items.values()] if isinstance(owner, Mapping) and not owner.open else []
    return join(held) if held and all(isinstance(value, (Ref, Method)) for value in held) else None


def _item(ctx: Context, owner: Value, key: object, node: cst.Subscript) -> Value:
    if isinstance(owner, Mapping) and str(key) in owner.items:
        return owner.items[str(key)][0]
    if isinstance(owner, Sequence) and isinstance(key, int) and -len(owner.members) <= key < len(owner.members):
        return owner.members[key]
    if isinstance(owner, Ref) and owner.name == "os.environ":
        return UNKNOWN
    if isinstance(owner, Method):
        owner.owner.note(Event(EventKind.TOUCH, owner.name, (), node))
    if isinstance(owner, Instance):
        return member_of(ctx, owner)
    return _result_item(ctx, owner, key) if isinstance(owner, (Derived, Ref)) else UNKNOWN


def _result_item(ctx: Context, owner: Derived | Ref, key: object) -> Value:
    """What an item of something outside of the project stands for, such as a body; a missing key may be noticed."""
    look_into(owner, key)
    if isinstance(key, str):
        if any(place.ignores_missing_key for place in ctx.within):
            mark_checked(owner)
        if isinstance(owner, Derived) and owner.source and any(map(_logs_any_error, ctx.within)):
            owner.source.noticed = True
        key = key.lower()
    if isinstance(owner, Derived):
        return Derived(owner.path.then(Item(key)), owner.source)
    return Derived(Path(owner.name, (Item(key),)))


def _lambda(ctx: Context, node: cst.Lambda) -> Value:
    ctx.inner[id(node)] = (node, "<lambda>")
    return Nested(node, "<lambda>")


def _walrus(ctx: Context, node: cst.NamedExpr) -> Value:
    value = ctx.value(node.value)
    if isinstance(node.target, cst.Name):
        ctx.frame.env[node.target.value] = value
    return value


def _comprehension(ctx: Context, node: cst.BaseSimpleComp | cst.DictComp) -> Value:
    before = dict(ctx.frame.env)
    hidden: set[str] = set()
    loop: cst.CompFor | None = node.for_in
    depth = len(ctx.within)
    while loop is not None:
        value = ctx.value(loop.iter)
        ctx.escape(value, "it is iterated", settle=False)
        for name in _names(loop.target):
            hidden.add(name)
            ctx.frame.env[name] = member_of(ctx, value) if isinstance(loop.target, cst.Name) else UNKNOWN
        ctx.within.append(Within(Around.LOOP, loop))
        for test in loop.ifs:
            ctx.truth(test.test)
        loop = loop.inner_for_in
    for part in (node.key, node.value) if isinstance(node, cst.DictComp) else (node.elt,):
        ctx.escape(ctx.value(part), "it is collected", settle=False)
    del ctx.within[depth:]
    for name, value in ctx.frame.env.items():  # `:=` binds a name around the comprehension
        if name not in hidden and before.get(name) is not value:
            before[name] = join([before[name], value]) if name in before else value
    ctx.frame.env = before
    return UNKNOWN


def _yield(ctx: Context, node: cst.Yield) -> Value:
    if node.value is not None:
        inner = node.value.item if isinstance(node.value, cst.From) else node.value
        value = ctx.value(inner)
        ctx.frame.returns.append(value)
        ctx.escape(value, "it is yielded", settle=False)
    return UNKNOWN


def _plain(ctx: Context, node: cst.CSTNode) -> Value:
    return UNKNOWN


def _part(owner: Value) -> Value:
    """A part of a value whose key is not known."""
    if isinstance(owner, Mapping) and owner.items and not owner.open:
        members = [value for value, _ in owner.items.values()]
        return join(members) if all(isinstance(member, Instance) for member in members) else UNKNOWN
    return Derived(owner.path.then(Item(None)), owner.source) if isinstance(owner, Derived) else UNKNOWN


def _logs_any_error(within: Within) -> bool:
    """Whether a place is the body of a `try` that tells a log of whatever is the matter."""
    if (
        within.kind is not Around.TRY
        or within.part is not Part.BODY
        or not isinstance(within.node, (cst.Try, cst.TryStar))
    ):
        return False
    for handler in within.node.handlers:
        names = {node.value for node in walk(handler.type) if isinstance(node, cst.Name)} if handler.type else BROAD
        if names & BROAD and any(is_log(candidate) for candidate in calls_in(handler.body)):
            return True
    return False


def _noted(branch: cst.If, function: cst.CSTNode | None) -> bool:
    """Whether a part of a body is only kept where it is there, and the body is given back whether it is or not."""
    test, lines = branch.test, branch.body.body
    if not isinstance(test, cst.Comparison) or branch.orelse is not None or not isinstance(function, cst.FunctionDef):
        return False
    body, last = test.comparisons[0].comparator, function.body.body[-1]
    small = _small((*lines, last))
    if not isinstance(body, cst.Name) or len(small) != 2 or len(lines) != 1:
        return False
    if isinstance(test.left, cst.SimpleString) and str(test.left.evaluated_value).lower() in ENVELOPE:
        return False
    kept, given = small
    return _keeps_item(kept, body, test.left) and isinstance(given, cst.Return) and _same(given.value, body)


def _emptied(ctx: Context, branch: cst.If) -> bool:
    """Whether a body without a key is taken for an empty answer: `if "rows" not in body: return []`, or the reverse.

    A word that tells success from failure is not meant.
    """
    test, block = branch.test, ctx.frame.tree.parent(branch)
    if not isinstance(test, cst.Comparison) or not isinstance(test.left, cst.SimpleString):
        return False
    if not isinstance(test.comparisons[0].operator, (cst.In, cst.NotIn)) or not isinstance(block, cst.IndentedBlock):
        return False
    if str(test.left.evaluated_value).lower() in ENVELOPE:
        return False
    after = block.body[[*block.body].index(branch) + 1 :] if branch.orelse is None else ()
    rest = branch.orelse.body.body if isinstance(branch.orelse, cst.Else) else after
    if isinstance(test.comparisons[0].operator, cst.NotIn):
        return bool(rest) and _is_empty(_returned(branch.body.body))
    return _returned(branch.body.body) is not None and _is_empty(_returned(rest))


def _is_empty(node: cst.BaseExpression | None) -> bool:
    """Whether an expression is an empty list, tuple, dict or set."""
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Name) and node.func.value in ("list", "dict", "set", "tuple") and not node.args
    return isinstance(node, (cst.List, cst.Tuple, cst.Dict)) and not node.elements


def _returned(lines: Statements[cst.BaseStatement | cst.BaseSmallStatement]) -> cst.BaseExpression | None:
    """What some statements return, if they do nothing else."""
    small = _small(lines)
    only = small[0] if len(small) == 1 else None
    return only.value if isinstance(only, cst.Return) else None


def _small(lines: Iterable[cst.CSTNode]) -> list[cst.CSTNode]:
    """Statements one by one, whether they stand on lines of their own or not."""
    return [part for line in lines for part in (line.body if isinstance(line, cst.SimpleStatementLine) else (line,))]


def _keeps_item(node: cst.CSTNode, owner: cst.Name, key: cst.BaseExpression) -> bool:
    """Whether a statement is `... = owner[key]`."""
    kept = node.value if isinstance(node, cst.Assign) else None
    if not isinstance(kept, cst.Subscript):
        return False
    return _same(kept.value, owner) and kept.slice[0].slice.deep_equals(cst.Index(key))


def _same(node: cst.CSTNode | None, other: cst.CSTNode) -> bool:
    return node is not None and node.deep_equals(other)


def _names(node: cst.CSTNode) -> list[str]:
    if isinstance(node, cst.Name):
        return [node.value]
    return [name for child in children(node) for name in _names(child)]


EXPRESSIONS: Table = {
    **references.TABLE,
    **OPERATORS,
    cst.Tuple: _sequence,
    cst.List: _sequence,
    cst.Set: _sequence,
    cst.Dict: _dict,
    cst.Comparison: _comparison,
    cst.Subscript: _subscript,
    cst.Lambda: _lambda,
    cst.NamedExpr: _walrus,
    cst.ListComp: _comprehension,
    cst.SetComp: _comprehension,
    cst.GeneratorExp: _comprehension,
    cst.DictComp: _comprehension,
    cst.Yield: _yield,
    cst.Ellipsis: _plain,
    cst.Imaginary: _plain,
}
"""What evaluates each type of expression."""
