"""Calls that send a task to a queue, whichever module declares the task, and those that wait for its result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, cast

import libcst as cst

from ..kit import Edit, Fix, Function, Import, Ref, Value, options, replace, spelled
from ..kit.catalog.surroundings import TaskFact, TransactionFact
from ..kit.effects.callees import may_reach, runs_as_written
from ..kit.effects.followed import called_function, followed_calls
from ..kit.effects.transactions import Transaction, transaction_at
from ..kit.fixes.edits import opening_bracket
from ..kit.interp.calls import Frame
from ..kit.interp.session import Session
from ..kit.interp.values import Derived, Method, ProjectModule
from ..kit.policy.sending import sending_entry
from ..kit.syntax.layout import comments_in
from ..kit.syntax.tree import dotted
from ._messages import facts, given, is_spread, literal_of, own_calls, own_nodes

SENDS = (".delay(", ".apply_async(", ".send(", ".send_with_options(", ".enqueue", ".send_task(", ".schedule(")
"""What a text holds that sends a task."""
_NAMES = tuple(word.strip(".(") for word in SENDS)
_DEPTH = 3
_READS_ONLY = re.compile(r"replica|read_?only|slave", re.IGNORECASE)
"""Names of connections to a database that only read."""


class Sending(NamedTuple):
    """A call that sends a task."""

    node: cst.Call
    fact: TaskFact
    """The entry of what declares the task, or of what sends it."""
    declared: Frame | None
    """The task, if it is a function of the project."""


def sendings(frame: Frame) -> list[Sending]:
    """The calls of a function that send a task: not those of functions and lambdas inside it."""
    if sendings not in frame.derived:
        frame.derived[sendings] = list(_sendings(frame))
    known: list[Sending] = frame.derived[sendings]
    return known


def _sendings(frame: Frame) -> Iterator[Sending]:
    node, tree = frame.node, frame.tree
    if not isinstance(node, cst.FunctionDef) or not any(name in tree.text for name in _NAMES):
        return
    if any(word in tree.flat for word in SENDS):
        for call in own_calls(node.body):
            found = _sending(frame, call)
            if found is not None:
                yield found


def _sending(frame: Frame, call: cst.Call) -> Sending | None:
    """What a call sends; None if it is not known to send anything."""
    known = frame.calls.get(id(call))
    fact = sending_entry(known) if known is not None else None
    if fact is not None:
        return Sending(call, fact, None)
    if not isinstance(call.func, cst.Attribute):
        return None
    name = call.func.attr.value
    task = declared_task(frame, call.func.value)
    if task is None or name not in task[1].sends:
        return None
    return Sending(call, task[1], task[0])


def declared_task(frame: Frame, node: cst.BaseExpression) -> tuple[Frame, TaskFact] | None:
    """Returns the task that an expression names, with the entry of its decorator: `task`, `tasks.task`, `task.s(1)`."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        inner = declared_task(frame, node.func.value)
        return inner if inner is not None and node.func.attr.value in inner[1].parts else None
    session = cast("Session", frame.scope.session)
    value = _value(frame, session, node)
    function = value if isinstance(value, Function) else None
    found = session.frame(function) if function is not None else None
    return (found, fact) if found is not None and (fact := task_of(found)) is not None else None


def task_of(frame: Frame) -> TaskFact | None:
    """Returns the entry of the decorator that declares a function as a task; None if another changes what it sends."""
    for decorator, value in frame.decorators:
        made = frame.calls.get(id(decorator.decorator))
        name = made.callee if made is not None else _name(value)
        fact = frame.scope.catalog.fact(TaskFact, name) if name else None
        if fact is not None and fact.form == "declare":
            given = made.args.named if made is not None else {}
            changed = any(param in given for param in fact.replaced_by) or (made is not None and made.args.open_names)
            return None if changed else fact
    return None


def _name(value: Value) -> str:
    """The qualified name of a function that a decorator is, without a call."""
    for option in options(value):
        if isinstance(option, Ref):
            return option.name
        if isinstance(option, Method):
            return f"{option.owner.type}.{option.name}"
        if isinstance(option, Derived):
            return option.path.qualified
    return ""


