"""Calls of a peer that are started all at once: one for each member of a list, gathered by an event loop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit.effects.callees import callee, nested_frame, runs_as_written
from ..kit.effects.followed import called_function
from ..kit.effects.waiting import reaches_peer
from ..kit.interp.calls import Call, Frame
from ..kit.interp.known_calls import plain
from ..kit.interp.session import Session
from ..kit.interp.statements import evaluate
from ..kit.interp.values import Arguments, Function, Instance, Nested, Value, options
from ..kit.syntax.bound_names import values_given
from ..kit.syntax.idioms import last_name
from ..kit.syntax.layout import flat
from ..kit.syntax.tree import Tree, dotted, walk

LIMITS = re.compile(r"semaphore|\bsem\b|_sem\b|limiter|throttl|token_?bucket|leaky|rate_?limit|capacity", re.IGNORECASE)
"""Names of what lets only some through at a time, or in a time."""
_BOUNDED = re.compile(
    r"chunk|batch|partition|halves|concurren|max_workers|Limits\(|Connector\(|limit_per_host|pool_?size|parallel|window|queue",
    re.IGNORECASE,
)
"""Other words of code that limits how much is on its way."""
_PEERS = ("http", "llm", "cloud")
"""Peers without a pool of connections in between that is shorter than a list."""
_TIMES = re.compile(r"timeout|deadline|fail_a|move_on|TaskGroup|nursery|ClientSession|AsyncClient", re.IGNORECASE)
"""What limits the time, or holds tasks or connections."""
_CHOSEN = re.compile(
    r"(?:^|[._])(?:settings|config|conf|cfg|options|opts)\.\w+$|(?:^|\.)[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$"
)
"""Names of what is written down: an attribute of the settings, a constant."""
_TOGETHER = ("gather", "as_completed", "TaskGroup", "asyncio.wait")
"""What runs several coroutines at a time."""
_OWNED = re.compile(r"(?:^|[._])(?:endpoints|replicas|hosts|servers|nodes|providers|backends|regions|shards|mirrors)$")
"""Names of what there are a few of, as all of them have to be kept up."""
_MADE = r"(?:\w+\.)*(?:Bounded)?Semaphore\([^()]*\)"
_OWN_INLINE = re.compile(rf"\basync[ \t]+with[ \t]+{_MADE}")
_OWN_NAMED = re.compile(rf"^[ \t]*(\w+)[ \t]*=[ \t]*{_MADE}[ \t]*$", re.MULTILINE)
_SEMAPHORES = ("Semaphore", "BoundedSemaphore")
_FEW = 20
_CHANGES = ("append", "extend", "insert", "clear", "pop", "remove")


class FanOut(NamedTuple):
    """A call that is made for each member of a list, all at once."""

    call: Call
    gather: cst.Call
    limiter: str
    """What is held around all of them together, as written; "" if nothing is."""
    collected: cst.CSTNode | None = None
    """What makes the empty list to which a loop adds them, or the loop that starts them; None for a comprehension."""
    alone: bool = False
    """Whether each of them makes a semaphore of its own, which limits nothing."""


def fan_outs(frame: Frame) -> list[FanOut]:
    """The calls of a function that start one request for each member of a list, and that nothing holds back."""
    gathered = frame.tree.derived(_gathered, frame.tree.module)
    if not gathered:
        return []
    found = []
    for call, target in _peer_calls(frame):
        place = gathered.get(id(call.node))
        if place is None or call.offloaded:
            continue
        limiter = _held(frame.tree, place.gather)
        given = any(_is_semaphore(argument.value) for argument in call.node.args)
        if (not given and _is_limited(frame, target)) or (not limiter and _is_bounded(frame, place, call.node)):
            continue
        found.append(FanOut(call, place.gather, limiter, place.collected, given or _makes_its_own(frame, target)))
    return found


def _peer_calls(frame: Frame) -> list[tuple[Call, Value | None]]:
    """The calls that reach a peer: external ones, and functions that make one themselves."""
    gathered = frame.tree.derived(_gathered, frame.tree.module)
    found: list[tuple[Call, Value | None]] = [
        (call, None) for call in frame.calls.values() if id(call.node) in gathered and _asks_peer(call)
    ]  # fmt: skip
    for call, target in frame.uses.values():
        if id(call.node) not in gathered:
            continue
        inner = _coroutine(frame, target)
        own = any(_is_semaphore(argument.value) for argument in call.node.args)
        made = () if inner is None else inner.calls.values() if own else _made_behind(inner)
        if any(_asks_peer(behind) for behind in made):
            found.append((call, target))
    return [*found, *_imported_calls(frame, gathered)]


def _imported_calls(frame: Frame, gathered: dict[int, _Place]) -> Iterator[tuple[Call, Value | None]]:
    """Yields the gathered calls of coroutines of other modules that reach a peer, where names are not followed."""
    for node in walk(frame.node) if isinstance(frame.node, cst.FunctionDef) else ():
        if not isinstance(node, cst.Call) or id(node) not in gathered:
            continue
        if id(node) in frame.calls or id(node) in frame.uses or frame.tree.parent(node) is None:
            continue
        function = called_function(frame, node)
        inner = _coroutine(frame, function) if function is not None else None
        if inner is not None and any(_asks_peer(made) for made in _made_behind(inner)):
            yield Call(node, plain(""), Arguments(), frame=frame), function


def _made_behind(inner: Frame) -> Iterator[Call]:
    """Yields the external calls of a coroutine, and those of the coroutines that it calls, that wait for no turn."""
    yield from (call for call in inner.calls.values() if not _waits_its_turn(inner, call.node))
    for call, target in inner.uses.values():
        if _is_limited(inner, target) or _waits_its_turn(inner, call.node):
            continue
        deeper = _coroutine(inner, target)
        if deeper is not None:
            yield from (made for made in deeper.calls.values() if not _waits_its_turn(deeper, made.node))


def _waits_its_turn(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether an `async with` around a call holds what may let only some through, whatever it is called."""
    above = frame.tree.parent(node)
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda)):
        items = above.items if isinstance(above, cst.With) and above.asynchronous is not None else ()
        if any(_may_limit(frame, item.item) for item in items if not _is_within(node, item)):
            return True
        above = frame.tree.parent(above)
    return False


