"""What a call gives back, and the record of it if the catalogue knows what is called."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from ..catalog.records import AdapterFact, ClientFact, LimitFact
from ..catalog.security import ContextFact
from ..catalog.surroundings import LoopFact, OffloadFact, OptionsFact
from ..project.forwarding import looks_at_status, passes_on
from ..syntax.access_path import Called, Path
from ..syntax.idioms import KEEPS_NOTHING, checks, harmless, last_name
from ..syntax.tree import dotted
from .assignment import change
from .body_checks import answer_checked, body_of, look_into, mark_checked, tested, whole
from .calls import Call
from .context import Context
from .kinds import EventKind
from .known_calls import (
    NUMBERS,
    RECORDED,
    answers_inside,
    as_number,
    called,
    declared,
    generated_stub,
    identified,
    known,
    note,
    note_aside,
    plain,
    same_function,
    same_method,
)
from .parts.breakers import called_through_breaker
from .parts.entering import GIVES_BACK, entered_by_stack
from .parts.wrapping import wrapped
from .values import (
    UNKNOWN,
    Argument,
    Arguments,
    Change,
    Class,
    Const,
    DeferredReturn,
    Derived,
    Event,
    Function,
    Instance,
    Mapping,
    Method,
    Nested,
    Partial,
    Pending,
    Ref,
    Response,
    Unknown,
    Value,
    join,
    options,
    present,
)

CHANGES = frozenset(("update", "setdefault", "pop"))
READS = frozenset(("get", "items", "keys", "values", "copy"))  # they add no key
_ADDS = re.compile(r"\.(?:update|setdefault)\(|\[[^\]\n]*\][ \t]*=(?!=)")
_JOINED = re.compile(r"[\w.]\Z")
_ENVIRONMENT = ("os.getenv", "os.environ.get")
_CALL = "__call__"  # the method by which an object is called as a function
_PARSES = re.compile(r"\.parse_(?:\w+_)?response$")  # they raise if given the answer to a failed request


def invoke(ctx: Context, node: cst.Call, func: Value, args: Arguments, *, offloaded: bool = False) -> Value:
    """The value of calling `func`; known calls are noted in the frame."""
    choices = options(present(func))
    if checks(last_name(node)):
        _mark_arguments_checked(args)
    for choice in choices:
        if isinstance(choice, Change):
            change(choice, args, node)
    if any(isinstance(choice, (Function, Class, Nested)) for choice in choices):
        _use(ctx, node, join([*choices]), args, offloaded)
    if len(choices) > 1:
        return _one_of(ctx, node, choices, args, offloaded)
    target = choices[0]
    if not offloaded:
        note_aside(ctx, node, target, args)
    if isinstance(target, Ref):
        return _function(ctx, node, target.name, args, offloaded)
    if isinstance(target, Method):
        return _method(ctx, node, target, args, (target.owner,), offloaded)
    if isinstance(target, Partial):
        return invoke(ctx, node, target.target, _after(target.call.args, args), offloaded=offloaded)
    if isinstance(target, Class):
        return _construct(ctx, node, target, args)
    if isinstance(target, Function):
        return _passed_on(ctx, node, target, args) or _project(ctx, node, target, args)
    return _unseen(ctx, node, target, args, offloaded)


def _use(ctx: Context, node: cst.Call, target: Value, args: Arguments, offloaded: bool) -> None:
    """Records a call of the project's own; the second pass over a loop may find that others are called, too."""
    call, before = ctx.frame.uses.get(id(node), (None, None))
    if call is None or before is None:
        call, before = note(ctx, node, plain(""), args, (), offloaded, keep=False), target
    ctx.frame.uses[id(node)] = call, join([before, target])


def _unseen(ctx: Context, node: cst.Call, target: Value, args: Arguments, offloaded: bool) -> Value:
    """The value of calling an object, or what is neither in the catalogue nor in the project: a method of a body."""
    if isinstance(target, Instance) and ctx.frame.scope.catalog.method(ClientFact, target.type, _CALL) is not None:
        return _method(ctx, node, Method(target, _CALL), args, (target,), offloaded)
    if (called_for := called_through_breaker(ctx, target, args)) is not None:
        return invoke(ctx, node, *called_for)
    stacked = entered_by_stack(ctx, last_name(node), args)
    if stacked is not None:
        return stacked
    _hand_over(ctx, args, "it is passed on")
    if isinstance(target, Nested):
        return UNKNOWN
    if _PARSES.search(dotted(node.func)):
        _mark_arguments_checked(args)
    if isinstance(target, Derived):
        _note_questions(target, args)
        return Derived(called(ctx, node, target.path, args), target.source or body_of(args))
    return generated_stub(ctx, node, last_name(node), args) or UNKNOWN


