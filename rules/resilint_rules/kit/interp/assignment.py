"""What binds names: assignments, definitions and imports; attributes, items and tuples take values too."""

from __future__ import annotations

import libcst as cst

from ..project.module import ImportedName
from ..syntax.tree import dotted
from .calls import Env
from .context import Context, contents, keep
from .kinds import EventKind
from .parts.parameter import Parameter
from .values import (
    UNKNOWN,
    Arguments,
    Change,
    Const,
    Derived,
    Event,
    Instance,
    Mapping,
    Nested,
    Object,
    Response,
    Sequence,
    Unknown,
    Value,
    join,
    options,
)


def bind(ctx: Context, target: cst.CSTNode, value: Value) -> None:
    """Assigns a value to a name, attribute, subscript or tuple of these."""
    if isinstance(target, cst.Name):
        ctx.frame.env[target.value] = value
        for option in options(value):
            if isinstance(option, Response) and target.value not in option.names:
                option.names.append(target.value)
    elif isinstance(target, cst.Attribute):
        _set_attribute(ctx, target, value)
    elif isinstance(target, cst.Subscript):
        _set_item(ctx, target, value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        members = value.members if isinstance(value, Sequence) else ()
        fits = len(members) == len(target.elements) and not any(
            isinstance(part, cst.StarredElement) for part in target.elements
        )
        if not fits:
            ctx.escape(value, "it is unpacked", settle=False)
        for index, element in enumerate(target.elements):
            bind(ctx, element.value, members[index] if fits else UNKNOWN)
    elif isinstance(target, cst.StarredElement):
        bind(ctx, target.value, UNKNOWN)


def _set_attribute(ctx: Context, target: cst.Attribute, value: Value) -> None:
    owner = ctx.value(target.value)
    name = target.attr.value
    ctx.escape(value, "it is stored in an attribute", settle=False, kinds=(Response,))
    ctx.frame.sets[id(target)] = (target, owner, name, value)
    if all(isinstance(option, (Derived, Unknown)) for option in options(owner)):
        keep(ctx, target, name, value)  # an attribute of a thread's own object
    for option in options(owner):
        if isinstance(option, Parameter):
            option.members.add(f"={name}")
        if isinstance(option, Instance):
            option.note(Event(EventKind.SET, name, (value,), target))
        if option is ctx.frame.owner or (isinstance(option, Object) and option == ctx.frame.owner):
            ctx.frame.attributes.setdefault(name, []).append(value)


def _set_item(ctx: Context, target: cst.Subscript, value: Value) -> None:
    owner = ctx.value(target.value)
    ctx.escape(value, "it is stored", settle=False)
    key = _key(ctx, target)
    keep(ctx, target, "[]", value)
    for option in options(owner):
        if isinstance(option, Mapping):
            if isinstance(key, Const) and isinstance(key.value, str):
                _put(option, key.value, value, target)
            else:
                option.open = True


def _key(ctx: Context, target: cst.Subscript) -> Value:
    only = target.slice[0].slice if len(target.slice) == 1 else None
    return ctx.value(only.value) if isinstance(only, cst.Index) else UNKNOWN


def unset(ctx: Context, target: cst.CSTNode) -> None:
    """Removes the keys that `del` names from the mappings that hold them."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            unset(ctx, element.value)
    elif isinstance(target, cst.Subscript):
        for owner in options(ctx.value(target.value)):
            if isinstance(owner, Mapping):
                owner.remove(_key(ctx, target))


def define_function(ctx: Context, node: cst.FunctionDef) -> None:
    """A function that is defined inside: run later, once everything around it is known."""
    for decorator in node.decorators:
        ctx.value(decorator.decorator)
    ctx.frame.env[node.name.value] = Nested(node, node.name.value)
    ctx.inner[id(node)] = (node, node.name.value)


def define_class(ctx: Context, node: cst.ClassDef) -> None:
    """A class that is defined inside: its methods are run like functions."""
    ctx.frame.env[node.name.value] = UNKNOWN
    for statement in node.body.body:
        if isinstance(statement, cst.FunctionDef):
            ctx.inner[id(statement)] = (statement, f"{node.name.value}.{statement.name.value}")


def import_modules(ctx: Context, node: cst.Import) -> None:
    """`import a.b as c`."""
    for alias in node.names:
        name = dotted(alias.name)
        if alias.asname is None:
            name = name.partition(".")[0]
            _imported(ctx, name, ImportedName(name))
        elif isinstance(alias.asname.name, cst.Name):
            _imported(ctx, alias.asname.name.value, ImportedName.of(name))


def import_names(ctx: Context, node: cst.ImportFrom) -> None:
    """`from a import b`."""
    module = dotted(node.module) if node.module is not None else ""
    for alias in node.names if not isinstance(node.names, cst.ImportStar) else ():
        name = dotted(alias.name)
        bound = (
            alias.asname.name.value if alias.asname is not None and isinstance(alias.asname.name, cst.Name) else name
        )
        _imported(ctx, bound, ImportedName.of(module, name, len(node.relative)))


def _imported(ctx: Context, name: str, target: ImportedName) -> None:
    ctx.frame.env[name] = ctx.frame.scope.imported([target], follow=ctx.frame.scope.interesting(name))


def merge(envs: list[Env]) -> Env:
    """Joins environments; a name that one of them lacks is taken to be bound there as well."""
    if len(envs) == 1:
        return dict(envs[0])
    first, rest = envs[0], envs[1:]
    merged = dict(first)
    for env in rest:
        for name, value in env.items():
            if name not in merged:
                merged[name] = value
            elif merged[name] is not value:
                merged[name] = join([merged[name], value])
    return merged


def change(made: Change, args: Arguments, node: cst.Call) -> None:
    """Applies `update`, `setdefault` or `pop` to the known keys; what cannot be seen may be any key."""
    known = made.mapping
    if args.open_names or args.open_positions:
        known.open = True
    values = [argument.value for argument in args.positional]
    if made.name == "pop":
        known.remove(values[0] if values else UNKNOWN)
    elif made.name == "setdefault":
        _set_default(known, values, node)
    else:
        for value in values:
            _merge_into(known, value, node)
        for name, given in args.named.items():
            _put(known, name, given.value, node)


def _set_default(known: Mapping, values: list[Value], node: cst.Call) -> None:
    """Applies `setdefault(key, value)`."""
    key = values[0] if values else None
    if not isinstance(key, Const):
        known.open = True
    elif len(values) > 1 and str(key.value) not in known.items:
        _put(known, str(key.value), values[1], node)


def _merge_into(known: Mapping, value: Value, node: cst.Call) -> None:
    """Applies `update(value)`."""
    for option in options(value):
        if isinstance(option, Mapping):
            for name, (inner, _) in [*option.items.items()]:
                _put(known, name, inner, node)
        known.open = known.open or not isinstance(option, Mapping) or option.open


_MANY = 200
"""Values in a value that are looked at."""


def _put(known: Mapping, key: str, value: Value, node: cst.CSTNode) -> None:
    """Sets a key; one of a value that holds the dict itself, or too many to tell, is not seen: nothing has to end."""
    pending = [*options(value)]
    for _ in range(_MANY):
        if not pending:
            known.items[key] = (value, node)
            return
        option = pending.pop()
        if option is known:
            break
        if isinstance(option, (Mapping, Sequence)):
            pending += [inner for content in contents(option) for inner in options(content)]
    known.open = True
    known.items.pop(key, None)