def _is_within(node: cst.CSTNode, item: cst.WithItem) -> bool:
    return any(part is node for part in walk(item))


def _may_limit(frame: Frame, held: cst.BaseExpression) -> bool:
    """Whether something that is held may be a semaphore: it is no client, no answer of one and no limit in time."""
    if _is_semaphore(held):
        return False  # made here, for this one alone
    if isinstance(held, cst.Name) and frame.node is not None:
        made = frame.tree.derived(values_given, frame.tree.module).get(held.value, [])
        if made and all(_is_semaphore(value) and frame.tree.inside(value, frame.node) for value in made):
            return False
    if isinstance(held, cst.Call):
        return id(held) not in frame.calls and not _TIMES.search(last_name(held))
    return not any(isinstance(value, Instance) for value in options(evaluate(frame, held)))


def _asks_peer(call: Call) -> bool:
    """Whether a call awaits the answer of a peer that many calls can reach at a time."""
    if call.offloaded or call.peer not in _PEERS or call.as_external.mode != "async":
        return False
    return reaches_peer(call)


def _coroutine(frame: Frame, target: Value) -> Frame | None:
    """The frame of a coroutine of the project that runs as it is written; None if it is not known."""
    if isinstance(target, Function):
        function = callee(_session_of(frame), target)
        inner = frame.scope.session.frame(function) if function is not None else None
    else:
        inner = nested_frame(frame, target)
    return inner if inner is not None and inner.is_async and runs_as_written(inner, _session_of(frame)) else None


def _session_of(frame: Frame) -> Session:
    """The session that a frame was made in."""
    session = frame.scope.session
    assert isinstance(session, Session)
    return session