def _value(frame: Frame, session: Session, node: cst.BaseExpression, depth: int = 0) -> Value | None:
    """What a name or a dotted name stands for, whatever module of the project it comes from."""
    if isinstance(node, cst.Name):
        found = frame.lookup(node.value)
        if isinstance(found, (Function, ProjectModule)):
            return found
        for target in frame.scope.module.mentioned.get(node.value, ()):
            brought = session.imported(target, frame.scope.module)
            if isinstance(brought, (Function, ProjectModule)):
                return brought
        return None
    if isinstance(node, cst.Attribute) and depth < _DEPTH:
        owner = _value(frame, session, node.value, depth + 1)
        if isinstance(owner, ProjectModule):
            return session.scope(owner.module).value(node.attr.value)
    return None


class Wait(NamedTuple):
    """A call that waits for the result of a task."""

    call: cst.Call
    fact: TaskFact

    @property
    def limited(self) -> bool:
        """Whether it gives up after a time, or may."""
        param = self.fact.wait_limit
        value = given(self.call, param.name, param.index) if param is not None else None
        return is_spread(self.call) or (value is not None and literal_of(value) != "None")

    def with_limit(self, frame: Frame, seconds: int) -> Edit | None:
        """Returns the edit that sets a limit; None where there is no parameter for one."""
        param = self.fact.wait_limit
        if param is None:
            return None
        value = given(self.call, param.name, param.index)
        if value is not None:
            return replace(frame, value, str(seconds))
        end = frame.tree.span(self.call).end - 1
        if self.call.args and isinstance(self.call.args[-1].comma, cst.Comma):
            return None
        return Edit(end, end, f"{', ' if self.call.args else ''}{param.name}={seconds}")


def waits_for_tasks(frame: Frame) -> Iterator[Wait]:
    """Yields the calls of a function that wait for what it has sent: at once, or by the name that it was given."""
    node = frame.node
    found = sendings(frame)
    if not found or not isinstance(node, cst.FunctionDef):
        return
    names = _names(frame, found)
    at_once = {id(sending.node): sending.fact for sending in found}
    members = _members(frame, found)
    for call in own_nodes(node.body):
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            continue
        owner = call.func.value
        fact = {**names, **members}.get(owner.value) if isinstance(owner, cst.Name) else at_once.get(id(owner))
        if fact is not None and call.func.attr.value in fact.waits:
            yield Wait(call, fact)


def is_put_off(node: cst.Call) -> bool:
    """Whether a task is sent for later, so that the transaction is over when a worker takes it."""
    return any(arg.keyword is not None and arg.keyword.value in ("countdown", "eta") for arg in node.args)


def writing_at(frame: Frame, node: cst.CSTNode) -> Transaction | None:
    """Returns the innermost transaction around a node; None without one, or if its connection only reads."""
    opened = transaction_at(frame, node)
    given = opened.node.args if opened is not None and isinstance(opened.node, cst.Call) else ()
    words = (
        dotted(arg.value) or (arg.value.raw_value if isinstance(arg.value, cst.SimpleString) else "") for arg in given
    )
    return None if any(_READS_ONLY.search(word) is not None for word in words) else opened


def led_sendings(frame: Frame, depth: int = _DEPTH) -> Iterator[tuple[cst.Call, Transaction, Sending]]:
    """Yields calls in a transaction of functions of the project that send a task, where no transaction is theirs."""
    session = frame.scope.session
    assert isinstance(session, Session)
    if not isinstance(frame.node, cst.FunctionDef) or not facts(frame, TransactionFact):
        return
    if not frame.decorators and "with" not in frame.tree.text:
        return
    for node in own_calls(frame.node.body):
        opened = writing_at(frame, node) if id(node) not in frame.calls else None
        function = called_function(frame, node) if opened is not None else None
        reaches = function is not None and may_reach(session, function.module, function.chunk)
        inner = session.frame(function) if function is not None and reaches else None
        sending = _first_sending(inner, depth) if inner is not None else None
        if opened is not None and sending is not None:
            yield node, opened, sending


def _first_sending(frame: Frame, depth: int) -> Sending | None:
    """The first task that calling a function sends, itself or by what it calls; looked for once for each depth."""
    known: dict[int, Sending | None] = frame.derived.setdefault(_first_sending, {})
    if depth not in known:
        known[depth] = _searched(frame, depth)
    return known[depth]


