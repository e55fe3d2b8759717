"""What may add a limit to each call of a client, unseen at the call: transports, hooks, subclasses."""

from __future__ import annotations

from ..catalog.parts import Param
from ..catalog.records import AdapterFact, ClientFact
from ..interp.calls import Call, Names, call_at, maker
from ..interp.kinds import EventKind
from ..interp.values import Arguments, Class, Const, Instance, Mapping, Object, Ref, Sequence, Value, options, present
from ..project.startup import sets
from .values import UnknownBound


def check_clients(call: Call) -> None:
    """Raises UnknownBound if a client's transport, subclass or handling elsewhere may add a limit to each call."""
    for client in call.clients:
        fact = call.frame.scope.catalog.fact(ClientFact, client.type)
        if client.escaped:
            raise UnknownBound(f"its client may be configured elsewhere: {client.escaped}")
        if client.made is not None:
            _check_arguments(call_at(client.made))
        elif fact is not None and _prepares(call, fact):
            raise UnknownBound("it may be one of the clients that this module prepares")
        elif fact is not None and _limited_elsewhere(call.frame.scope, fact):
            raise UnknownBound("what its client calls on the way may set the limit, where that is made")
        if client.subclass is not None and call.frame.scope.session.mentions(client.subclass, "timeout"):
            raise UnknownBound("its client's class may set the limit")
        if fact is not None:
            _check_events(client, fact, call.frame.scope)


def _check_arguments(made: Call) -> None:
    """Raises UnknownBound if something that a client is made with may add a limit to each call."""
    for name in made.as_external.opaque:
        given = made.args.named.get(name)
        if made.args.open_names or (given is not None and not holds_no_limit(given.value, made.frame.scope)):
            raise UnknownBound(f"its client's `{name}` may hold the limit")
    if _intercepted(made) or _extended(made):
        raise UnknownBound("what its client calls on the way may set the limit")


def _check_events(client: Instance, fact: ClientFact, scope: Names) -> None:
    """Raises UnknownBound if what is done with a client once it is made may add a limit to each call."""
    for event in client.events:
        if event.kind is EventKind.SET and event.name in fact.funnel:
            raise UnknownBound(f"its `{event.name}` is replaced")
        if event.kind is EventKind.CALL and event.name in fact.adapters:
            for value in event.values[1:] or event.values:  # the first says for which addresses
                _check_transport(value, scope)


def _extended(made: Call) -> bool:
    """Whether a client is given an object whose class, the project's own, mentions limits."""
    given = [option for arg in (*made.args.positional, *made.args.named.values()) for option in options(arg.value)]
    classes = [
        argument.subclass for argument in given if isinstance(argument, Instance) and argument.subclass is not None
    ]
    classes.extend(argument.cls.chunk for argument in given if isinstance(argument, Object))
    return any(made.frame.scope.session.mentions(cls, "timeout") for cls in classes)


def _intercepted(made: Call) -> bool:
    """Whether something is called on the way that may set a limit, not a project class that mentions none."""
    between, args = made.as_client.between, made.args
    if between is None:
        return False
    if args.open_positions or args.open_names:
        return True
    mentions = made.frame.scope.session.mentions
    for member in _interceptors(args, between):
        if not isinstance(member, Object) or mentions(member.cls.chunk, "timeout"):
            return True
    inner = options(args.positional[0].value) if args.positional else ()
    makers = (maker(value) for value in inner if isinstance(value, Instance))
    return any(call is not None and _intercepted(call) for call in makers)


def _interceptors(args: Arguments, between: Param) -> list[Value]:
    """What is given to be called on the way, from a parameter's position on or by its name, one by one."""
    given = [argument.value for argument in args.positional[between.index :]] if between.index >= 0 else []
    named = args.named.get(between.name)
    if named is not None:
        given.append(named.value)
    return [
        member for value in given for member in (value.members if isinstance(value, Sequence) else options(value))
    ]  # fmt: skip


def _limited_elsewhere(scope: Names, fact: ClientFact) -> bool:
    """Whether the program says, where it may make such a client, that something on the way sets limits."""
    known = fact.elsewhere
    return known is not None and sets(known.words, scope.module, scope.session.project, known.modules)


def _prepares(call: Call, fact: ClientFact) -> bool:
    """Whether the module replaces what all calls of such a client go through."""
    module = call.frame.scope.module
    return any(module.search(rf"\.{name}[ \t]*=(?!=)") is not None for name in fact.funnel)


def holds_no_limit(value: Value, scope: Names) -> bool:
    """Whether a value is None, a transport that holds no limit, or a mapping of addresses to such transports."""
    if isinstance(value, Const):
        return value.value is None and not value.soft
    if isinstance(value, Mapping):
        return not value.open and all(holds_no_limit(inner, scope) for inner, _ in value.items.values())
    return all(_is_plain_transport(option, scope) for option in options(value))


def _check_transport(value: Value, scope: Names) -> None:
    """Raises UnknownBound for a transport that is not just one of the library's own."""
    if not all(isinstance(option, Const) or _is_plain_transport(option, scope) for option in options(present(value))):
        raise UnknownBound("its transport may set the limit")


def _is_plain_transport(value: Value, scope: Names) -> bool:
    """Whether a value is a transport of a known library, or of a class that adds no limit to one."""
    if isinstance(value, Instance):
        return value.made is not None and isinstance(value.made.fact, AdapterFact) and value.subclass is None
    return isinstance(value, Object) and _only_extends_transport(value, scope)


def _only_extends_transport(value: Object, scope: Names) -> bool:
    """Whether a class of the project extends transports of libraries alone, and mentions no limit anywhere."""
    session = scope.session
    if session.mentions(value.cls.chunk, "timeout"):
        return False
    bases = [base for cls in session.lineage(value.cls) for base in session.bases(cls)]
    outside = [base for base in bases if not isinstance(base, Class)]
    return bool(outside) and all(
        isinstance(base, Ref) and scope.catalog.fact(AdapterFact, base.name) is not None for base in outside
    )
