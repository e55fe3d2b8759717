"""What an expression stands for, and the calls made on the way."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any, ClassVar

import libcst as cst

from ..syntax.tree import children, expression
from .calls import Argument, Arguments, Within
from .calls_made import invoke
from .dicts import CHANGES, READS
from .returned_kwargs import lent
from .values import (
    UNKNOWN,
    Built,
    Change,
    Class,
    Const,
    Instance,
    Mapping,
    Method,
    Object,
    Pending,
    ProjectModule,
    Ref,
    Response,
    Result,
    Sequence,
    Unknown,
    Value,
    join,
    options,
    present,
    tested,
)

if TYPE_CHECKING:
    from .frame import Frame

_HARMLESS = frozenset(
    (
        "isinstance",
        "issubclass",
        "print",
        "len",
        "str",
        "repr",
        "bool",
        "type",
        "id",
        "callable",
        "hasattr",
        "format",
        "hash",
    )
)
_BUILTINS = frozenset(dir(builtins))


class Evaluator:
    """Evaluates expressions in a frame; `Flow` adds the statements."""

    __slots__ = ("accepted", "breaks", "current", "exits", "frame", "inner", "left", "line", "loops", "within")

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.within: list[Within] = []
        self.accepted: list[Value] = []
        """What the latest `if` asks that returns: whatever comes after it is for what it refuses."""
        self.left = ""
        """Why the path at hand has ended, "" if it has not."""
        self.exits: list[dict[str, Value]] = []
        self.breaks: list[dict[str, Value]] = []
        """What is known where a loop is left or begun again."""
        self.current: cst.CSTNode | None = None
        self.line: cst.CSTNode | None = None
        self.loops = 0
        self.inner: dict[int, tuple[cst.FunctionDef | cst.Lambda, str]] = {}

    def value(self, node: cst.CSTNode) -> Value:
        """What an expression stands for."""
        handler = self.handlers.get(type(node))
        if handler is not None:
            found: Value = handler(self, node)
            return found
        self.each(node)
        return UNKNOWN

    def each(self, node: cst.CSTNode) -> None:
        """Evaluates all parts of a node; what they hold is out of sight from here on."""
        for child in children(node):
            if type(child) in self.handlers:
                self.escape(self.value(child), "it becomes part of something", settle=False)
            else:
                self.each(child)

    def truth(self, node: cst.CSTNode) -> list[Value]:
        """Evaluates a condition, and gives back what it asks: testing a response is no way out of sight."""
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            return self.truth(node.expression)
        if isinstance(node, cst.BooleanOperation):
            return [*self.truth(node.left), *self.truth(node.right)]
        value = self.value(node)
        tested(value)
        asked = list(options(value))
        compared = self.frame.compares.get(id(node))
        return [each for side in compared[1] for each in options(side)] if compared is not None else asked

    def narrow(self, test: cst.CSTNode, holds: bool) -> None:
        """What a condition says of a name: `x is None`, `x is not None`, `x`, `not x`."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            self.narrow(test.expression, not holds)
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
        known = self.frame.env.get(name)
        if known is None:
            return
        if none:
            kept = [v for v in options(known) if not isinstance(v, (Instance, Response, Object))]
            self.frame.env[name] = join(list(kept)) if kept else known
        else:
            self.frame.env[name] = present(known)

    def escape(self, value: Value, why: str, *, settle: bool, kinds: tuple[type, ...] = (Response, Mapping)) -> None:
        """Notes that a value leaves the function's sight; with `settle`, it may be configured there."""
        for each in options(value):
            if isinstance(each, Response) and Response in kinds:
                each.escaped = each.escaped or why
            elif isinstance(each, Mapping):
                if settle:
                    each.open = True
                for inner, _ in each.items.values():
                    self.escape(inner, why, settle=settle)
            elif isinstance(each, Sequence):
                for inner in each.members:
                    self.escape(inner, why, settle=settle)
            elif isinstance(each, Instance) and settle:
                each.escaped = each.escaped or why
            elif isinstance(each, Pending):
                self.escape(each.value, why, settle=settle, kinds=kinds)
                if each.call is not None:
                    each.call.deferred = each.call.deferred or not each.call.awaited

    def entered(self, value: Value, node: cst.CSTNode) -> Value:
        """What `with value as name` binds."""
        found: list[Value] = []
        for each in options(value):
            if isinstance(each, Pending):
                if each.call is not None:
                    each.call.awaited = True
                found.append(each.value)
            else:
                found.append(each)
        return join(found)

    def annotation(self, node: cst.BaseExpression) -> Value | None:
        """The object that an annotation promises, if it is of a type we know; None otherwise."""
        if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
            text = node.evaluated_value
            parsed = expression(text) if isinstance(text, str) else None
            return self.annotation(parsed) if parsed is not None else None
        if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
            return self._one_of([node.left, node.right])
        if isinstance(node, cst.Subscript):
            outer = self.value(node.value)
            inner = node.slice[0].slice
            if isinstance(outer, Ref) and outer.name in ("typing.Union", "typing_extensions.Union"):
                return self._one_of([e.slice.value for e in node.slice if isinstance(e.slice, cst.Index)])
            if (
                isinstance(outer, Ref)
                and outer.name.rpartition(".")[2] in ("Optional", "Annotated", "ClassVar", "Final")
                and isinstance(inner, cst.Index)
            ):
                return self.annotation(inner.value)
            return None
        if not isinstance(node, (cst.Name, cst.Attribute)):
            return None
        value = self.value(node)
        if isinstance(value, Ref):
            fact = self.frame.scope.catalog.fact("client", value.name)
            if fact is not None and fact.word("type"):
                return Instance(fact.word("type"), None, "annotation")
        if isinstance(value, Class):
            return self.frame.scope.linker.instance(value, None)
        return None

    def _one_of(self, sides: list[cst.BaseExpression]) -> Value | None:
        """What a union promises, if it is one thing or nothing; of two things we cannot know which."""
        kept = [side for side in sides if not (isinstance(side, cst.Name) and side.value == "None")]
        return self.annotation(kept[0]) if len(kept) == 1 else None

    # Expressions

    def _name(self, node: cst.Name) -> Value:
        name = node.value
        if name in ("None", "True", "False"):
            return Const({"None": None, "True": True, "False": False}[name])
        found = self.frame.lookup(name)
        if found is not None:
            return found
        return Ref(name) if name in _BUILTINS else Unknown(f"`{name}` is not defined here")

    def _attribute(self, node: cst.Attribute) -> Value:
        name = node.attr.value
        owner = self.value(node.value)
        return join([self.member(each, name, node) for each in options(present(owner))])

    def member(self, owner: Value, name: str, node: cst.CSTNode) -> Value:
        """What an attribute of a value stands for."""
        scope = self.frame.scope
        if isinstance(owner, Ref):
            return Ref(f"{owner.name}.{name}")
        if isinstance(owner, Mapping):
            if name in CHANGES:
                return Change(owner, name)
            owner.open = owner.open or name not in READS
            return UNKNOWN
        if isinstance(owner, ProjectModule):
            value = scope.linker.scope(owner.module).value(name)
            return value if value is not None else UNKNOWN
        if isinstance(owner, Instance):
            if owner.subclass is not None:
                value = scope.linker.attribute(owner, name)
                if value is not None:
                    return value
            attribute = scope.catalog.fact("client", owner.type)
            known = attribute.data.get("attributes", {}).get(name) if attribute is not None else None
            if known is not None:
                return Instance(str(known), owner.made, owner.origin)
            return Method(owner, name)
        if isinstance(owner, (Object, Class)):
            value = scope.linker.attribute(owner, name)
            return value if value is not None else UNKNOWN
        if isinstance(owner, Response):
            owner.uses.append((name, node))
            return Result(f"{owner.type}.{name}", owner)
        if isinstance(owner, Result):
            return Result(f"{owner.of}.{name}", owner.source)
        if isinstance(owner, Method):
            fact = scope.catalog.fact("client", owner.owner.type)
            if fact is not None and fact.flag("resources"):  # client.chat.completions: its methods lie deeper
                return Method(owner.owner, f"{owner.name}.{name}")
            owner.owner.events.append(("touch", owner.name, UNKNOWN))
            return Result(f"{owner.owner.type}.{owner.name}.{name}")
        return UNKNOWN

    def _call(self, node: cst.Call) -> Value:
        func = self.value(node.func)
        scoped = self.frame.scope.scoping(func)
        if scoped is not None:
            self.within.append(Within("scope", node, value=func))
        args = self.arguments(node)
        if scoped is not None:
            self.within.pop()
        return invoke(self, node, func, args)

    def arguments(self, node: cst.Call) -> Arguments:
        """The arguments given in a call, evaluated."""
        args = Arguments()
        for arg in node.args:
            value = self.value(arg.value)
            if arg.star == "**":
                if isinstance(value, Built):
                    value = lent(self.frame, value, arg.value)
                for each in options(value):
                    if isinstance(each, Mapping):
                        if each.lent:
                            args.lent.append(each)
                        for key, (inner, place) in each.items.items():
                            args.named.setdefault(key, Argument(inner, place))
                        args.open_names = args.open_names or each.open
                    else:
                        args.open_names = True
                if len(options(value)) > 1:
                    args.open_names = True
            elif arg.star == "*":
                if isinstance(value, Sequence) and not args.open_positions:
                    args.positional.extend(Argument(each, arg.value) for each in value.members)
                else:
                    args.open_positions = True
            elif arg.keyword is not None:
                args.named[arg.keyword.value] = Argument(value, arg.value)
            elif not args.open_positions:
                args.positional.append(Argument(value, arg.value))
        return args

    def _await(self, node: cst.Await) -> Value:
        found: list[Value] = []
        for each in options(self.value(node.expression)):
            if isinstance(each, Pending):
                if each.call is not None:
                    each.call.awaited = True
                found.append(each.value)
            else:
                found.append(each if isinstance(each, (Instance, Response, Result)) else UNKNOWN)
        return join(found)

    handlers: ClassVar[dict[type, Any]] = {
        cst.Name: _name,
        cst.Attribute: _attribute,
        cst.Call: _call,
        cst.Await: _await,
    }
    """What evaluates each kind of node."""
