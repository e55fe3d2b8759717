"""Assignments: a name, attribute, subscript or tuple takes a value."""

from __future__ import annotations

import libcst as cst

from .expressions import Expressions
from .frame import Env
from .values import UNKNOWN, Const, Instance, Mapping, Object, Response, Sequence, Value, join, options


class Binder(Expressions):
    """Evaluates expressions and binds what comes of them."""

    __slots__ = ()

    def bind(self, target: cst.CSTNode, value: Value) -> None:
        """Assigns a value to a name, attribute, subscript or tuple of these."""
        if isinstance(target, cst.Name):
            self.frame.env[target.value] = value
            for each in options(value):
                if isinstance(each, Response) and target.value not in each.names:
                    each.names.append(target.value)
        elif isinstance(target, cst.Attribute):
            self._set_attribute(target, value)
        elif isinstance(target, cst.Subscript):
            self._set_item(target, value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            members = value.members if isinstance(value, Sequence) else ()
            fits = len(members) == len(target.elements) and not any(
                isinstance(part, cst.StarredElement) for part in target.elements
            )
            if not fits:
                self.escape(value, "it is unpacked", settle=False)
            for index, element in enumerate(target.elements):
                self.bind(element.value, members[index] if fits else UNKNOWN)
        elif isinstance(target, cst.StarredElement):
            self.bind(target.value, UNKNOWN)

    def _set_attribute(self, target: cst.Attribute, value: Value) -> None:
        owner = self.value(target.value)
        name = target.attr.value
        self.escape(value, "it is stored in an attribute", settle=False, kinds=(Response,))
        self.frame.sets[id(target)] = (target, owner, name, value)
        for each in options(owner):
            if isinstance(each, Instance):
                each.events.append(("set", name, value))
            if each is self.frame.owner or (isinstance(each, Object) and each == self.frame.owner):
                self.frame.attributes.setdefault(name, []).append(value)

    def _set_item(self, target: cst.Subscript, value: Value) -> None:
        owner = self.value(target.value)
        self.escape(value, "it is stored", settle=False)
        key = (
            self.value(target.slice[0].slice.value)
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