def _searched(frame: Frame, depth: int) -> Sending | None:
    session = frame.scope.session
    if not isinstance(session, Session) or not runs_as_written(frame, session) or frame.is_async:
        return None
    own = (sending for sending in sendings(frame) if transaction_at(frame, sending.node) is None)
    found = next((sending for sending in own if not sending.fact.own_store), None)
    if found is not None or depth <= 1:
        return found
    inner = (_first_sending(frame_of, depth - 1) for _, frame_of in followed_calls(frame, reaching=True))
    return next((sending for sending in inner if sending is not None), None)


def _members(frame: Frame, found: list[Sending]) -> dict[str, TaskFact]:
    """The variables of loops over lists of what sending returned: `[r.get() for r in [task.delay(x) for x in xs]]`."""
    lists: dict[str, TaskFact] = {}
    made: dict[int, TaskFact] = {}
    for sending in found:
        comprehension = frame.tree.parent(sending.node)
        if isinstance(comprehension, (cst.ListComp, cst.GeneratorExp)) and comprehension.elt is sending.node:
            made[id(comprehension)] = sending.fact
            parent = frame.tree.parent(comprehension)
            if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
                lists[frame.tree.code(parent.targets[0].target)] = sending.fact
    members: dict[str, TaskFact] = {}
    for node in own_nodes(frame.node.body) if made and isinstance(frame.node, cst.FunctionDef) else ():
        if isinstance(node, (cst.For, cst.CompFor)) and isinstance(node.target, cst.Name):
            fact = made.get(id(node.iter)) or lists.get(frame.tree.code(node.iter))
            if fact is not None:
                members[node.target.value] = fact
    return members


def _names(frame: Frame, found: list[Sending]) -> dict[str, TaskFact]:
    """The names that are given what sending returned, and nothing else."""
    names: dict[str, TaskFact] = {}
    for sending in found:
        parent = frame.tree.parent(sending.node)
        if isinstance(parent, cst.Assign) and len(parent.targets) == 1:
            target = parent.targets[0].target
            if isinstance(target, cst.Name):
                names[target.value] = sending.fact
    sent = {id(sending.node) for sending in found}
    others = {
        part.target.value
        for node in own_nodes(frame.node.body if frame.node is not None else frame.tree.module)
        if isinstance(node, cst.Assign) and id(node.value) not in sent
        for part in node.targets
        if isinstance(part.target, cst.Name)
    }
    return {name: fact for name, fact in names.items() if name not in others}


def after_commit(frame: Frame, node: cst.Call, after: str) -> Iterator[Fix]:
    """Yields the fix that sends it after the commit, where nothing uses what sending gives back."""
    if not after or not isinstance(frame.tree.parent(node), cst.Expr):
        return
    function, imports = _named(frame, after)
    start, end = frame.tree.span(node)
    stop = frame.tree.outer(node.func).end
    newline = frame.scope.module.doc.newline
    opening = opening_bracket(frame, node)
    kept = comments_in(frame.tree.source(stop, opening if node.args else end))
    comments = "".join(f"  {comment}{newline}" for comment in kept)
    if not node.args:
        edits: tuple[Edit, ...] = (Edit(start, start, f"{function}("), Edit(stop, end, f"{comments})"))
        yield Fix("Send it after the commit", edits, imports)
        return
    more, (partial,) = spelled(frame.scope.module, ["functools.partial("])
    separator = "," if kept or frame.tree.source(opening + 1, end)[:1].isspace() else ", "
    edits = (
        Edit(start, start, f"{function}({partial}"), Edit(stop, opening + 1, separator + comments), Edit(end, end, ")"),
    )  # fmt: skip
    yield Fix("Send it after the commit", edits, (*imports, *more))


def _named(frame: Frame, function: str) -> tuple[str, tuple[Import, ...]]:
    """A function of a module as it can be written here, by the name of its module, and the import it needs."""
    owner, _, name = function.rpartition(".")
    for local, targets in frame.scope.module.imports.items():
        if any(not target.level and f"{target.module}.{target.name}" == owner for target in targets):
            return f"{local}.{name}", ()
    home, _, last = owner.rpartition(".")
    if frame.scope.module.mentions_name(last):
        imports, (text,) = spelled(frame.scope.module, [f"{function}("])
        return text[:-1], imports
    return f"{last}.{name}", (Import(home, last),)
