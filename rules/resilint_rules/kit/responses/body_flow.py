"""Where the body of an answer goes when it leaves a function, and whether it is asked there what it is.

Only the same module's functions that give the body on are looked at, and those of the project that are
given it. They are gone through apart from everything else, so that nothing is learnt from it but this.
"""

from __future__ import annotations

import libcst as cst

from ..interp.calls import Env, Frame, Names, call_at
from ..interp.kinds import FrameKind
from ..interp.session import Linker
from ..interp.statements import run_function
from ..interp.values import Function, Pending, Response, Result, Value, join, options
from ..project.module import FunctionPiece, Module

MANY = 12
"""Functions that are looked at for one response."""


def asked_elsewhere(response: Response) -> bool:
    """Whether a function that is given the body, or that called for it, looks into it for what tells success."""
    home = call_at(response.call).frame
    search = _Search(response, home.scope)
    for function, place, value in response.handed:
        search.give(function, place, value)
    for piece in pieces_of(home):
        search.suppose(piece, home)
    return search.run()


class _Search:
    """Goes after a body, one function after the other."""

    def __init__(self, response: Response, scope: Names) -> None:
        self.response = response
        self.scope = scope
        self.linker = Linker(scope.linker.project, scope.linker.timeouts)
        self.linker.scope(scope.module).known = scope.known
        self.seen: set[tuple[FunctionPiece, int | str]] = set()
        self.todo: list[tuple[Module, FunctionPiece, int | str | None, Value | None]] = []

    def run(self) -> bool:
        """Whether one of them asks."""
        try:
            for count, each in enumerate(self.todo):  # grows as it is gone through
                if self.response.envelope or count >= MANY:
                    break
                self._look(*each)
        finally:
            self.linker.dismiss()
        return self.response.envelope

    def give(self, function: Function, place: int | str, value: Value) -> None:
        """A function of the project that is given the body."""
        if (function.piece, place) not in self.seen:
            self.seen.add((function.piece, place))
            self.todo.append((function.module, function.piece, place, value))

    def suppose(self, piece: FunctionPiece, frame: Frame) -> None:
        """A function that gives the body back: those of its module that name it are looked at."""
        value = join([each for given in frame.returns for each in options(given) if self._ours(each)])
        if piece in self.linker.supposed or not any(self._ours(each) for each in options(value)):
            return
        self.linker.supposed[piece] = Pending(value) if frame.is_async else value
        module = self.scope.module
        callers = module.chosen(module.functions_mentioning(piece.name))
        self.todo.extend((module, caller, None, None) for caller in callers if caller is not piece)

    def _ours(self, value: Value) -> bool:
        return isinstance(value, Result) and value.source is self.response

    def _look(self, module: Module, piece: FunctionPiece, place: int | str | None, value: Value | None) -> None:
        known = len(self.response.handed)
        scope = self.linker.scope(module)
        tree = scope.tree(piece.piece)
        node = tree.body[0] if tree is not None and tree.body else None
        if tree is None or not isinstance(node, cst.FunctionDef):
            return
        frame = scope.new_frame(tree, piece.qualname, kind=FrameKind.FUNCTION)
        receiver = scope.receiver(piece)
        frame.owner = receiver
        run_function(frame, node, receiver, _bound(node, receiver, place, value))
        for each in self.response.handed[known:]:
            self.give(*each)
        if place is None:  # it called for the body; one that is given it serves others, too
            self.suppose(piece, frame)


def pieces_of(frame: Frame) -> list[FunctionPiece]:
    """The function of the module that a frame is of; several of one name cannot be told apart."""
    if frame.kind is not FrameKind.FUNCTION or frame.outer is not None:
        return []
    return [each for each in frame.scope.module.all_functions() if each.qualname == frame.qualname]


def _bound(node: cst.FunctionDef, receiver: Value | None, place: int | str | None, value: Value | None) -> Env:
    """The parameter that an argument is for, with its value."""
    if value is None or place is None:
        return {}
    names = [each.name.value for each in (*node.params.posonly_params, *node.params.params)]
    if isinstance(place, str):
        return {place: value}
    index = place + (receiver is not None)
    return {names[index]: value} if index < len(names) else {}
