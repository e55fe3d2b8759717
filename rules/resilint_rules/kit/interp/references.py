"""Names, attributes, calls and annotations: expressions whose value comes from somewhere else."""

from __future__ import annotations

import builtins

import libcst as cst

from ..catalog.records import ClientFact
from ..syntax.access_path import Attr, Path
from ..syntax.tree import expression
from .calls import Frame
from .calls_made import CHANGES, READS, invoke
from .context import Context, Table
from .kinds import Around, EventKind
from .values import (
    UNKNOWN,
    Argument,
    Arguments,
    Change,
    Class,
    Const,
    DeferredReturn,
    Derived,
    Event,
    Instance,
    Mapping,
    Method,
    Object,
    Pending,
    ProjectModule,
    Ref,
    Response,
    Sequence,
    Unknown,
    Value,
    Within,
    join,
    options,
    present,
)

_BUILTINS = frozenset(dir(builtins))


def narrow(ctx: Context, test: cst.CSTNode, holds: bool) -> None:
    """What a condition says of a name: `x is None`, `x is not None`, `x`, `not x`."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        narrow(ctx, test.expression, not holds)
        return
    if isinstance(test, cst.Name):
        name, none = test.value, not holds
    elif isinstance(test, cst.Comparison) and len(test.comparisons) == 1 and isinstance(test.left, cst.Name):
        against = test.comparisons[0]
        if not (isinstance(against.comparator, cst.Name) and against.comparator.value == "None"):
            return
        if isinstance(against.operator, (cst.Is, cst.Equal)):
            none = holds
        elif isinstance(against.operator, (cst.IsNot, cst.NotEqual)):
            none = not holds
        else:
            return
        name = test.left.value
    else:
        return
    known = ctx.frame.env.get(name)
    if known is None:
        return
    if none:
        kept = [v for v in options(known) if not isinstance(v, (Instance, Response, Object))]
        ctx.frame.env[name] = join(list(kept)) if kept else known
    else:
        ctx.frame.env[name] = present(known)


def annotation(ctx: Context, node: cst.BaseExpression) -> Value | None:
    """The object that an annotation promises, if it is of a type we know; None otherwise."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        text = node.evaluated_value
        parsed = expression(text) if isinstance(text, str) else None
        return annotation(ctx, parsed) if parsed is not None else None
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return _one_of(ctx, [node.left, node.right])
    if isinstance(node, cst.Subscript):
        outer = ctx.value(node.value)
        inner = node.slice[0].slice
        if isinstance(outer, Ref) and outer.name in ("typing.Union", "typing_extensions.Union"):
            return _one_of(ctx, [e.slice.value for e in node.slice if isinstance(e.slice, cst.Index)])
        if (
            isinstance(outer, Ref)
            and outer.name.rpartition(".")[2] in ("Optional", "Annotated", "ClassVar", "Final")
            and isinstance(inner, cst.Index)
        ):
            return annotation(ctx, inner.value)
        return None
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return None
    value = ctx.value(node)
    if isinstance(value, Ref):
        fact = ctx.frame.scope.catalog.fact(ClientFact, value.name)
        if fact is not None and fact.type:
            return Instance(fact.type, None, "annotation")
    if isinstance(value, Class):
        return ctx.frame.scope.session.instance(value, None)
    return None


def _one_of(ctx: Context, sides: list[cst.BaseExpression]) -> Value | None:
    """What a union promises, if it is one thing or nothing; of two things we cannot know which."""
    kept = [side for side in sides if not (isinstance(side, cst.Name) and side.value == "None")]
    return annotation(ctx, kept[0]) if len(kept) == 1 else None


def _name(ctx: Context, node: cst.Name) -> Value:
    name = node.value
    if name in ("None", "True", "False"):
        return Const({"None": None, "True": True, "False": False}[name])
    found = ctx.frame.lookup(name)
    if found is not None:
        return found
    return Ref(name) if name in _BUILTINS else Unknown(f"`{name}` is not defined here")


def _attribute(ctx: Context, node: cst.Attribute) -> Value:
    name = node.attr.value
    owner = ctx.value(node.value)
    return join([member(ctx, option, name, node) for option in options(present(owner))])


