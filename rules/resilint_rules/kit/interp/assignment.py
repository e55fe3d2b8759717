"""Assignments: a name, attribute, subscript or tuple takes a value."""

from __future__ import annotations

import libcst as cst

from .calls import Env
from .context import Context
from .values import UNKNOWN, Const, Instance, Mapping, Object, Response, Sequence, Value, join, options


def bind(ctx: Context, target: cst.CSTNode, value: Value) -> None:
    """Assigns a value to a name, attribute, subscript or tuple of these."""
    if isinstance(target, cst.Name):
        ctx.frame.env[target.value] = value
        for each in options(value):
            if isinstance(each, Response) and target.value not in each.names:
                each.names.append(target.value)
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
    for each in options(owner):
        if isinstance(each, Instance):
            each.events.append(("set", name, value))
        if each is ctx.frame.owner or (isinstance(each, Object) and each == ctx.frame.owner):
            ctx.frame.attributes.setdefault(name, []).append(value)


def _set_item(ctx: Context, target: cst.Subscript, value: Value) -> None:
    owner = ctx.value(target.value)
    ctx.escape(value, "it is stored", settle=False)
    key = (
        ctx.value(target.slice[0].slice.value)
        if len(target.slice) == 1 and isinstance(target.slice[0].slice, cst.Index)
        else UNKNOWN
    )
    for each in options(owner):
        if isinstance(each, Mapping):
            if isinstance(key, Const) and isinstance(key.value, str):
                each.items[key.value] = (value, target)
            else:
                each.open = True


def merge(envs: list[Env]) -> Env:
    """Joins environments; a name that one of them lacks may be unbound there, which nobody relies on."""
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
