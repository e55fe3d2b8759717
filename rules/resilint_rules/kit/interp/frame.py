"""A function, lambda or module-level statement being gone through, and what came of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from ..rule import Finding, Fix, Related, Severity
from ..syntax.text import Span
from ..syntax.tree import Tree
from .values import Const, Function, Ref, Value, join

if TYPE_CHECKING:
    from ..project.module import ImportedName
    from .calls import Call, Guard
    from .module_scope import Scope

Env = dict[str, Value]
_PLAIN = ("staticmethod", "classmethod")
"""Decorators that leave what a function does as it is."""
_COMMENT = re.compile(r"(?:^|\s)#\s*(\S.*)")
_FOR_TOOLS = re.compile(r"resilint|noqa|pragma|type:|pylint|nosec|fmt:|ruff:|mypy:", re.IGNORECASE)
_REASON = re.compile(r"(?:\s[-\u2013\u2014]+|#|;)\s*(\w+[^#]*\s[^#]*\w)")
"""What may be said to people after what is for tools: `noqa: BLE001 - the page is complete without it`."""


def _from(top: str, targets: list[ImportedName]) -> bool:
    return any(not each.level and each.module.partition(".")[0] == top for each in targets)


class Frame:
    """A function, lambda or module-level statement being gone through, and what came of it."""

    __slots__ = (
        "attributes", "calls", "compares", "decorators", "env", "guards", "is_async", "kind",
        "nested", "node", "outer", "owner", "qualname", "returns", "scope", "sets", "tree", "uses",
    )  # fmt: skip

    def __init__(self, scope: Scope, tree: Tree, qualname: str, *, kind: str, outer: Frame | None = None) -> None:
        self.scope = scope
        self.tree = tree
        self.qualname = qualname
        self.kind = kind
        """function, lambda, statement"""
        self.outer = outer
        self.owner: Value | None = outer.owner if outer else None
        self.node: cst.FunctionDef | cst.Lambda | None = None
        self.is_async = False
        self.env: Env = {}
        self.calls: dict[int, Call] = {}
        self.guards: dict[int, Guard] = {}
        self.compares: dict[int, tuple[cst.Comparison, list[Value]]] = {}
        self.sets: dict[int, tuple[cst.CSTNode, Value, str, Value]] = {}
        """Assignments to attributes: target node, object, attribute, value."""
        self.attributes: dict[str, list[Value]] = {}
        """What is assigned to attributes of `self`."""
        self.returns: list[Value] = []
        self.decorators: list[tuple[cst.Decorator, Value]] = []
        self.nested: list[Frame] = []
        self.uses: dict[int, tuple[cst.Call, Function, cst.CSTNode | None]] = {}
        """A coroutine's calls of the project's own functions: call, function, statement."""
        scope.linker.frames.append(self)

    def forget(self) -> None:
        """Lets go of what it holds. Effect: it can be used no more."""
        for held in (self.env, self.calls, self.guards, self.compares, self.sets, self.attributes, self.uses):
            held.clear()
        for listed in (self.returns, self.decorators, self.nested):
            listed.clear()
        self.outer = self.owner = self.node = None

    def all_frames(self) -> list[Frame]:
        """This frame and those of the functions inside it."""
        found = [self]
        for each in self.nested:
            found.extend(each.all_frames())
        return found

    @property
    def outermost(self) -> Frame:
        """The function or statement that stands in no other."""
        frame = self
        while frame.outer is not None:
            frame = frame.outer
        return frame

    @property
    def wrapped(self) -> bool:
        """Whether a decorator may make something else of the function than it is."""
        return any(not isinstance(value, Ref) or value.name not in _PLAIN for _, value in self.decorators)

    def lookup(self, name: str) -> Value | None:
        """What a name stands for here, in the functions around, and in the module; None if nothing binds it."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.env:
                return frame.env[name]
            frame = frame.outer
        return self.scope.value(name)

    def comments(self, span: Span) -> Iterator[str]:
        """What is written for people on the lines of a span, and on lines of comments right above it."""
        text = self.scope.module.text
        first = text.rfind("\n", 0, span.start) + 1
        while first and text[(above := text.rfind("\n", 0, first - 1) + 1) : first].lstrip().startswith("#"):
            first = above
        last = text.find("\n", span.end)
        for line in text[first : last if last >= 0 else len(text)].split("\n"):
            found = _COMMENT.search(line)
            said = found.group(1) if found is not None else ""
            if said and not _FOR_TOOLS.match(said):
                yield said
            elif said:
                yield from (part for part in _REASON.findall(said) if not _FOR_TOOLS.match(part))

    def finding(
        self,
        message: str,
        span: Span,
        fixes: tuple[Fix, ...] = (),
        *,
        related: tuple[Related, ...] = (),
        severity: Severity | None = None,
        help: str = "",  # noqa: A002 - the finding's own word
        callee: str = "",
        library: str = "",
        statement: cst.CSTNode | None = None,
        client: str = "",
    ) -> Finding:
        """A finding in this function; `check` adds the rule's name, and its severity unless one is given."""
        first = self.tree.span(statement).start if statement is not None else span.start
        fixes = tuple(fix for fix in fixes if not self._late(fix))
        return Finding(
            "", "", severity or Severity.WARNING, span, message, fixes, related, help, callee,
            self.qualname, library, Span(first, span.end), client=client, own_severity=severity is not None,
        )  # fmt: skip

    def _late(self, fix: Fix) -> bool:
        """Whether a fix imports at the top what the module imports only where it is needed: it may not be there."""
        module = self.scope.module
        for each in fix.imports:
            top = each.module.partition(".")[0]
            if top in sys.stdlib_module_names or any(_from(top, targets) for targets in module.imports.values()):
                continue
            if any(_from(top, targets) for targets in module.mentioned.values()):
                return True
        return False

    def returned(self) -> Value:
        """What the function gives back, over all its returns."""
        return join(list(self.returns)) if self.returns else Const(None)
