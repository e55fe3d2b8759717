"""Retry loops of decorators that the project wrote, with the external calls of what they decorate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..effects.decorators import Wrapper, wrappers
from ..effects.local import used
from ..effects.store import EffectStore
from ..findings import Finding, Fix, Related, Severity
from ..interp.calls import Call, Frame, Guard
from ..interp.kinds import FrameKind
from ..interp.session import Session
from ..prefilter.own_code.decorators import made_by
from ..project.module import FunctionChunk, Module
from ..retries.loops import RetryLoop, enclosing_loop, retry_loop
from ..retries.policies import external
from .behind import Lead, Walk
from .through import in_place, leaves

_MANY = 8
"""Functions with one decorator that are looked into."""


@dataclass(frozen=True, slots=True)
class DecoratorLoop(RetryLoop):
    """The loop of a decorator, around the calls of functions that it decorates; `wrapper` is that of one of them."""

    wrapper: Wrapper

    @property
    def own_attempts(self) -> int | None:
        """How often it tries, if that is written in the loop: each function that it decorates may choose else."""
        written = all(isinstance(arg.value, cst.Integer) for arg in self.ranged())
        return self.attempts if written else None

    @property
    def gives_an_answer(self) -> bool:
        """Whether the decorated function returns a value."""
        return any(getattr(value, "value", self) is not None for value in self.wrapper.of.returns)


@dataclass(frozen=True, slots=True)
class BorrowedLoop(DecoratorLoop):
    """The loop of a decorator from another module: what is found about it stands where it decorates."""

    def finding(self, message: str, *fixes: Fix, severity: Severity | None = None) -> Finding:
        """A finding about this loop, without fixes: it is in another file."""
        del fixes
        call, decorated = self.calls[0], self.wrapper.of
        doc = self.frame.scope.module.doc
        place = Related("its loop is here", self.head, doc.name, doc.position(self.head.start)[0])
        return decorated.finding(
            message, decorated.tree.span(self.wrapper.decorator), related=(place,), callee=call.callee,
            library=call.library, severity=severity,
        )  # fmt: skip


def decorating_loop(guard: Guard) -> DecoratorLoop | None:
    """Returns the loop around a `try` in what a decorator makes, if its module decorates external calls with it."""
    frame = guard.frame
    name = frame.outermost.qualname.removesuffix(".__call__")
    if frame.kind is not FrameKind.FUNCTION or not name.isidentifier() or enclosing_loop(guard.within) is None:
        return None
    found: list[DecoratorLoop] = []
    for function in _decorated(frame.scope.module, name):
        decorated = frame.scope.frame(function)
        for wrapper in wrappers(decorated) if decorated is not None else ():
            if wrapper.frame.node is frame.node:
                found.extend(_loops(wrapper, guard))
    return _one(found)


def borrowed_loops(frame: Frame) -> Iterator[DecoratorLoop]:
    """Yields the loops of decorators from other modules, at the first function of a module that each decorates."""
    if not frame.decorators or frame.outer is not None:
        return
    for wrapper in wrappers(frame):
        if wrapper.maker.module is not frame.scope.module and not _is_known(wrapper):
            yield from list(_loops(wrapper))[:1]


def _is_known(wrapper: Wrapper) -> bool:
    """Whether a function above has the same decorator, and external calls behind it."""
    frame, maker = wrapper.of, wrapper.maker
    for function in _decorated(frame.scope.module, wrapper.written):
        above = frame.scope.frame(function)
        if above is None or above.node is frame.node:
            return False
        same = (other for other in wrappers(above) if other.maker.chunk is maker.chunk)
        if any(True for other in same for _ in _loops(other)):
            return True
    return False


def _decorated(module: Module, name: str) -> tuple[FunctionChunk, ...]:
    """The first functions of a module that have a decorator of this name, in text order."""
    found: dict[str, list[FunctionChunk]] = module.derived(_by_decorator)
    return tuple(found.get(name.rpartition(".")[2], ())[:_MANY])


def _by_decorator(module: Module) -> dict[str, list[FunctionChunk]]:
    """The functions of a module by the last names of their decorators, and of what makes a decorator kept in a name."""
    found: dict[str, list[FunctionChunk]] = {}
    for function in sorted(module.all_functions(), key=lambda function: function.chunk.start):
        for line in module.decorators(function.chunk).split("@")[1:]:
            name = line.partition("(")[0].strip().rpartition(".")[2]
            for known in dict.fromkeys((name, *made_by(module, name))):
                found.setdefault(known, []).append(function)
    return found


def _one(found: list[DecoratorLoop]) -> DecoratorLoop | None:
    """One loop for all functions that it repeats: the attempts are those of the first."""
    if not found:
        return None
    first = next((loop for loop in found if loop.gives_an_answer), found[0])
    calls = tuple(call for loop in found for call in loop.calls)
    return type(first)(
        first.node, first.frame, first.guard, first.handlers_of, calls, first.before, first.after, first.wrapper
    )


def _loops(wrapper: Wrapper, wanted: Guard | None = None) -> Iterator[DecoratorLoop]:
    """Yields the loops in which a wrapper repeats the external calls of its function, around one `try` or any."""
    site, module = wrapper.site, wrapper.maker.module
    if site is None:
        return
    kind = DecoratorLoop if wrapper.of.scope.module is module else BorrowedLoop
    for guard in wrapper.frame.guards.values():
        if wanted is None or guard.node is wanted.node:
            inside = any(place.node is guard.node for place in site.within)
            calls = tuple(_called(wrapper, site, call) for call in _failing(wrapper)) if inside else ()
            loop = retry_loop(guard, calls) if calls else None
            if loop is not None:
                yield kind(loop.node, loop.frame, guard, loop.handlers_of, loop.calls, loop.before, loop.after, wrapper)


def _called(wrapper: Wrapper, site: Call, call: Call) -> Call:
    """An external call as if it stood where the decorator calls the function, by the name of that."""
    found = in_place(site, call)
    found.stands_for = wrapper.of.qualname.rpartition(".")[2]
    return found


def _failing(wrapper: Wrapper) -> list[Call]:
    """The external calls behind a function whose failures reach what a decorator of it has made."""
    frame = wrapper.of
    session = frame.scope.session
    if not isinstance(session, Session):
        return []
    every = wrappers(frame)
    inner = [site for other in every[every.index(wrapper) + 1 :] for site in other.sites]
    found = [Lead(call) for call in frame.calls.values() if external(call) and not call.deferred]
    if used(frame):
        walk = Walk(session.derived(EffectStore).session, frame.scope.module)
        found.extend(walk.of_calls(frame, [use for use in used(frame) if not use[0].deferred]))
    return [lead.call for lead in found if leaves(lead.call, (*_places(lead, frame), *inner))]


def _places(lead: Lead, decorated: Frame) -> Iterator[Call]:
    """The places on the way to a call, with those in what decorates the functions there."""
    for place in (lead.call, *lead.callers):
        yield place
        if place.frame is not decorated:
            yield from (site for wrapper in wrappers(place.frame) for site in wrapper.sites)
