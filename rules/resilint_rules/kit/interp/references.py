"""Names, attributes, calls and annotations: expressions whose value comes from somewhere else."""

from __future__ import annotations

import builtins

import libcst as cst

from ..catalog.import_names import same_module
from ..catalog.records import CallFact, ClientFact
from ..catalog.surroundings import LoopFact
from ..syntax.access_path import Attr, Path
from ..syntax.tree import expression
from .calls import Frame
from .calls_made import CHANGES, READS, invoke
from .context import Context, Table, kept_at
from .kinds import Around, EventKind
from .known_calls import generated
from .parts.parameter import Parameter
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
_VERBS = ("get", "post", "put", "patch", "delete")
"""Functions and methods of HTTP clients that are often chosen by name; the first makes the least claims."""
_UNIONS = ("typing.Union", "typing_extensions.Union")
_WRAPPERS = ("Optional", "Annotated", "ClassVar", "Final")
"""Generic types that promise what their first parameter does."""


def narrow(ctx: Context, test: cst.CSTNode, holds: bool) -> None:
    """What a condition says of a name: `x is None`, `x is not None`, `x`, `not x`."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        narrow(ctx, test.expression, not holds)
        return
    said = (test.value, not holds) if isinstance(test, cst.Name) else _compared_with_none(test, holds)
    if said is None:
        return
    name, none = said
    known = ctx.frame.env.get(name)
    if known is None:
        return
    if none:
        kept = [v for v in options(known) if not isinstance(v, (Instance, Response, Object))]
        ctx.frame.env[name] = join(list(kept)) if kept else known
    else:
        ctx.frame.env[name] = present(known)


def _compared_with_none(test: cst.CSTNode, holds: bool) -> tuple[str, bool] | None:
    """Returns the name that a condition compares with None, and whether it is None then; None for other conditions."""
    if not isinstance(test, cst.Comparison) or len(test.comparisons) != 1 or not isinstance(test.left, cst.Name):
        return None
    against = test.comparisons[0]
    if not (isinstance(against.comparator, cst.Name) and against.comparator.value == "None"):
        return None
    if isinstance(against.operator, (cst.Is, cst.Equal)):
        return test.left.value, holds
    if isinstance(against.operator, (cst.IsNot, cst.NotEqual)):
        return test.left.value, not holds
    return None


def annotation(ctx: Context, node: cst.BaseExpression) -> Value | None:
    """The object that an annotation promises, if it is of a type we know; None otherwise."""
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        text = node.evaluated_value
        parsed = expression(text) if isinstance(text, str) else None
        return annotation(ctx, parsed) if parsed is not None else None
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        return _one_of(ctx, [node.left, node.right])
    if isinstance(node, cst.Subscript):
        return _subscripted(ctx, node)
    if not isinstance(node, (cst.Name, cst.Attribute)):
        return None
    stub = generated(ctx, node, "annotation")
    if stub is not None:
        return stub
    return _typed(ctx, ctx.value(node))


def _typed(ctx: Context, value: Value) -> Value | None:
    """An object of a class, if it is one that we know."""
    if isinstance(value, Ref):
        fact = ctx.frame.scope.catalog.fact(ClientFact, value.name)
        if fact is not None and fact.type:
            return Instance(fact.type, None, "annotation")
        if value.name.endswith("Loop") and _is_loop(ctx, value.name):
            return Instance(value.name, None, "annotation")
    if isinstance(value, Class):
        return ctx.frame.scope.session.instance(value, None)
    return None


def _is_loop(ctx: Context, name: str) -> bool:
    """Whether a name is the type of an event loop."""
    libraries = ctx.frame.scope.catalog.libraries(name)
    facts = (fact for library in libraries for fact in library.facts.values())
    return any(isinstance(fact, LoopFact) and fact.type == name for fact in facts)


def _subscripted(ctx: Context, node: cst.Subscript) -> Value | None:
    """What `Union[...]`, `Optional[...]` or another wrapper of one type promises; None for other generic types."""
    outer = ctx.value(node.value)
    if not isinstance(outer, Ref):
        return None
    inner = node.slice[0].slice
    if outer.name in _UNIONS:
        return _one_of(ctx, [e.slice.value for e in node.slice if isinstance(e.slice, cst.Index)])
    if outer.name.rpartition(".")[2] in _WRAPPERS and isinstance(inner, cst.Index):
        return annotation(ctx, inner.value)
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
    kept = kept_at(ctx, node, name)
    if kept is not None:
        return kept
    return join([member(ctx, option, name, node) for option in options(present(owner))])


def member(ctx: Context, owner: Value, name: str, node: cst.CSTNode) -> Value:
    """What an attribute of a value stands for."""
    scope = ctx.frame.scope
    if isinstance(owner, Ref):
        return Ref(same_module(f"{owner.name}.{name}"))
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
        return _client_member(ctx, owner, name)
    if isinstance(owner, (Object, Class)):
        value = scope.session.attribute(owner, name)
        return value if value is not None else UNKNOWN
    if isinstance(owner, Response):
        owner.use(name, node)
        return Derived(Path(owner.type, (Attr(name),)), owner)
    if isinstance(owner, Derived):
        return Derived(owner.path.then(Attr(name)), owner.source)
    if isinstance(owner, Method):
        return _method_member(ctx, owner, name, node)
    if isinstance(owner, Parameter):
        owner.members.add(name)
    return UNKNOWN


def _client_member(ctx: Context, owner: Instance, name: str) -> Value:
    """What an attribute of a client stands for: that of its subclass, another client, or a method."""
    scope = ctx.frame.scope
    if owner.subclass is not None:
        value = scope.session.attribute(owner, name)
        if value is not None:
            return value
    fact = scope.catalog.fact(ClientFact, owner.type)
    type_of_attribute = fact.attributes.get(name) if fact is not None else None
    if type_of_attribute is not None:
        return Instance(type_of_attribute, owner.made, owner.origin)
    return Method(owner, name)


def _method_member(ctx: Context, method: Method, name: str, node: cst.CSTNode) -> Value:
    """What an attribute of a client's attribute stands for."""
    client = method.owner
    fact = ctx.frame.scope.catalog.fact(ClientFact, client.type)
    if fact is not None and fact.resources:  # client.chat.completions: its methods lie deeper
        return Method(client, f"{method.name}.{name}")
    client.note(Event(EventKind.TOUCH, method.name, (), node))
    return Derived(Path(f"{client.type}.{method.name}", (Attr(name),)))