def member(ctx: Context, owner: Value, name: str, node: cst.CSTNode) -> Value:
    """What an attribute of a value stands for."""
    scope = ctx.frame.scope
    if isinstance(owner, Ref):
        return Ref(f"{owner.name}.{name}")
    if isinstance(owner, Mapping):
        if name in CHANGES:
            return Change(owner, name)
        if name not in READS:
            owner.remove(UNKNOWN)
        return UNKNOWN
    if isinstance(owner, ProjectModule):
        value = scope.session.scope(owner.module).value(name)
        return value if value is not None else UNKNOWN
    if isinstance(owner, Instance):
        if owner.subclass is not None:
            value = scope.session.attribute(owner, name)
            if value is not None:
                return value
        attribute = scope.catalog.fact(ClientFact, owner.type)
        known = attribute.attributes.get(name) if attribute is not None else None
        if known is not None:
            return Instance(known, owner.made, owner.origin)
        return Method(owner, name)
    if isinstance(owner, (Object, Class)):
        value = scope.session.attribute(owner, name)
        return value if value is not None else UNKNOWN
    if isinstance(owner, Response):
        owner.use(name, node)
        return Derived(Path(owner.type, (Attr(name),)), owner)
    if isinstance(owner, Derived):
        return Derived(owner.path.then(Attr(name)), owner.source)
    if isinstance(owner, Method):
        fact = scope.catalog.fact(ClientFact, owner.owner.type)
        if fact is not None and fact.resources:  # client.chat.completions: its methods lie deeper
            return Method(owner.owner, f"{owner.name}.{name}")
        owner.owner.note(Event(EventKind.TOUCH, owner.name, (), node))
        return Derived(Path(f"{owner.owner.type}.{owner.name}", (Attr(name),)))
    return UNKNOWN


def _call(ctx: Context, node: cst.Call) -> Value:
    func = ctx.value(node.func)
    scoped = ctx.frame.scope.scoping(func)
    if scoped is not None:
        ctx.within.append(Within(Around.SCOPE, node, value=func))
    args = arguments(ctx, node)
    if scoped is not None:
        ctx.within.pop()
    return invoke(ctx, node, func, args)


def arguments(ctx: Context, node: cst.Call) -> Arguments:
    """The arguments given in a call, evaluated."""
    args = Arguments()
    for arg in node.args:
        value = ctx.value(arg.value)
        if arg.star == "**":
            if isinstance(value, DeferredReturn):
                value = returned_keywords(ctx.frame, value, arg.value)
            for option in options(value):
                if isinstance(option, Mapping):
                    if option.returned_by:
                        args.spread_returns.append(option)
                    for key, (inner, place) in option.items.items():
                        args.named.setdefault(key, Argument(inner, place))
                    args.open_names = args.open_names or option.open
                else:
                    args.open_names = True
            if len(options(value)) > 1:
                args.open_names = True
        elif arg.star == "*":
            if isinstance(value, Sequence) and not args.open_positions:
                args.positional.extend(Argument(member, arg.value) for member in value.members)
            else:
                args.open_positions = True
        elif arg.keyword is not None:
            args.named[arg.keyword.value] = Argument(value, arg.value)
        elif not args.open_positions:
            args.positional.append(Argument(value, arg.value))
    return args


def _await(ctx: Context, node: cst.Await) -> Value:
    found: list[Value] = []
    for option in options(ctx.value(node.expression)):
        if isinstance(option, Pending):
            if option.call is not None:
                option.call.awaited = True
            found.append(option.value)
        else:
            found.append(option if isinstance(option, (Instance, Response, Derived)) else UNKNOWN)
    return join(found)


def returned_keywords(frame: Frame, value: Value, node: cst.CSTNode) -> Value:
    """The mapping that a function of the module writes out and gives back; Unknown if its keys cannot all be seen.

    What its keys hold is the other function's affair: only which there are is known here. One that is empty, or
    that several classes have a method for, is there to be overridden.
    """
    function = value.function if isinstance(value, DeferredReturn) else None
    if function is None:
        return UNKNOWN
    namesakes = sum(function.chunk.name in cls.methods for cls in function.module.all_classes())
    inner = frame.scope.session.frame(function) if function.owner is None or namesakes == 1 else None
    if inner is None or inner.wrapped:
        return UNKNOWN
    found = inner.returned()
    if not isinstance(found, Mapping) or found.open or not found.items:
        return UNKNOWN
    return Mapping(dict.fromkeys(found.items, (UNKNOWN, node)), display=found.display, returned_by=function.chunk.name)


TABLE: Table = {cst.Name: _name, cst.Attribute: _attribute, cst.Call: _call, cst.Await: _await}
"""What evaluates each of these."""