def _one_of(ctx: Context, node: cst.Call, choices: tuple[Value, ...], args: Arguments, offloaded: bool) -> Value:
    """The value of calling one of several functions, of which it is not known which."""
    catalog = ctx.frame.scope.catalog
    if same_function(catalog, choices):
        return _chosen(ctx, node, invoke(ctx, node, choices[0], args, offloaded=offloaded), choices)
    if all(isinstance(choice, Derived) for choice in choices):  # taken from one of several responses
        return join([invoke(ctx, node, choice, args) for choice in choices])
    merged = same_method(catalog, choices)
    if merged is not None:
        owners = tuple(choice.owner for choice in choices if isinstance(choice, Method))
        return _chosen(ctx, node, _method(ctx, node, merged, args, owners, offloaded), choices)
    names = {choice.name.rpartition(".")[2] if isinstance(choice, Ref) else "" for choice in choices}
    stub = generated_stub(ctx, node, names.pop(), args) if len(names) == 1 else None
    if stub is not None:
        return stub
    for choice in choices:
        _note_questions(choice, args)
    _hand_over(ctx, args, "one of several functions")
    return UNKNOWN


def _chosen(ctx: Context, node: cst.Call, value: Value, choices: tuple[Value, ...]) -> Value:
    """The value of a call that stands for several; which HTTP method it has is not known if their names differ."""
    call = ctx.frame.calls.get(id(node))
    names = {choice.name.rpartition(".")[2] for choice in choices if isinstance(choice, (Ref, Method))}
    if isinstance(call, Call):
        call.chosen = len(names) > 1
    return value


def _construct(ctx: Context, node: cst.Call, cls: Class, args: Arguments) -> Value:
    """An object of a class of the project."""
    if (stub := generated_stub(ctx, node, cls.chunk.name, args)) is not None:
        return stub
    site = note(ctx, node, plain(cls.chunk.name), args, (), False, keep=False)
    return ctx.frame.scope.session.instance(cls, site)


def _after(bound: Arguments, given: Arguments) -> Arguments:
    """The arguments of `partial(function, *bound)(*given)`; the first that is bound is the function."""
    return Arguments(
        [*bound.positional[1:], *given.positional], {**bound.named, **given.named},
        bound.open_positions or given.open_positions, bound.open_names or given.open_names,
    )  # fmt: skip


def _note_questions(target: Value, args: Arguments) -> None:
    """Records which keys of a body are read: `body.get("error")`, `body.startswith("OK")`."""
    if isinstance(target, Derived) and target.path.attribute in ("startswith", "endswith") and whole(target):
        mark_checked(target)
    if isinstance(target, Derived) and target.path.attribute == "get" and args.positional:
        key = args.positional[0].value
        if isinstance(key, Const):
            look_into(target, key.value)


def _mark_arguments_checked(args: Arguments) -> None:
    """Notes that a function which says that it checks is shown a body."""
    for given in (*args.positional, *args.named.values()):
        mark_checked(given.value)


def _hand_over(ctx: Context, args: Arguments, why: str) -> None:
    """Arguments given to code that cannot be seen: it may configure or check what it is given."""
    for argument in (*args.positional, *args.named.values()):
        ctx.escape(argument.value, why, settle=True)


def _function(ctx: Context, node: cst.Call, name: str, args: Arguments, offloaded: bool) -> Value:
    """The value of calling something outside of the project by its qualified name."""
    builtin = _builtin(ctx, node, name, args)
    if builtin is not None:
        return builtin
    catalog = ctx.frame.scope.catalog
    offload = catalog.fact(OffloadFact, name)
    if offload is not None:
        return _offload(ctx, node, offload, args)
    client = catalog.fact(ClientFact, name)
    if client is not None:
        return _client(ctx, node, client, args, offloaded)
    for kind in ("call", *RECORDED[2:]):
        fact = catalog.fact(kind, name)
        if fact is not None:
            return known(ctx, node, fact, args, (), offloaded)
    loop = catalog.fact(LoopFact, name)
    if loop is not None:
        return Instance(loop.type, None, "loop")
    limit = catalog.fact(LimitFact, name) or catalog.fact(AdapterFact, name) or catalog.fact(ContextFact, name)
    if limit is not None:
        return Instance(limit.type or name, note(ctx, node, limit, args, (), False), "call")
    return generated_stub(ctx, node, name, args) or declared(ctx, node, name, args) or _foreign(ctx, name, args)