class _Place(NamedTuple):
    """Where a call stands that is made for each member of a list: what gathers it, and the list."""

    gather: cst.Call
    source: cst.BaseExpression
    collected: cst.CSTNode | None = None


def _gathered(tree: Tree, top: cst.CSTNode) -> dict[int, _Place]:
    """The calls, by id, that make what is gathered below a node, or run by a group, one for each member of a list."""
    found: dict[int, _Place] = {}
    for node in walk(top) if any(word in tree.text for word in _TOGETHER) else ():
        if isinstance(node, cst.With) and node.asynchronous is not None:
            found.update(_grouped(tree, node))
        if not isinstance(node, cst.Call):
            continue
        for value in _lists(node):
            given = tree.derived(values_given, tree.module).get(value.value, []) if isinstance(value, cst.Name) else []
            several = given[0] if len(given) == 1 else value
            if isinstance(several, cst.List) and not several.elements:
                found.update(_collected(tree, node, value, several))
            made = _made(several.elt) if isinstance(several, (cst.GeneratorExp, cst.ListComp)) else None
            if isinstance(several, (cst.GeneratorExp, cst.ListComp)) and made is not None:
                found[id(made)] = _Place(node, several.for_in.iter)
    return found


def _lists(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """Yields the lists of what a call waits for: `gather(*these)`, `as_completed(these)`."""
    name = last_name(node)
    if name == "gather":
        yield from (arg.value for arg in node.args if arg.star == "*")
    elif name in ("as_completed", "wait") and node.args and not node.args[0].star and node.args[0].keyword is None:
        yield node.args[0].value


def _grouped(tree: Tree, node: cst.With) -> Iterator[tuple[int, _Place]]:
    """The calls, by id, of which a group of tasks runs one for each member of a list."""
    named = [item.asname.name for item in node.items if item.asname is not None and _is_group(item.item)]
    groups = {name.value for name in named if isinstance(name, cst.Name)}
    for call in walk(node.body) if groups else ():
        made = _made(call) if isinstance(call, cst.Call) and _starts(call, groups) else None
        around = _round(tree, call, node) if made is not call else None
        if made is None or around is None or not isinstance(call, cst.Call):
            continue
        if isinstance(around, cst.For):
            yield id(made), _Place(call, around.iter, around)
        else:
            yield id(made), _Place(call, around.for_in.iter)


def _starts(call: cst.Call, groups: set[str]) -> bool:
    """Whether a call is `group.create_task(...)`."""
    of_group = isinstance(call.func, cst.Attribute) and dotted(call.func.value) in groups
    return of_group and last_name(call) == "create_task"


def _round(tree: Tree, node: cst.CSTNode, top: cst.CSTNode) -> cst.For | cst.GeneratorExp | cst.ListComp | None:
    """The innermost loop over a list around a node, if that is within another node; None if something else is."""
    around = tree.parent(node)
    while around is not top and not isinstance(around, (cst.While, cst.FunctionDef, type(None))):
        if isinstance(around, (cst.For, cst.GeneratorExp, cst.ListComp)):
            return around
        around = tree.parent(around)
    return None


def _is_group(node: cst.BaseExpression) -> bool:
    return isinstance(node, cst.Call) and last_name(node) == "TaskGroup"


def _collected(tree: Tree, gather: cst.Call, name: cst.BaseExpression, made: cst.List) -> Iterator[tuple[int, _Place]]:
    """The call, by id, that a loop makes for each member of a list and adds to another, which is gathered behind it."""
    uses = tree.derived(_list_uses, tree.module).get(dotted(name), [])
    if len(uses) != 1 or uses[0].func.attr.value != "append" or len(uses[0].node.args) != 1:
        return
    loop = tree.parent(uses[0].node)
    while loop is not None and not isinstance(loop, (cst.For, cst.While, cst.FunctionDef)):
        loop = tree.parent(loop)
    added = _made(uses[0].node.args[0].value)
    if isinstance(loop, cst.For) and added is not None and not tree.inside(gather, loop):
        yield id(added), _Place(gather, loop.iter, made)


class _ListUse(NamedTuple):
    node: cst.Call
    func: cst.Attribute


def _list_uses(_: Tree, top: cst.CSTNode) -> dict[str, list[_ListUse]]:
    """The calls of methods that change a list, by the name of the list."""
    found: dict[str, list[_ListUse]] = {}
    for node in walk(top):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in _CHANGES:
            found.setdefault(dotted(node.func.value), []).append(_ListUse(node, node.func))
    return found


def _made(node: cst.BaseExpression) -> cst.Call | None:
    """The call that makes a coroutine, which may be wrapped into a task."""
    if not isinstance(node, cst.Call):
        return None
    if last_name(node) in ("create_task", "ensure_future") and node.args:
        return _made(node.args[0].value)
    return node


def _held(tree: Tree, gather: cst.Call) -> str:
    """What is held by an `async with` around a gathering, if its name says that it limits; "" if nothing is."""
    above = tree.parent(gather)
    while above is not None and not isinstance(above, (cst.FunctionDef, cst.Lambda)):
        if isinstance(above, cst.With) and above.asynchronous is not None:
            for item in above.items:
                text = dotted(item.item.func if isinstance(item.item, cst.Call) else item.item)
                if LIMITS.search(text):
                    return text
        above = tree.parent(above)
    return ""


def _is_semaphore(node: cst.CSTNode) -> bool:
    """Whether an expression makes a semaphore in place."""
    return isinstance(node, cst.Call) and last_name(node) in _SEMAPHORES


def _is_limited(frame: Frame, target: Value | None) -> bool:
    """Whether the function that is called holds something that limits, by its text."""
    if isinstance(target, Function) and target.module.search(LIMITS, target.chunk.chunk) is None:
        return False
    return LIMITS.search(_without_own(_text_of(frame, target))) is not None


def _makes_its_own(frame: Frame, target: Value | None) -> bool:
    """Whether the function that is called makes a semaphore that is for it alone."""
    text = _text_of(frame, target)
    return _without_own(text) != text


def _text_of(frame: Frame, target: Value | None) -> str:
    if isinstance(target, Function):
        return flat(target.module.source(target.chunk.chunk))
    if not isinstance(target, Nested):
        return ""
    made = target.node
    return frame.tree.flat_part(made) if isinstance(made, cst.FunctionDef) else frame.tree.code(made)


def _without_own(text: str) -> str:
    """A function's text without the semaphores that it makes for itself alone; as it is, if it starts tasks."""
    if "emaphore(" not in text or text.count("def ") > 1 or any(word in text for word in (*_TOGETHER, "create_task")):
        return text
    for name in _OWN_NAMED.findall(text):
        text = re.sub(rf"\b{name}\b", "own", text)
    return re.sub(rf"\bown[ \t]*=[ \t]*{_MADE}", "", _OWN_INLINE.sub("", text))


def _is_bounded(frame: Frame, place: _Place, made: cst.Call) -> bool:
    """Whether a list is short, or a word of the function says that something is limited."""
    tree = frame.tree
    source = place.source
    if isinstance(source, cst.Name):
        given = tree.derived(values_given, tree.module).get(source.value, [])
        source = given[0] if len(given) == 1 else source
    if isinstance(source, (cst.List, cst.Tuple, cst.Set, cst.Dict)):
        return True
    if isinstance(source, cst.Call) and last_name(source) == "range":
        number = source.args[-1].value if source.args else None
        return not isinstance(number, cst.Integer) or number.evaluated_value <= _FEW
    if isinstance(source, cst.Subscript) or _CHOSEN.search(dotted(source)) or _OWNED.search(dotted(source)):
        return True  # a part of the list, or one that the owner of the program wrote
    if any(_is_semaphore(argument.value) for argument in made.args):
        return False
    return tree.derived(_says_bounded, tree.module)


def _says_bounded(tree: Tree, _: cst.CSTNode) -> bool:
    text = _OWN_INLINE.sub("", tree.flat)
    return LIMITS.search(text) is not None or _BOUNDED.search(text) is not None
