"""What a value given as a timeout means: seconds for which phases, no limit, or unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import libcst as cst

from ..catalog.lookup import Catalog
from ..catalog.parts import Param
from ..catalog.records import ExternalFact, LimitFact, ValueFact
from ..interp.calls import Call, call_at
from ..interp.values import Const, Instance, Ref, Sequence, Site, Value, options
from ..syntax.text import Span

Origin = Literal["call", "client", "scope", "library", "process"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on some phases of a call. `seconds` None = proven unlimited; `sure` False = an environment's default."""

    phases: frozenset[str]
    seconds: float | None
    origin: Origin
    span: Span | None = None
    sure: bool = True
    node: cst.CSTNode | None = None
    """The node of the value, if it is written in the function at hand."""
    omitted: bool = False
    """Not written in the code: an object that could hold the limit was made without."""


class UnknownBound(Exception):
    """A value that decides cannot be seen; the text says which."""


def parse_bounds(
    value: Value, param: Param, fact: ValueFact, origin: Origin, node: cst.CSTNode, catalog: Catalog
) -> tuple[Bound, ...] | None:
    """Returns the bounds that a timeout value sets; None for "not given". Raises UnknownBound if unknown."""
    phases = frozenset(param.phases)
    choices = options(value)
    if len(choices) > 1:
        raise UnknownBound("the timeout has several values")
    value = choices[0]
    if isinstance(value, Const):
        return _constant(value, phases, fact, origin, node)
    if isinstance(value, Sequence) and fact.members:
        return tuple(_members(value, fact, origin, node).values())
    if isinstance(value, Instance) and value.made is not None:
        shape = catalog.fact(LimitFact, value.made.fact.name) or catalog.fact(LimitFact, value.type)
        if shape is not None and isinstance(value.made.fact, LimitFact):
            return _object(call_at(value.made), shape, origin, node)
    if isinstance(value, Ref) and _stands_for_default(value, fact, catalog):
        return None
    raise UnknownBound("the timeout is not a literal")


def _stands_for_default(value: Ref, fact: ValueFact, catalog: Catalog) -> bool:
    """Whether a name is the library's own word for "use the default"; the same name of another library is unknown."""
    own = any(library.name == fact.library for library in catalog.libraries(value.name))
    return own and value.name.rpartition(".")[2].isupper()


def _constant(
    value: Const, phases: frozenset[str], fact: ValueFact, origin: Origin, node: cst.CSTNode
) -> tuple[Bound, ...] | None:
    held = value.value
    if held is None:
        unbounded = isinstance(fact, LimitFact) or (isinstance(fact, ExternalFact) and fact.missing == "flag")
        meaning = fact.none or ("unbounded" if unbounded else "")
        if meaning in ("default", "inherit"):
            return None
        if meaning != "unbounded":
            raise UnknownBound("what None means here is not known")
        return (Bound(phases, None, origin, sure=not value.soft, node=node),)
    if isinstance(held, (int, float)) and not isinstance(held, bool):
        if held == 0 and fact.zero == "unbounded":
            return (Bound(phases, None, origin, sure=not value.soft, node=node),)
        scale = 0.001 if fact.unit == "ms" else 1.0
        return (Bound(phases, held * scale, origin, sure=not value.soft, node=node),)
    raise UnknownBound("the timeout is not a number")


def _object(call: Call, shape: LimitFact, origin: Origin, node: cst.CSTNode) -> tuple[Bound, ...]:
    """The phases that a timeout object bounds; one given phase by phase leaves the rest to `omitted`."""
    given = [(param, call.args.get(param)) for param in shape.params]
    if any(argument is None and call.args.may_have(param) for param, argument in given):
        raise UnknownBound("a spread may hold the timeout")
    found: dict[str, Bound] = {}
    for index, (param, argument) in enumerate(given):
        if argument is None:
            continue
        particular = len(param.phases) == 1 or isinstance(argument.value, Sequence)
        for phase, bound in _argument(argument.value, param, shape, origin, node).items():
            if index == 0 or particular or phase not in found:
                found[phase] = bound
    nothing = not call.args.named and not call.args.positional
    for bound in _omitted(shape, origin, node, nothing):
        for phase in bound.phases:
            found.setdefault(phase, bound)
    return tuple(found.values())