def _builtin(ctx: Context, node: cst.Call, name: str, args: Arguments) -> Value | None:
    """The value of calling a function of the standard library that the interpreter knows; None for any other."""
    first = args.positional[0].value if args.positional else None
    if name == "functools.partial":
        return _partial(ctx, node, args)
    if name == "super":
        return ctx.frame.scope.session.parent(ctx.frame.owner)
    if name == "dict" and first is None:
        items = {key: (given.value, given.node) for key, given in args.named.items()}
        return Mapping(items, args.open_names, (ctx.frame.tree, node))
    if name in _ENVIRONMENT:
        default = args.positional[1].value if len(args.positional) > 1 else None
        return Const(default.value, soft=True) if isinstance(default, Const) else UNKNOWN
    if first is not None and name in NUMBERS:
        return as_number(first, name)
    return first if name == "staticmethod" or name in GIVES_BACK else None


def _client(ctx: Context, node: cst.Call, fact: ClientFact, args: Arguments, offloaded: bool) -> Value:
    """A client that is made by calling a class or a function; nothing is known of one that asks the program itself."""
    if answers_inside(ctx, args):
        return UNKNOWN
    call = note(ctx, node, fact, args, (), offloaded)
    if call.result is None:
        made: Value = Instance(fact.type or fact.name, call, "call")
        call.result = Pending(made, call) if fact.awaited else made
    return call.result


def _foreign(ctx: Context, name: str, args: Arguments) -> Value:
    """The result of a function that the catalogue does not know; it may have configured what it was given."""
    if not harmless(name, KEEPS_NOTHING):
        _hand_over(ctx, args, f"it is passed to `{name}`")
    if name == "isinstance" and args.positional and whole(args.positional[0].value):
        mark_checked(args.positional[0].value)
    if name == "bool" and args.positional:
        tested(args.positional[0].value)
    return Derived(Path(name, (Called(),)), body_of(args, name))


def _method(
    ctx: Context, node: cst.Call, method: Method, args: Arguments, owners: tuple[Instance, ...], offloaded: bool
) -> Value:
    catalog, owner = ctx.frame.scope.catalog, method.owner
    offload = catalog.method(OffloadFact, owner.type, method.name)
    if offload is not None:
        return _offload(ctx, node, offload, args)
    client = catalog.method(ClientFact, owner.type, method.name)
    if client is not None:  # a factory: what it makes has the limits of what made it
        call = note(ctx, node, client, args, owners, offloaded)
        if call.result is None:
            call.result = Instance(client.type, owner.made or call, owner.origin, owner.events, owner.escaped)
        return call.result
    for kind in ("call", *RECORDED[2:]):
        fact = catalog.method(kind, owner.type, method.name)
        if fact is not None:
            return known(ctx, node, fact, args, owners, offloaded)
    spread = catalog.method(OptionsFact, owner.type, method.name)
    if spread is not None or (args.positional and identified(catalog, owner)):  # chosen by an identifier
        return Mapping(dict.fromkeys(spread.keys, (UNKNOWN, node))) if spread is not None else method
    for candidate in owners:
        given = tuple(argument.value for argument in (*args.positional, *args.named.values()))
        candidate.note(Event(EventKind.CALL, method.name, given, node))
    return Derived(Path(f"{owner.type}.{method.name}", (Called(),)))


def _partial(ctx: Context, node: cst.Call, args: Arguments) -> Value:
    if not args.positional:
        return UNKNOWN
    made = Call(node, plain("functools.partial"), args, (), tuple(ctx.within), ctx.current, frame=ctx.frame)
    return Partial(args.positional[0].value, made)


