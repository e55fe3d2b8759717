"""Calls that the catalogue knows: their records in the frame, and the values that they return."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import libcst as cst

from ...catalog.index import GENERATED
from ..catalog.lookup import Catalog
from ..catalog.policies import RetryFact
from ..catalog.records import AdapterFact, CallFact, ClientFact, Fact, LimitFact, ResponseFact
from ..catalog.security import VerifyFact
from ..catalog.surroundings import DoubleFact, ScopeFact
from ..syntax.access_path import Attr, Called, Path
from ..syntax.text import Span
from ..syntax.tree import Tree, dotted, walk
from .call_kinds import KINDS, OtherCall
from .calls import Call, Frame
from .context import Context
from .kinds import FrameKind
from .values import (
    UNKNOWN,
    Arguments,
    Const,
    Derived,
    Instance,
    Method,
    OneOf,
    Pending,
    Ref,
    Response,
    Value,
    join,
    options,
    present,
)

FIELDS = frozenset(("field", "Field", "ib", "attrib", "PrivateAttr"))
"""What declares an attribute of a record, and says nothing of its value: its annotation does."""
RECORDED = (
    "call",
    "client",
    "spawn",
    "sleep",
    "retry",
    "verify",
    "digest",
    "insecure",
    "token",
    "task",
    "scope",
)
"""Tables whose entries are recorded as calls of a frame, for rules to look at."""


NUMBERS = {"int": int, "float": float}
"""The functions that make numbers, by name."""
_STUB = "Stub"
"""The end of the names of classes that generated code makes calls with."""
_STREAMS = re.compile(r"a?iter_(?:lines|text|content|bytes|raw|chunked|chunks|any)")
"""Accessors that give a body piece by piece."""


def identified(catalog: Catalog, client: Instance) -> bool:
    """Whether an attribute of a client may be called with an identifier: `client.messages(sid).fetch()`."""
    fact = catalog.fact(ClientFact, client.type)
    return fact is not None and fact.identified


def plain(name: str) -> Fact:
    """An entry for what the catalogue does not know."""
    return Fact(library="", name=name)


def note(
    ctx: Context,
    node: cst.Call,
    fact: Fact,
    args: Arguments,
    clients: tuple[Instance, ...],
    offloaded: bool,
    *,
    keep: bool = True,
) -> Call:
    """The record of a call; going through a loop twice gives the same record."""
    known = ctx.frame.calls.get(id(node))
    if known is not None:
        for client in clients:
            if client not in known.clients:
                known.clients = (*known.clients, client)
        return known
    kind = KINDS.get(fact.kind, OtherCall)
    call = kind(node, fact, args, clients, tuple(ctx.within), ctx.current, offloaded=offloaded, frame=ctx.frame)
    call.deferred = ctx.frame.kind is FrameKind.LAMBDA
    if keep:
        ctx.frame.calls[id(node)] = call
    return call


_ASIDE = ("block", "global")
"""Tables whose entries are recorded apart from the calls of a frame."""


def note_aside(ctx: Context, node: cst.Call, target: Value, args: Arguments) -> None:
    """Records a call that waits inside the program, or sets something for all of it, in the frame's `asides`."""
    catalog = ctx.frame.scope.catalog
    fact: Fact | None = None
    for table in _ASIDE:
        if isinstance(target, Method):
            fact = fact or catalog.method(table, target.owner.type, target.name)
        elif isinstance(target, Ref):
            fact = fact or catalog.fact(table, target.name)
    if fact is not None and id(node) not in ctx.frame.asides:
        clients = (target.owner,) if isinstance(target, Method) else ()
        ctx.frame.asides[id(node)] = note(ctx, node, fact, args, clients, False, keep=False)


def declared(ctx: Context, node: cst.Call, name: str, args: Arguments) -> Value | None:
    """The client that a field holds: one that its factory makes, or one that is given; None if it makes none."""
    given = args.named.get("default_factory") or args.named.get("factory")
    if given is None or name.rpartition(".")[2] not in FIELDS or not isinstance(given.value, Ref):
        return None
    fact = ctx.frame.scope.catalog.fact(ClientFact, given.value.name)
    if fact is None or fact.awaited:
        return None
    call = note(ctx, node, fact, Arguments(), (), False)
    call.factory = given.node
    kind = fact.type or fact.name
    call.result = Instance(kind, call, "call")
    return OneOf((call.result, Instance(kind, None, "given")))