def read_off(call: Call, fact: ExternalFact) -> Bound | None:
    """The literal None for reading alone, where other phases of a limit cannot be seen; None if there is none."""
    if call.args.open_names or fact.carriers or any(name in call.args.named for name in fact.opaque):
        return None
    given = [argument for param in fact.timeout if (argument := call.args.get(param)) is not None]
    if len(given) != 1 or not (_member_off(given[0].value, fact) or _field_off(given[0].value)):
        return None
    return Bound(frozenset(("read",)), None, "call" if fact.kind == "call" else "client", node=given[0].node)


def _member_off(value: Value, fact: ExternalFact) -> bool:
    """Whether the member of a tuple that is for reading switches the limit off."""
    if not isinstance(value, Sequence) or "read" not in fact.members or len(value.members) != len(fact.members):
        return False
    return _is_off(value.members[fact.members.index("read")], fact)


def _field_off(value: Value) -> bool:
    """Whether the field of a timeout object that is for reading switches the limit off, and no total holds.

    A total that is switched off is none; where a field that is left out is None, it also stands for reading.
    """
    made = value.made if isinstance(value, Instance) else None
    if made is None or not isinstance(made.fact, LimitFact) or made.args.open_names:
        return False
    return _reading_off(made, made.fact)


def _reading_off(made: Site, shape: LimitFact) -> bool:
    known = [(param.phases, argument) for param in shape.params if (argument := made.args.get(param)) is not None]
    totals = [argument for phases, argument in known if "total" in phases]
    if any(not _is_off(argument.value, shape) for argument in totals):
        return False
    reads = [argument for phases, argument in known if tuple(phases) == ("read",)]
    if not reads:
        return bool(totals) and shape.omitted == "none"
    return any(_is_off(argument.value, shape) for argument in reads)


def _is_off(value: Value, fact: ValueFact) -> bool:
    """Whether a value is None in so many words, which takes a limit away."""
    unbounded = (
        fact.none == "unbounded"
        or isinstance(fact, LimitFact)
        or (isinstance(fact, ExternalFact) and fact.missing == "flag")
    )
    return isinstance(value, Const) and value.value is None and not value.soft and unbounded


def _argument(value: Value, param: Param, shape: LimitFact, origin: Origin, node: cst.CSTNode) -> dict[str, Bound]:
    """The bounds that one argument of a timeout object sets, by phase."""
    if isinstance(value, Sequence) and shape.members:
        return _members(value, shape, origin, node)
    if not isinstance(value, Const):
        raise UnknownBound("the timeout is not a literal")
    return {
        phase: Bound(frozenset((phase,)), bound.seconds, origin, sure=bound.sure, node=node)
        for bound in _constant(value, frozenset(param.phases), shape, origin, node) or ()
        for phase in param.phases
    }


def _members(value: Sequence, fact: ValueFact, origin: Origin, node: cst.CSTNode) -> dict[str, Bound]:
    """The bounds of a tuple's members by phase."""
    found: dict[str, Bound] = {}
    for name, member in zip(fact.members, value.members, strict=False):
        if not isinstance(member, Const):
            raise UnknownBound("the timeout is not a literal")
        found.update((name, bound) for bound in _constant(member, frozenset((name,)), fact, origin, node) or ())
    return found


def _omitted(shape: LimitFact, origin: Origin, node: cst.CSTNode, nothing: bool) -> list[Bound]:
    """A bound for each phase that a timeout object does not mention; `nothing`: it mentions none."""
    omitted = shape.omitted
    if omitted == "default":
        return [Bound(frozenset((phase,)), seconds, "library") for phase, seconds in shape.default.items()]
    if omitted == "none" or nothing:
        phases = [phase for param in shape.params for phase in param.phases]
        return [Bound(frozenset((phase,)), None, origin, node=node, omitted=True) for phase in phases]
    return []
