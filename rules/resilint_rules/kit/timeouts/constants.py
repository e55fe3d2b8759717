"""Names of a project that plainly hold the time limit of a call: a constant of the module, a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterable

import libcst as cst

from ..interp.calls import Call
from ..interp.kinds import Around
from ..interp.values import Const, Sequence, Value
from ..project.module import Module
from ..syntax.tree import Tree, walk

LONGEST = 600
"""Seconds that a limit may be; more are another unit, or another wait."""
_LONG = 1000
"""Characters of the longest line that is searched."""
_CONSTANT = re.compile(r"(?:\w+_)?(?:TIMEOUT|TIME_OUT)(?:_S|_SEC|_SECS|_SECONDS)?|TIMEOUT_\w+")
_GENERAL = frozenset((
    "ALL", "API", "CALL", "CLIENT", "DEFAULT", "HTTP", "HTTPS", "MAX", "NETWORK", "OUT", "REMOTE", "REQUEST",
    "REQUESTS", "RESPONSE", "S", "SEC", "SECONDS", "SECS", "SERVER", "SERVICE", "SOCKET", "TIME", "TIMEOUT", "TOTAL",
    "URL", "WEB",
))  # fmt: skip
"""Words in the names of time limits that are for any call."""
_OTHER = re.compile(
    r"MS\b|MILLI|MINUTE|HOUR|_MIN\b|POLL|WAIT|RETR|CACHE|LOCK|TASK|JOB|TEST|IDLE|SHUTDOWN|SESSION|"
    r"CONN(?:ECT|_|$)|OPEN|READ|WRITE",
    re.IGNORECASE,
)
"""Words of other units, of other waits, and of limits for one phase of a call alone."""
_OTHER_UNIT = re.compile(r"timeout.*\b(?:ms|milli\w*|minutes?|hours?|timedelta)\b", re.IGNORECASE)
_OTHER_UNIT_SAID = re.compile(rf"timeout.*#.*{_OTHER_UNIT.pattern[len('timeout.*') :]}", re.IGNORECASE)
_WAITS = re.compile(r"(?:^|_)(?:wait|poll|watch|until|monitor)(?:_|$)", re.IGNORECASE)
"""Functions whose limit is for all of many calls."""
_INSIDE = frozenset((
    "acquire", "as_completed", "call", "check_call", "check_output", "communicate", "exception", "fail_after", "gather",
    "join", "move_on_after", "poll", "put", "result", "run", "select", "sleep", "wait", "wait_for",
))  # fmt: skip
"""What waits for something of the program's own: a thread, a task, a queue, a child."""


def constants(call: Call) -> list[str]:
    """Names of the module that plainly hold a time limit in seconds for calls like this one."""
    scope = call.frame.scope
    return [
        name for name in scope.module.derived(_limit_names)
        if name not in call.frame.env and _meant(name, call) and _only_a_limit(name, scope.module.lines_with(name))
        and _is_limit(scope.value(name), tuples=bool(call.as_external.members))
    ]  # fmt: skip


def _limit_names(module: Module) -> list[str]:
    """The names of a module that are written like a constant with a time limit in seconds."""
    return [name for name in sorted(module.bindings) if _CONSTANT.fullmatch(name) and not _OTHER.search(name)]


def _is_limit(value: Value | None, *, tuples: bool = False) -> bool:
    """Whether a value is a number of seconds, or a tuple of such where those may be given."""
    if isinstance(value, Sequence):
        return tuples and 2 <= len(value.members) <= 4 and all(_is_limit(member) for member in value.members)
    held = value.value if isinstance(value, Const) else None
    return isinstance(held, (int, float)) and not isinstance(held, bool) and 0 < held <= LONGEST


def _meant(name: str, call: Call) -> bool:
    """Whether a limit's name is general, or shares its particular words with the call's surroundings."""
    particular = set(name.strip("_").split("_")) - _GENERAL
    doc = call.frame.scope.module.doc
    around = f"{doc.module} {call.frame.qualname} {call.fact.library} {call.frame.tree.code(call.node)}".upper()
    return all(word in around for word in particular)


def _only_a_limit(name: str, lines: Iterable[str]) -> bool:
    """Whether the lines of a module that contain a name use it for nothing but limits of calls."""
    held = re.compile(
        rf"(?P<called>\w+)\((?:[^()]|\([^()]*\))*?\btimeout[ \t]*=[ \t]*{name}\b"
        rf"|(?<!\.)\btimeout[ \t]*(?::[^=\n]+)?=[ \t]*{name}\b|\w*Timeout\((?:\w+ ?= ?)?{name}\b"
        rf"|^{name}[ \t]*(?::[^=\n]+)?="
    )
    mention = re.compile(rf"\b{name}\b")
    for line in lines:
        if len(line) > _LONG:
            return False
        said = mention.findall(line)
        uses = list(held.finditer(line)) if said else []
        if len(uses) != len(said) or any(use["called"] in _INSIDE for use in uses):
            return False
    return True


def _in_other_unit(tree: Tree) -> bool:
    """Whether a function has a limit in another unit than seconds, in its code or by a comment."""
    return _OTHER_UNIT.search(tree.flat) is not None or _OTHER_UNIT_SAID.search(tree.text) is not None


def parameter(call: Call) -> list[str]:
    """The function's own `timeout`, if it can only be this call's: it is used for nothing else, and in seconds."""
    node, frame = call.frame.node, call.frame
    if not isinstance(node, cst.FunctionDef) or call.as_external.unit != "s" or _WAITS.search(node.name.value):
        return []
    own = next((p for p in (*node.params.params, *node.params.kwonly_params) if p.name.value == "timeout"), None)
    if own is None or any(place.kind is Around.LOOP for place in call.within) or _in_other_unit(frame.tree):
        return []
    if own.default is not None and not _is_limit(_default(call, own.default)):
        return []
    return ["timeout"] if _is_only_passed_on(node.body) else []


def _is_only_passed_on(body: cst.BaseSuite) -> bool:
    """Whether a function uses its `timeout` for nothing but arguments that are named as a timeout."""
    allowed: set[int] = set()
    mentions: list[int] = []
    for node in walk(body):
        if isinstance(node, cst.Arg) and node.keyword is not None:
            allowed.add(id(node.keyword))
            if "timeout" in node.keyword.value:
                allowed.add(id(node.value))
        elif isinstance(node, cst.Name) and node.value == "timeout":
            mentions.append(id(node))
    return allowed.issuperset(mentions)


def _default(call: Call, node: cst.BaseExpression) -> Value | None:
    if isinstance(node, (cst.Integer, cst.Float)):
        return Const(node.evaluated_value)
    return call.frame.scope.value(node.value) if isinstance(node, cst.Name) else None
