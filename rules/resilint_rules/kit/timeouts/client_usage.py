"""Where a client is used, and which limits its calls set themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import libcst as cst

from ..catalog.records import AdapterFact, ClientFact, ResponseFact
from ..interp.calls import Call, Frame, maker
from ..interp.kinds import FrameKind
from ..interp.values import Instance, Object, Pending, Ref, Response, options
from ..syntax.tree import Tree
from .effective import enclosing, limit, timeout_bounds
from .values import UnknownBound

_STREAMS = re.compile(
    r"(?:^|[^a-z])(?:sse|events?|stream)(?:$|[^a-z])|stream(?:s|ed|ing)?(?:$|[^a-z])|long_?poll", re.IGNORECASE
)
"""Names of what reads bit by bit, whenever there is something."""
_EVENTS = re.compile(
    r"(?:\b|_)(?:sse|events?)(?:\b|_)|(?-i:SSE|Event)|event-stream|long_?poll|watch|follow|subscri|notif|listen|"
    r"stream(?:ing)?(?:\b|_)",
    re.IGNORECASE,
)
"""Words of a stream that may be silent for long."""
_STREAM_ARGUMENT = re.compile(r"\bstream\s*=\s*[\w.]+")
"""No word of it: it may be a download."""
_POLLS = re.compile(r"[\"'?&](?:timeout|wait)[\"']?[ ]*[=:]|long_?poll|get_?updates", re.IGNORECASE)
"""How a call says that the other side is to wait until there is something."""
_WAITS = re.compile(
    r"pubsub|subscri|notif|\.(?:listen|monitor|xread\w*|b[lrz]\w*pop\w*|blmove|wait\w*|lock)\b|\bblock\w*",
    re.IGNORECASE,
)
"""Commands of a data store that wait for news, somewhere in a module."""
_STORES = frozenset(("cache", "database"))
_FILES = re.compile(r"download|file|blob|image|audio|zip", re.IGNORECASE)


def set_later(call: Call) -> bool:
    """Whether a client, once made, gets a limit from an attribute, a method, or code that cannot be seen.

    A socket that it is given brings its own.
    """
    for option in options(call.result) if call.result is not None else ():
        client = option.value if isinstance(option, Pending) else option
        if isinstance(client, Instance) and _may_be_limited_later(client):
            return True
    uses = list(calls_on(call))
    if not uses and _is_limited_by_text(call):
        return True
    limited = [use for use in uses if _limits_itself(use)]
    if not limited:
        return False
    return not any(use.as_external.missing == "inherit" and limit(use).unbounded for use in uses)


def _may_be_limited_later(client: Instance) -> bool:
    """Whether an attribute, a method or a socket gives a client its limit, or it cannot be seen that none does."""
    if client.escaped or client.subclass is not None:
        return True
    return any("timeout" in event.name.lower() or event.name == "sock" for event in client.events)


def streamed(made: Call) -> bool:
    """Whether a client is, or by the names around it may be, for streams: their silence is no failure."""
    if _STREAMS.search(made.frame.qualname):
        return True
    inner = made.result.value if isinstance(made.result, Pending) else made.result
    if isinstance(inner, Instance) and _STREAMS.search(inner.escaped):
        return True
    return any(use.streams for use in calls_on(made))


def may_stay_silent(call: Call) -> bool:
    """Whether the other side may be silent for long and nothing wrong.

    It is where a body comes line by line, or event by event, or where the call asks it to wait for news.
    """
    response, fact, code = call.response, call.answer, call.frame.tree.code(call.node)
    if _POLLS.search(code) or _POLLS.search(call.frame.qualname):
        return True
    if not call.streams or response is None or fact is None:
        return False
    read = [name for name, _ in response.uses if name in fact.streaming]
    if read:
        return any("lines" in name for name in read)
    before = call.frame.tree.source(call.frame.tree.start, call.span.start).rpartition("\n")[2]
    text = f"{call.frame.qualname} {before} {_STREAM_ARGUMENT.sub('', code)} {response.escaped}"
    return bool(_EVENTS.search(text)) and not _FILES.search(text)


def _is_limited_by_text(made: Call) -> bool:
    """Whether a call with a limit is written on where a client is kept, though it cannot be seen whose it is."""
    module = made.frame.scope.module
    return any(module.search(rf"\.{name}\.\w+\([^)]*\btimeout\b") is not None for name in _later_holder_names(made))


def all_calls_limited(made: Call) -> bool:
    """Whether each of the calls that are seen on a client brings a limit, so that the client needs none."""
    uses = list(calls_on(made))
    return bool(uses) and all(_limits_itself(use) for use in uses)


def takes_whole_answers(call: Call) -> bool:
    """Whether a call, or each that is seen on a client, takes a whole answer: none may be a stream."""
    uses = list(calls_on(call)) if isinstance(call.fact, ClientFact) else [call]
    if not uses or (call.result is not None and _may_be_limited_later_by_others(call)):
        return False
    return all(_takes_whole(use) for use in uses)


def _may_be_limited_later_by_others(made: Call) -> bool:
    """Whether a client leaves the sight of those who make it."""
    found = options(made.result) if made.result is not None else ()
    return any(isinstance(option, Instance) and bool(option.escaped) for option in found)


def _takes_whole(use: Call) -> bool:
    response = use.response
    if use.peer in _STORES and response is None and use.as_external.missing == "inherit":
        return not use.streams and use.frame.scope.module.search(_WAITS) is None
    if use.streams or use.tails or may_stay_silent(use) or response is None or response.escaped or use.answer is None:
        return False
    answer = use.answer
    return any(name in answer.body and name not in answer.streaming for name in _read_of(use, response, answer))


def _read_of(use: Call, response: Response, fact: ResponseFact) -> list[str]:
    """What is read of a response, by itself or behind the check of its status that gives it back."""
    read = [name for name, _ in response.uses]
    if fact.raiser_returns != "response":
        return read
    return read + [_read_behind(use.frame.tree, node) for name, node in response.uses if name == fact.raiser]


def _read_behind(tree: Tree, node: cst.CSTNode) -> str:
    """What is read of the value of the method at a node: `json` of `answer.raise_for_status().json()`."""
    call = tree.parent(node)
    above = tree.parent(call) if isinstance(call, cst.Call) else None
    return above.attr.value if isinstance(above, cst.Attribute) else ""


def idle(made: Call) -> bool:
    """Whether a private function makes a client for others of its module, and none of them makes a call on it."""
    module = made.frame.scope.module
    name = made.frame.qualname.rpartition(".")[2]
    if made.frame.kind is not FrameKind.FUNCTION or not name.startswith("_"):
        return False
    if not isinstance(made.statement, cst.Return):
        return False
    held: list[Instance] = []
    for user in _frames_of(module.functions_mentioning(name), made):
        for frame in user.all_frames():
            if any(_is_on_client(call, made) for call in frame.calls.values()):
                return False
            held.extend(v for v in frame.env.values() if isinstance(v, Instance) and _is_same_call(maker(v), made))
    if len(held) + 1 != module.count(rf"\b{name}\b"):
        return False
    return all(not candidate.escaped and candidate.events for candidate in held)


def _limits_itself(call: Call) -> bool:
    """Whether a call sets a limit of its own or stands in one, or a spread may hold one."""
    try:
        return bool(enclosing(call) or (call.as_external.timeout and timeout_bounds(call, call.as_external)))
    except UnknownBound:
        return True


def calls_on(made: Call) -> Iterator[Call]:
    """The calls on a client, in the function that makes it and in those of the module that mention where it is kept."""
    outermost, module = made.frame.outermost, made.frame.scope.module
    frames = outermost.all_frames()
    users = dict.fromkeys(user for name in _holder_names(made) for user in module.functions_mentioning(name))
    for frame in _frames_of(users, made):
        if frame is not outermost:
            frames.extend(frame.all_frames())
    for frame in frames:
        for call in frame.calls.values():
            if call.fact.kind == "call" and _is_on_client(call, made):
                yield call


def _frames_of(names: Iterable[str], made: Call) -> Iterator[Frame]:
    """The frames of the named functions of the module that makes a client, as far as they can be interpreted."""
    scope = made.frame.scope
    for function in scope.module.chosen(names):
        frame = scope.frame(function)
        if frame is not None:
            yield frame


def _is_on_client(call: Call, made: Call) -> bool:
    """Whether a call may be made on the client that another call makes."""
    return any(_is_same_call(maker(client), made) for client in call.clients)


def _is_same_call(one: Call | None, other: Call) -> bool:
    """Whether two calls are one; a module statement is interpreted once for each of its names."""
    return one is not None and one.node is other.node


def _later_holder_names(made: Call) -> list[str]:
    """The attributes under which what a statement makes is kept by another one."""
    own = made.statement.targets if isinstance(made.statement, cst.Assign) else ()
    return [
        name for frame in made.frame.outermost.all_frames() for target, _, name, value in frame.sets.values()
        if not any(candidate.target is target for candidate in own)
        and any(isinstance(option, Instance) and _is_same_call(maker(option), made) for option in options(value))
    ]  # fmt: skip


def _holder_names(made: Call) -> list[str]:
    """The attributes and the module's names under which a statement keeps what it makes."""
    statement = made.statement
    targets = (
        [bound.target for bound in statement.targets]
        if isinstance(statement, cst.Assign)
        else [statement.target]
        if isinstance(statement, cst.AnnAssign)
        else []
    )
    return _later_holder_names(made) + [
        target.attr.value if isinstance(target, cst.Attribute) else target.value
        for target in targets
        if isinstance(target, cst.Attribute)
        or (
            isinstance(target, cst.Name)
            and (made.frame.outermost.kind is FrameKind.STATEMENT or made.frame.scope.module.writers_of(target.value))
        )
    ]


def in_transport(call: Call) -> bool:
    """Whether a client is made inside a class that extends a library's transport: that gives each call its limit."""
    owner = call.frame.owner
    session = call.frame.scope.session
    if not isinstance(owner, Object):
        return False
    bases = [base for candidate in session.lineage(owner.cls) for base in session.bases(candidate)]
    return any(
        isinstance(candidate, Ref) and session.catalog.fact(AdapterFact, candidate.name) is not None
        for candidate in bases
    )


def own_default(call: Call) -> float | None:
    """The longest wait for an answer that a library's default allows; None if something else may decide."""
    found = limit(call)
    if found.state != "bounded" or set_later(call):
        return None
    if any(bound.origin != "library" or not bound.sure for bound in found.bounds):
        return None
    return found.seconds