def generated_stub(ctx: Context, node: cst.Call, name: str, args: Arguments) -> Instance | None:
    """What generated code makes of a channel, `FooStub(channel)`: each of its methods is a call; None if it is none."""
    given = args.positional[0] if args.positional else args.named.get("channel")
    if given is None or not name.endswith(_STUB):
        return None
    for option in options(present(given.value)):
        fact = ctx.frame.scope.catalog.fact(ClientFact, option.type) if isinstance(option, Instance) else None
        if isinstance(option, Instance) and fact is not None and fact.stub:
            return Instance(fact.stub, option.made, option.origin, option.events, option.escaped)
    return generated(ctx, node.func, "call")


def generated(ctx: Context, node: cst.BaseExpression, origin: str) -> Instance | None:
    """An object of the class that an expression names, if that is one of generated code by the name of its module."""
    path = dotted(node)
    if not path.endswith(_STUB):
        return None
    head, _, rest = path.partition(".")
    for target in ctx.frame.scope.module.imports.get(head, ()):
        *_, module, name = "", *".".join(filter(None, (target.module, target.name, rest))).split(".")
        kind = next((types[0] for end, types in GENERATED.items() if module.endswith(end)), "")
        if kind and name.endswith(_STUB):
            return Instance(kind, None, origin)
    return None


def member_of(ctx: Context, value: Value) -> Value:
    """What an item of a value is, or what a loop over it gives, if that is an object of a known type."""
    found: list[Value] = []
    for option in options(value):
        if isinstance(option, Derived) and option.source is not None and _STREAMS.fullmatch(option.path.called):
            found.append(option)  # a line of a body says what a body says
            continue
        fact = ctx.frame.scope.catalog.fact(ClientFact, option.type) if isinstance(option, Instance) else None
        if not isinstance(option, Instance) or fact is None or not fact.index:
            return UNKNOWN
        found.append(Instance(fact.index, option.made, option.origin, option.events, option.escaped))
    return join(found)


def known(
    ctx: Context, node: cst.Call, fact: Fact, args: Arguments, clients: tuple[Instance, ...], offloaded: bool
) -> Value:
    """The value of a call of a catalogue entry; the call is recorded in the frame."""
    call = note(ctx, node, fact, args, clients, offloaded)
    for argument in (*args.positional, *args.named.values()):
        ctx.escape(argument.value, f"it is passed to `{fact.name}`", settle=False, kinds=(Response,))
        if fact.kind in ("retry", "spawn"):
            ctx.escape(argument.value, f"it is passed to `{fact.name}`", settle=True)
    if call.result is None:
        call.result = _returned(ctx, call, fact)
    return call.result


def _returned(ctx: Context, call: Call, fact: Fact) -> Value:
    value: Value = UNKNOWN
    if not isinstance(fact, CallFact):
        return Derived(Path(fact.name, (Called(),)))
    if fact.returns:
        if ctx.frame.scope.catalog.fact(ResponseFact, fact.returns) is not None:
            value = call.response = Response(call, fact.returns)
        else:
            origin = "client" if call.clients else "call"
            value = Instance(fact.returns, call.clients[0].made if call.clients else call, origin)
    if fact.mode == "async" or fact.context:
        return Pending(value, call)
    return value


def called(ctx: Context, node: cst.Call, path: Path, args: Arguments) -> Path:
    """The path with a call of it. A check of a signature is recorded, by a method of an object that was made there."""
    *before, last = path.steps or (Called(),)
    if isinstance(last, Attr) and before and before[-1] == Called():
        owner = Path(path.base, tuple(before)).qualified
        fact = ctx.frame.scope.catalog.method(VerifyFact, owner, last.name) if owner else None
        if fact is not None:
            note(ctx, node, fact, args, (), False)
    return path.then(Called())