def _call(ctx: Context, node: cst.Call) -> Value:
    func = ctx.value(node.func)
    scoped = ctx.frame.scope.scoping(func)
    if scoped is not None:
        ctx.within.append(Within(Around.SCOPE, node, value=func))
    args = arguments(ctx, node)
    if scoped is not None:
        ctx.within.pop()
    if isinstance(func, Ref) and func.name == "getattr" and len(args.positional) == 2:
        found = _member_by_name(ctx, node, args.positional[0].value, args.positional[1].value)
        if found is not None:
            return found
    return invoke(ctx, node, func, args)


def _member_by_name(ctx: Context, node: cst.Call, owner: Value, name: Value) -> Value | None:
    """What `getattr(owner, name)` stands for: of a name that is not known, one of the verbs of an HTTP client."""
    if isinstance(name, Const) and isinstance(name.value, str) and not name.soft:
        return join([member(ctx, option, name.value, node) for option in options(owner)])
    catalog = ctx.frame.scope.catalog
    if isinstance(owner, Ref):
        found: list[Value] = [Ref(f"{owner.name}.{verb}") for verb in _VERBS]
        return join(found) if all(catalog.fact(CallFact, f"{owner.name}.{verb}") for verb in _VERBS) else None
    if isinstance(owner, Instance) and all(catalog.method(CallFact, owner.type, verb) for verb in _VERBS):
        return join([Method(owner, verb) for verb in _VERBS])
    return None


def arguments(ctx: Context, node: cst.Call) -> Arguments:
    """The arguments given in a call, evaluated."""
    args = Arguments()
    for arg in node.args:
        value = ctx.value(arg.value)
        if arg.star == "**":
            _spread(ctx, args, value, arg.value)
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


def _spread(ctx: Context, args: Arguments, value: Value, node: cst.CSTNode) -> None:
    """Adds the keywords of `**value`; if not all can be seen, any may be given."""
    if isinstance(value, DeferredReturn):
        value = returned_keywords(ctx.frame, value, node)
    choices = options(value)
    for option in choices:
        if isinstance(option, Mapping):
            if option.returned_by:
                args.spread_returns.append(option)
            for key, (inner, place) in option.items.items():
                args.named.setdefault(key, Argument(inner, place))
            args.open_names = args.open_names or option.open
        else:
            args.open_names = True
    if len(choices) > 1:
        args.open_names = True


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