def _offload(ctx: Context, node: cst.Call, fact: OffloadFact, args: Arguments) -> Value:
    """A function that runs in a thread: its call, with the arguments that follow it."""
    index = fact.function
    if len(args.positional) <= index:
        return Pending(UNKNOWN)
    target = args.positional[index].value
    rest = Arguments(args.positional[index + 1 :], dict(args.named), args.open_positions, args.open_names)
    if isinstance(target, Nested):
        return Pending(UNKNOWN)
    if isinstance(target, Partial):
        inner = target.call
        value = invoke(ctx, inner.node, target.target, _after(inner.args, rest), offloaded=True)
    elif isinstance(target, (Ref, Method)):
        value = invoke(ctx, node, target, rest, offloaded=True)
        if (call := ctx.frame.calls.get(id(node))) is not None:
            call.keywords = fact.keywords == "yes"
    else:
        _hand_over(ctx, rest, "it is passed on")
        value = UNKNOWN
    return Pending(value.value if isinstance(value, Pending) else value)


def _passed_on(ctx: Context, node: cst.Call, target: Function, args: Arguments) -> Value | None:
    """A call that a function of the project makes of its first argument, with the others; None for other functions."""
    first = args.positional[0].value if args.positional and target.owner is None else None
    if not isinstance(first, (Ref, Method)) or not passes_on(target.module, target.chunk):
        return None
    rest = Arguments(args.positional[1:], dict(args.named), args.open_positions, args.open_names)
    value = invoke(ctx, node, first, rest)
    if id(node) in ctx.frame.calls:
        ctx.frame.calls[id(node)].passed_by = target
    if looks_at_status(target.module, target.chunk):
        answer_checked(value)
    return Pending(value) if target.chunk.chunk.is_async and not isinstance(value, Pending) else value


def _project(ctx: Context, node: cst.Call, target: Function, args: Arguments) -> Value:
    """A call of the project's own function: what it returns, if that can be seen."""
    _pass_on(ctx, target, args)
    session = ctx.frame.scope.session
    if target.chunk in session.supposed:
        return session.supposed[target.chunk]
    answer = wrapped(ctx, node, target, args)
    if answer is not None:
        return answer
    gives = session.gives(target)
    frame = session.frame(target) if gives else None
    found: Value = UNKNOWN
    if frame is not None:
        found = _fresh(frame.returned(), ctx)
    elif target.module is ctx.frame.scope.module and not target.chunk.chunk.is_async and not gives:
        found = DeferredReturn(function=target)
    body = body_of(args)
    if body is not None and all(isinstance(option, (Unknown, Derived)) for option in options(found)):
        found = Derived(Path(target.chunk.name, (Called(),)), body)
    return Pending(found) if frame is not None and frame.is_async else found


def _pass_on(ctx: Context, target: Function, args: Arguments) -> None:
    """Records that a function of the project is given its arguments."""
    if any(around.ignores_missing_key for around in ctx.within):
        _mark_arguments_checked(args)
    configures = ctx.frame.scope.session.configures(target)
    for argument in (*args.positional, *args.named.values()):
        ctx.escape(argument.value, f"it is passed to `{target.chunk.name}`", settle=configures, receiver=target.chunk)
    places: list[tuple[int | str, Argument]] = [*enumerate(args.positional), *args.named.items()]
    for place, given in places:
        for value in options(given.value):
            if isinstance(value, Derived) and value.source is not None:
                value.source.passed_to.append((target, place, value))


def _fresh(value: Value, ctx: Context) -> Value:
    """What a function returned, as the caller's own: a response was judged where it was made."""
    found: list[Value] = []
    for option in options(value):
        if isinstance(option, Instance):
            found.append(
                Instance(option.type, option.made, option.origin, list(option.events), option.escaped, option.subclass)
            )
        elif isinstance(option, Response):
            found.append(UNKNOWN)
        elif isinstance(option, Pending):
            found.append(Pending(_fresh(option.value, ctx)))
        elif isinstance(option, Mapping):
            found.append(Mapping(dict(option.items), True))
        else:
            found.append(option)
    return join(found)


def changed_inside(name: str, lines: Iterable[str]) -> bool:
    """Whether a function or block of a module adds keys to a dict of the module; these are the lines with its name."""
    for line in lines:
        at = line.find(name)
        while at >= 0:
            before, end = line[:at], at + len(name)
            inside = before[:1] in (" ", "\t") and not _JOINED.search(before)
            if inside and _ADDS.match(line, end):
                return True
            at = line.find(name, end)
    return False
