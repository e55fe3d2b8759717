"""Pauses after a peer has said that it is too much, whose length does not come from its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ..kit.findings import Fix
from ..kit.fixes.edits import front, replace
from ..kit.fixes.retry_after import HELPER, IMPORTS, SECONDS, can_import
from ..kit.interp.calls import Frame
from ..kit.syntax.bound_names import values_given
from ..kit.syntax.idioms import last_name
from ..kit.syntax.text import Edit
from ..kit.syntax.tree import Tree, dotted, walk

_READS_WAIT = re.compile(
    r"retry[-_ ]?after|rate-?limit-?(?:reset|remaining|policy)|rate_?limit_?reset|x-rate"
    r"|\bresets?_?(?:at|in|time|after)\b",
    re.IGNORECASE,
)
"""Words of code that reads how long to wait from the answer."""
_LIMIT = re.compile(r"rate[-_ ]?limit|secondary limit|abuse", re.IGNORECASE)
"""Words that tell a 403 which is one of limits from others."""
_STATUS = re.compile(r"(?:^|\.|_)(?:status_code|status|code|status_int|http_status)$")
_TOO_MANY = re.compile(r"(?:^|\.)(?:too_many_requests|too_many|HTTP_429\w*)$", re.IGNORECASE)
_CHOOSES = re.compile(
    r"_?(?:set|switch|rotate|next|change|choose|pick|cycle|swap|use|refresh|renew)_\w*"
    r"(?:key|token|proxy|account|credential|endpoint|model|provider|host|server)s?$",
    re.IGNORECASE,
)
"""What functions are called that turn to another account or server."""
_CHOSEN = re.compile(r"(?:key|token|proxy|proxies|account|credentials?|endpoint|model|provider)$", re.IGNORECASE)
"""What holds the account or server that is in use."""
_PAUSES = ("sleep", "async_sleep")
_WAITS = re.compile(r"sleep|countdown")
_TELLS = re.compile(r"429|403|too_many", re.IGNORECASE)
"""What the text of a function holds in which there is such a pause, and such a status."""


class GuessedDelay(NamedTuple):
    """A pause in the branch of a status that tells of a limit."""

    call: cst.Call
    delay: cst.BaseExpression
    response: str
    """The response or exception whose status was looked at; "" if that is a number by itself."""
    status: int


def guessed_delays(frame: Frame) -> list[GuessedDelay]:
    """The pauses of a function, with those of functions inside it, that wait for a guessed time after a 429."""
    tree = frame.tree
    return tree.derived(_guessed, tree.module) if frame.outer is None else []


def _guessed(tree: Tree, top: cst.CSTNode) -> list[GuessedDelay]:
    if not _WAITS.search(tree.text) or not _TELLS.search(tree.text):
        return []
    branches = [node for node in walk(top) if isinstance(node, cst.If) and _limits(tree, node) is not None]
    if not branches or _READS_WAIT.search(tree.flat):
        return []
    found: dict[int, GuessedDelay] = {}
    for branch in branches:
        if _turns_elsewhere(tree, branch.body):
            continue
        response, status = _limits(tree, branch) or ("", 0)
        made = _made_of_answer(branch.body, response.partition(".")[0])
        for call, delay in _pauses(branch.body):
            if not _comes_from(tree, delay, response) and not _is_weighed(tree, call, branch, made):
                found.setdefault(id(call), GuessedDelay(call, delay, response, status))
    return list(found.values())


def _turns_elsewhere(tree: Tree, body: cst.BaseSuite) -> bool:
    """Whether a block chooses another credential or peer for the next attempt: the limit was that of the last."""
    for node in walk(body):
        if isinstance(node, cst.Call) and _CHOOSES.match(last_name(node)):
            return True
        if isinstance(node, cst.Assign) and any(_CHOSEN.search(tree.code(aim.target)) for aim in node.targets):
            return True
    return False


def _limits(tree: Tree, branch: cst.If) -> tuple[str, int] | None:
    """What was looked at, and the status, if a test is true for an answer that tells of a limit; None if not."""
    for node in walk(branch.test):
        if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
            continue
        looked_at, target = dotted(node.left), node.comparisons[0]
        if not _STATUS.search(looked_at) or not isinstance(target.operator, (cst.Equal, cst.In)):
            continue
        statuses = {_number(tree, part) for part in _members(target.comparator)}
        owner = looked_at.rpartition(".")[0]
        if 429 in statuses:
            return owner, 429
        if 403 in statuses and _LIMIT.search(tree.code(branch.test)):
            return owner, 403
    return None


def _members(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    if isinstance(node, (cst.Tuple, cst.List, cst.Set)):
        return [element.value for element in node.elements]
    return [node]


def _number(_: Tree, node: cst.BaseExpression) -> int:
    """The status that an expression names; 0 if it is none."""
    if isinstance(node, cst.Integer):
        return int(node.evaluated_value)
    return 429 if _TOO_MANY.search(dotted(node)) else 0


def _pauses(body: cst.BaseSuite) -> Iterator[tuple[cst.Call, cst.BaseExpression]]:
    """Yields the pauses of a block with their lengths: a sleep, or a task that is put off."""
    for node in walk(body):
        if not isinstance(node, cst.Call):
            continue
        name = last_name(node)
        if name in _PAUSES and len(node.args) == 1 and not node.args[0].star:
            yield node, node.args[0].value
        elif name == "retry" and isinstance(node.func, cst.Attribute):
            for arg in node.args:
                if arg.keyword is not None and arg.keyword.value == "countdown":
                    yield node, arg.value


def _made_of_answer(body: cst.BaseSuite, answer: str) -> set[str]:
    """The names that a block gives to what it makes of the answer."""
    given = [node for node in walk(body) if isinstance(node, cst.Assign)]
    found = {answer} if answer else set()
    for _ in given:
        more = {
            name for node in given if _named(node.value) & found for aim in node.targets for name in _named(aim.target)
        }
        if more <= found:
            break
        found |= more
    return found - {answer}


def _named(node: cst.CSTNode) -> set[str]:
    return {part.value for part in walk(node) if isinstance(part, cst.Name)}


def _is_weighed(tree: Tree, call: cst.Call, branch: cst.If, made: set[str]) -> bool:
    """Whether a pause has what the answer tells in it, or stands where that is compared with something."""
    above: cst.CSTNode | None = call
    while made and above is not None and above is not branch:
        if above is call and _named(call) & made:
            return True
        if isinstance(above, cst.If) and _named(above.test) & made:
            return True
        above = tree.parent(above)
    return False


def _comes_from(tree: Tree, delay: cst.BaseExpression, response: str) -> bool:
    """Whether the length of a pause is made of the answer, or by something that may have been given it."""
    root = response.partition(".")[0]
    given = tree.derived(values_given, tree.module)
    names = {node.value for node in walk(delay) if isinstance(node, cst.Name)}
    parts: list[cst.CSTNode] = [delay, *(value for name in names for value in given.get(name, []))]
    for part in parts:
        for node in walk(part):
            if isinstance(node, cst.Name) and node.value == root:
                return True
            if isinstance(node, cst.Call) and not _computes(node):
                return True
    return False


_COMPUTES = frozenset(("min", "max", "int", "float", "uniform", "random", "randint", "pow", "expovariate", "timedelta"))


def _computes(node: cst.Call) -> bool:
    """Whether a call only computes, with numbers that it is given."""
    return last_name(node) in _COMPUTES


def heed_answer(frame: Frame, found: GuessedDelay) -> list[Fix]:
    """Returns the fix that waits for as long as the answer says; nothing where no response is at hand."""
    module, document = frame.scope.module, frame.scope.module.doc
    kept = re.fullmatch(r"\w+(?:\.response)?", found.response)
    if kept is None or found.status != 429 or frame.outermost.node is None:
        return []
    text = f'{SECONDS}({found.response}.headers.get("Retry-After", ""), {frame.tree.code(found.delay)})'
    edit = replace(frame, found.delay, text)
    title = "Wait as long as Retry-After says, an hour at most"
    if SECONDS in module.functions:
        return [Fix(title, (edit,))]
    place = front(module)
    if module.mentions(SECONDS) or not can_import(module, *IMPORTS) or not place or place > edit.start:
        return []
    insert = Edit(place, place, HELPER.replace("\n", document.newline) + document.newline * 2)
    return [Fix(title, (insert, edit), IMPORTS)]
