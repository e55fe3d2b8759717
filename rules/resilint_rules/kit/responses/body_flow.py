"""Where the body of an answer goes when it leaves a function, and whether the receiver examines it.

Only the same module's functions that give the body on are looked at, and those of the project that are
given it. They are interpreted in a session of their own, so that no other result depends on it.
"""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Env, Frame, Names, call_at
from ..interp.kinds import FrameKind
from ..interp.module_scope import ModuleScope
from ..interp.session import Session
from ..interp.statements import run_function
from ..interp.values import Derived, Function, Pending, Response, Value, join, options
from ..project.module import FunctionChunk, Module

MAX_FUNCTIONS = 12
"""Functions that are looked at for one response."""


def is_examined_elsewhere(response: Response) -> bool:
    """Whether a function that is given the body, or that called for it, looks into it for what tells success."""
    home = call_at(response.call).frame
    search = _BodySearch(response, home.scope)
    for function, place, value in response.passed_to:
        search.add_receiver(function, place, value)
    for chunk in function_chunks(home):
        search.add_callers(chunk, home)
    return search.run()


class _BodySearch:
    """Search through the functions that receive a body, one after the other."""

    def __init__(self, response: Response, scope: Names) -> None:
        self.response = response
        self.scope = scope
        self.session = Session(scope.session.project, scope.session.timeouts)
        self.session.scope(scope.module).known = scope.known
        self.seen: set[tuple[FunctionChunk, int | str]] = set()
        self.pending: list[tuple[Module, FunctionChunk, int | str | None, Value | None]] = []

    def run(self) -> bool:
        """Whether one of the functions examines the body."""
        try:
            for count, item in enumerate(self.pending):  # grows while it is iterated
                if self.response.envelope or count >= MAX_FUNCTIONS:
                    break
                self._examine(*item)
        finally:
            self.session.dismiss()
        return self.response.envelope

    def add_receiver(self, function: Function, place: int | str, value: Value) -> None:
        """A function of the project that is given the body."""
        if (function.chunk, place) not in self.seen:
            self.seen.add((function.chunk, place))
            self.pending.append((function.module, function.chunk, place, value))

    def add_callers(self, chunk: FunctionChunk, frame: Frame) -> None:
        """A function that gives the body back: those of its module that name it are looked at."""
        returned = _returned_bodies(frame).get(id(self.response), ())
        if chunk in self.session.supposed or not returned:
            return
        value = join([*returned])
        self.session.supposed[chunk] = Pending(value) if frame.is_async else value
        module = self.scope.module
        callers = module.chosen(module.functions_mentioning(chunk.name))
        self.pending.extend((module, caller, None, None) for caller in callers if caller is not chunk)

    def _examine(self, module: Module, chunk: FunctionChunk, place: int | str | None, value: Value | None) -> None:
        known = len(self.response.passed_to)
        frame = interpreted(self.session.scope(module), chunk, place, value)
        if frame is None:
            return
        for candidate in self.response.passed_to[known:]:
            self.add_receiver(*candidate)
        if place is None:  # it called for the body; one that is given it serves others, too
            self.add_callers(chunk, frame)


def interpreted(scope: ModuleScope, chunk: FunctionChunk, place: int | str | None, value: Value | None) -> Frame | None:
    """Returns the frame of a function that is given a value; None if it cannot be parsed."""
    tree = scope.tree(chunk.chunk)
    node = tree.body[0] if tree is not None and tree.body else None
    if tree is None or not isinstance(node, cst.FunctionDef):
        return None
    frame = scope.new_frame(tree, chunk.qualname, kind=FrameKind.FUNCTION)
    frame.owner = receiver = scope.receiver(chunk)
    run_function(frame, node, receiver, _bind_argument(node, receiver, place, value))
    return frame


def _returned_bodies(frame: Frame) -> dict[int, list[Value]]:
    """What a function returns of the bodies of responses, by the id of the response."""
    found: dict[int, list[Value]] | None = frame.derived.get(_returned_bodies)
    if found is None:
        found = frame.derived[_returned_bodies] = {}
        for option in (option for given in frame.returns for option in options(given)):
            if isinstance(option, Derived) and option.source is not None:
                found.setdefault(id(option.source), []).append(option)
    return found


def function_chunks(frame: Frame) -> list[FunctionChunk]:
    """The function of the module that a frame is of; several of one name cannot be distinguished."""
    if frame.kind is not FrameKind.FUNCTION or frame.outer is not None:
        return []
    return frame.scope.module.functions_named(frame.qualname)


def _bind_argument(node: cst.FunctionDef, receiver: Value | None, place: int | str | None, value: Value | None) -> Env:
    """The parameter that an argument is for, with its value."""
    if value is None or place is None:
        return {}
    names = [posonly_param.name.value for posonly_param in (*node.params.posonly_params, *node.params.params)]
    if isinstance(place, str):
        return {place: value}
    index = place + (receiver is not None)
    return {names[index]: value} if index < len(names) else {}
