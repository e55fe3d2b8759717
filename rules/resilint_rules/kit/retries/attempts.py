"""Retry layers of a call: those of its library, and policies around the function."""

from __future__ import annotations

from ..catalog.parts import ClientRetry, Retries
from ..catalog.records import ClientFact, LimitFact
from ..interp.calls import Call, Frame, maker
from ..interp.values import Arguments, Const, Function, Instance, Mapping, Value
from ..project.forwarding import attempts_in, names_in
from .layer import DROPPED, HANG, LIMITED_RATE, PACES, STATUSES, UNAVAILABLE, WORDS, RetryLayer, product, where
from .policies import LIMITED, UNLIMITED, RetryPolicy, layers
from .transports import WITH_RETRY_AFTER, parse_attempts, policy_in, policy_layer, transport_layers

_SIGNS = {
    UNAVAILABLE: "503",
    LIMITED_RATE: "429",
    HANG: r"Timeout\w*|TransportError|URLError",
    DROPPED: r"Connect\w*|TransportError|URLError",
}
"""Words in a function that repeats, by the failure that it repeats then."""


def built_in(call: Call) -> tuple[RetryLayer, ...]:
    """What the library and its transports repeat by themselves, the innermost first."""
    words, maker, unseen = retry_facts(call)
    found = [*transport_layers(call)]
    if words is not None:
        if words.beneath:
            found.append(_transport_beneath(words.beneath, product(call)))
        found.append(_library_layer(call, words, maker, unseen))
    elif unseen and _has_transports(call):
        found.append(RetryLayer("its client's transport", None, unseen))
    if call.passed_by is not None:
        found.append(_passing_layer(call, call.passed_by))
    return tuple(found)


def _passing_layer(call: Call, function: Function) -> RetryLayer:
    """What a function of the project does that makes the call: as often as its loop says, after what it names."""
    attempts = attempts_in(function.module, function.chunk)
    doc = function.module.doc
    line = f"line {doc.position(function.chunk.chunk.start)[0]}"
    place = line if doc.name == call.frame.scope.module.doc.name else f"{doc.name}, {line}"
    known = {kind: True for kind, word in _SIGNS.items() if names_in(function.module, function.chunk, word)}
    return RetryLayer(
        f"`{function.chunk.name}`", attempts, place, known, pauses=None, pace=PACES[True if attempts != 1 else None]
    )


def retry_facts(call: Call) -> tuple[Retries | None, Call | None, str]:
    """The catalogue's words on the retries in force, the call whose arguments change them, and why that is not seen."""
    own = call.as_external.retries
    if not call.clients:
        return own, call, ""
    client = call.clients[0]
    unseen = ""
    if len(call.clients) > 1:
        unseen = "it may be made on several clients"
    elif client.made is None:
        unseen = "its client is made elsewhere"
    elif client.escaped:
        unseen = f"its client may be configured elsewhere: {client.escaped}"
    elif client.subclass is not None:
        unseen = "its client's class may change it"
    known = call.frame.scope.catalog.fact(ClientFact, client.type)
    fact = client.made.as_external if client.made is not None else known
    words = own or (fact.retries if fact is not None else None)
    if own is not None and own.param and own.param in call.args.named:
        return own, call, ""
    return words, maker(client), unseen


def _has_transports(call: Call) -> bool:
    for client in call.clients:
        fact = call.frame.scope.catalog.fact(ClientFact, client.type)
        if fact is not None and (fact.adapters or fact.opaque):
            return True
    return False


def _transport_beneath(attempts: int, source: str) -> RetryLayer:
    """What the transport of a library repeats by itself, in each attempt of the library."""
    kept = {kind: False for kind in WORDS if kind != DROPPED}
    condition = {DROPPED: "if the peer closes the connection without an answer"}
    return RetryLayer("its transport", attempts, f"default of {source}", kept, pauses=0.0, unsure=condition)


def _library_layer(call: Call, words: Retries, maker: Call | None, unseen: str) -> RetryLayer:
    """What a library repeats by itself, as an argument of `maker` sets it, or by default."""
    if unseen:
        return RetryLayer(call.library, None, unseen)
    if words.varies is not None:
        return RetryLayer(
            call.library,
            words.varies or None,
            "the version in use decides",
            unsure=dict.fromkeys(WORDS, "in some versions only"),
        )
    default = None if words.unlimited else words.attempts
    attempts, source = default, f"default of {product(call)}"
    name = words.param
    if maker is None or not name:
        return _counted_layer(call, words, attempts, source)
    argument = maker.args.named.get(name)
    if argument is not None:
        given = f"`{name}`, {where(maker.frame, argument.node, call.frame)}"
        policy = policy_in(argument.value, argument.node, maker.frame)
        if policy is not None:
            return policy_layer(policy, call, call.library, given)
        if words.gives_way:
            return RetryLayer(call.library, None, f"{given} replaces its own")
        attempts, unseen = _argument_attempts(argument.value, words, default)
        if attempts != default:
            source = given
    elif maker.args.open_names:
        unseen = f"a spread may hold `{name}`"
    if name in call.written:  # `client.with_options(max_retries=...)`
        unseen = f"`{name}` is given on the way"
    return RetryLayer(call.library, None, unseen) if unseen else _counted_layer(call, words, attempts, source)