def same_method(catalog: Catalog, choices: tuple[Value, ...]) -> Method | None:
    """The method that all of them are, of one type of client or of types that have it from one; None if not.

    So are methods of one client that the catalogue describes in the same words: `client.get if read else client.post`.
    """
    methods = [choice for choice in choices if isinstance(choice, Method)]
    if len(methods) < len(choices):
        return None
    first = next((method for method in methods if method.name == "get"), methods[0])  # which claims the least
    if len({method.owner.type for method in methods}) == 1 and len({method.name for method in methods}) > 1:
        same = _are_one([catalog.method(CallFact, method.owner.type, method.name) for method in methods])
        return first if same else None
    return first if all(_is_same(catalog, first, method) for method in methods) else None


def _is_same(catalog: Catalog, one: Method, other: Method) -> bool:
    """Whether two methods of a name are of one type, or of types that have it from one."""
    return other.name == one.name and (other.owner.type == one.owner.type or _inherited(catalog, one, other))


def _inherited(catalog: Catalog, one: Method, other: Method) -> bool:
    """Whether the catalogue describes both by the same entry."""
    found = catalog.method(CallFact, one.owner.type, one.name)
    return found is not None and found is catalog.method(CallFact, other.owner.type, other.name)


def same_function(catalog: Catalog, choices: tuple[Value, ...]) -> bool:
    """Whether all that may be called are functions of one library that the catalogue describes in the same words.

    So are those of one name in libraries of which it knows nothing: `json.loads`, with `json` from here or there.
    """
    names = [choice.name if isinstance(choice, Ref) else "" for choice in choices]
    last = {name.rpartition(".")[2] for name in names}
    if all(names) and len(last) == 1 and not any(True for name in names for _ in catalog.libraries(name)):
        return True
    tables: tuple[type[Fact], ...] = (CallFact, ClientFact, RetryFact, AdapterFact, LimitFact, ScopeFact)
    return any(_are_one([catalog.fact(table, name) if name else None for name in names]) for table in tables)


def answers_inside(ctx: Context, args: Arguments) -> bool:
    """Whether what makes a client gives it a transport that answers within the program."""
    for given in args.named.values():
        for option in options(given.value):
            fact = ctx.frame.scope.catalog.fact(AdapterFact, option.type) if isinstance(option, Instance) else None
            if fact is not None and fact.inside:
                return True
    return False


def _are_one(facts: list[Fact | None]) -> bool:
    """Whether some entries say the same."""
    first = facts[0]
    return first is not None and all(fact is not None and _words(fact) == _words(first) for fact in facts)


def _words(fact: Fact) -> Fact:
    """An entry without what tells it from others in the same words: a library may carry a copy of a policy."""
    found = fact.replaced(name="", names=(), proof="")
    if isinstance(fact, ScopeFact):
        return found.replaced(library="", versions=(), entered_versions="")
    if isinstance(fact, RetryFact):
        found = found.replaced(library="", versions=(), default_retry_after=None)
        return found.replaced(renamed={}, removed_versions="", renamed_versions="")
    return found


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
    starts, blocks = tree.derived(_blocks, tree.module)
    index = bisect_right(starts, span.start) - 1
    node: cst.CSTNode | None = blocks[index] if index >= 0 else None
    while node is not None:  # a block around the place is around the last one that begins before it
        if isinstance(node, cst.With) and span.start < tree.span(node).end:
            yield from (item.item for item in node.items)
        node = tree.parent(node)


def _blocks(tree: Tree, top: cst.CSTNode) -> tuple[list[int], list[cst.With]]:
    """The `with` blocks of a tree in text order, and where they begin."""
    found = sorted(((tree.span(node).start, node) for node in walk(top) if isinstance(node, cst.With)), key=_start)
    return [start for start, _ in found], [node for _, node in found]


def _start(block: tuple[int, cst.With]) -> int:
    return block[0]


def as_number(value: Value, name: str) -> Value:
    """The value of `int(...)` or `float(...)`."""
    if isinstance(value, Const) and isinstance(value.value, (int, float, str)) and not isinstance(value.value, bool):
        try:
            return Const(NUMBERS[name](value.value), value.soft, value.name)
        except ValueError:
            return UNKNOWN
    return Derived(Path(name, (Called(value.path),)), value.source) if isinstance(value, Derived) else UNKNOWN
