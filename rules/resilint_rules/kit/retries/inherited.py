"""Arguments of a retry policy that a class of the project holds as attributes: the base of a task."""

from __future__ import annotations

import libcst as cst

from ..catalog.parts import Param
from ..catalog.policies import RetryFact
from ..interp.calls import Call, Frame
from ..interp.values import Argument, Arguments, Class, Ref, Value


def with_base(frame: Frame, fact: RetryFact, call: Call) -> Arguments | None:
    """Returns the arguments of a call with those that its base holds; None if it has no base with any.

    Those of the base stand at the call. They are open if the base, or a class that it extends, is not seen.
    """
    given = call.args.named.get(fact.base.name) if fact.base is not None else None
    if given is None:
        return None
    args, base = call.args, _class(frame, given)
    if (isinstance(base, Ref) and _is_own(fact, base)) or _is_said(fact, args):
        return None
    if not isinstance(base, Class):
        return Arguments(args.positional, args.named, args.open_positions, open_names=True)
    named = dict(args.named)
    for name in _names(fact):
        held = _held(frame, base, name) if name not in named else None
        if held is not None:
            named[name] = Argument(held, call.node)
    return Arguments(args.positional, named, args.open_positions, args.open_names or not _is_seen(frame, fact, base))


def _class(frame: Frame, given: Argument) -> Value:
    """What is given as the base; a class of another module is looked up there."""
    node = given.node
    targets = frame.scope.module.imports.get(node.value, ()) if isinstance(node, cst.Name) else ()
    if len(targets) == 1 and not isinstance(given.value, Class):
        return frame.scope.imported(list(targets), follow=True)
    return given.value


def _is_seen(frame: Frame, fact: RetryFact, base: Class) -> bool:
    """Whether all that a class extends is of the project, or of the library itself."""
    session = frame.scope.session
    found = [value for cls in session.lineage(base) for value in session.bases(cls)]
    return all(isinstance(value, Class) or (isinstance(value, Ref) and _is_own(fact, value)) for value in found)


def _is_said(fact: RetryFact, args: Arguments) -> bool:
    """Whether a call itself says how often it repeats, and what."""
    wanted = [param.name for param in (fact.attempts, fact.errors) if param is not None]
    return all(name in args.named for name in wanted)


def _is_own(fact: RetryFact, value: Ref) -> bool:
    return value.name == "object" or value.name.partition(".")[0] == fact.library.partition(".")[0]


def _names(fact: RetryFact) -> list[str]:
    """The names of the parameters of a policy."""
    values = (getattr(fact, key.attribute) for key in fact.KEYS.values())
    return [value.name for value in values if isinstance(value, Param) and value is not fact.base]


def _held(frame: Frame, cls: Class, name: str) -> Value | None:
    """What a class, or one that it extends, assigns to an attribute in its body; None if it does not."""
    session = frame.scope.session
    for one in session.lineage(cls):
        scope = session.scope(one.module)
        for chunk in reversed(one.chunk.statements):
            tree = scope.tree(chunk) if name in one.module.source(chunk) else None
            found = scope.statement(chunk) if tree is not None else None
            if found is not None and name in found.env:
                return found.env[name]
    return None