def _counted_layer(call: Call, words: Retries, attempts: int | None, source: str) -> RetryLayer:
    """A library's own retries with their attempts, and what the catalogue says about everything else."""
    verdicts = {kind: _is_covered(words, kind, call) for kind in WORDS}
    conditional = {kind for kind, status in STATUSES.items() if status in (words.with_retry_after or ())}
    ends = {}
    if words.exhausted:
        ends.update(dict.fromkeys((HANG, DROPPED), words.exhausted))
    if words.exhausted_status:
        ends.update(dict.fromkeys(STATUSES, words.exhausted_status))
    return RetryLayer(
        call.library,
        attempts,
        source,
        {kind: verdict for kind, verdict in verdicts.items() if verdict is not None and kind not in conditional},
        endless=words.unlimited and words.deadline is None,
        pauses=0.0 if attempts == 1 or words.waits is False else None,
        pace=words.pace or PACES[words.waits],
        note=words.note,
        unsure=dict.fromkeys(conditional, WITH_RETRY_AFTER),
        ends=ends,
    )


def _is_covered(words: Retries, kind: str, call: Call) -> bool | None:
    """Whether a library's own retries are for a failure; None if that depends on what is not known."""
    if words.attempts == 1 and not words.param:
        return False
    listed = words.on
    if not set(WORDS[kind]) & set(listed):
        return False
    methods = words.methods
    if methods and not call.verb:
        return None
    if methods and call.verb not in methods:
        return False
    if kind in STATUSES and "status" in listed:
        statuses = words.statuses
        return None if statuses is None else STATUSES[kind] in statuses
    return True


def _argument_attempts(value: Value, words: Retries, default: int | None) -> tuple[int | None, str]:
    """The attempts that an argument sets, or why they cannot be seen."""
    name = words.param
    literal = parse_attempts(value, words.counts)
    if literal is not None:
        return literal, ""
    options = _options(value)
    if options is None:
        return None, f"`{name}` cannot be seen"
    shape, args = options
    inner = args.value(shape)
    if inner is None:
        return default, ""
    if not isinstance(inner, Mapping) or inner.open:
        return None, f"`{shape.name}` of its `{name}` cannot be seen"
    held = {key: found.value for key, (found, _) in inner.items.items() if isinstance(found, Const) and not found.soft}
    if set(held) != set(inner.items):
        return None, f"`{shape.name}` of its `{name}` cannot be seen"
    if shape.total in held:
        return int(held[shape.total]), ""
    if shape.retries in held:
        return int(held[shape.retries]) + 1, ""
    return shape.modes.get(held.get(shape.mode, ""), default), ""


def _options(value: Value) -> tuple[ClientRetry, Arguments] | None:
    """The parameter for retries of an object that holds options, and the arguments that object was made with."""
    made = value.made if isinstance(value, Instance) and not value.escaped else None
    if made is None or not isinstance(made.fact, LimitFact) or made.fact.retry is None:
        return None
    return made.fact.retry, made.args


def _all_of(frame: Frame) -> tuple[RetryPolicy, ...]:
    """The policies of a function and of those in it, found once for all of its calls."""
    if _all_of not in frame.derived:
        frame.derived[_all_of] = tuple(layers([frame]))
    found: tuple[RetryPolicy, ...] = frame.derived[_all_of]
    return found


def policies(call: Call, here: Frame | None = None) -> list[tuple[RetryPolicy, RetryLayer]]:
    """Policies around the function that a call stands in, or around a block with it, the innermost first.

    Places in the file of `here`, if not that of the call, are named by their line alone.
    """
    found = []
    for layer in _all_of(call.frame.outermost):
        if layer.body is call.frame or (layer.body is None and layer.repeats(call)):
            attempts = layer.attempts
            endless = layer.limit == UNLIMITED
            line = where(layer.frame, layer.node, here or call.frame)
            known = attempts if layer.limit == LIMITED and not endless else None
            repeat = RetryLayer(
                f"`{layer.written}`",
                known,
                line,
                endless=endless,
                pauses=0.0 if layer.waits is False else None,
                pace=PACES[layer.waits],
                frame=layer.frame,
                span=layer.frame.tree.span(layer.node),
            )
            found.append((layer, repeat))
    return found[::-1]
