"""Looks at a status that let other error pages pass: one status alone is treated, or the error is dropped at once."""

from __future__ import annotations

import re
from http import HTTPStatus

import libcst as cst

from ..catalog.records import ResponseFact
from ..exceptions.handlers import Handler, handlers_of, named
from ..exceptions.hierarchy import is_a
from ..interp.calls import Call, Frame, call_at
from ..interp.values import Const, Ref, Response, Sequence, Value
from ..syntax.exits import Exit, ways
from ..syntax.idioms import is_log
from ..syntax.tree import Tree, walk
from .answer_reads import reads_at

_NAMED = re.compile(r"\.status\.HTTP_(\d{3})_\w+\Z|\.(?:HTTPStatus|codes)\.(\w+?)(?:\.value)?\Z")
"""The names that frameworks and clients have for statuses."""
MOST = 3
"""More statuses than these, one by one, are a treatment of all that the peer is known to answer."""

PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
"""Statuses that code repeats: however many of them are treated, those that stay are not."""


class IneffectiveChecks:
    """The looks at the status of a response, if none of them keeps every other error page away."""

    def __init__(self, response: Response, fact: ResponseFact, *, given_back: bool = False) -> None:
        self._frame = call_at(response.call).frame
        self.statuses: set[int] = set()
        """The error statuses that are treated, if single ones are."""
        self.branches: list[cst.If | cst.Match] = []
        """Where they are treated."""
        self.servers = False
        """All statuses of 500 and above are treated."""
        self.swallowed = False
        """The error that the check raises is caught and dropped."""
        self._inside: set[int] = set()
        looks = [(name, node) for name, node in response.uses if name in fact.checks]
        self.ineffective = bool(looks) and all(self._note(name, node, fact) for name, node in looks)
        self.ineffective &= len(self.statuses - PASSING) <= MOST and (
            given_back or not self.servers or _is_taken_apart(response, fact)
        )

    def reached(self, node: cst.CSTNode) -> bool:
        """Whether an untreated error page comes to a place."""
        return id(node) not in self._inside

    def _note(self, name: str, node: cst.CSTNode, fact: ResponseFact) -> bool:
        """Whether a look at the status is ineffective; what it tells is noted."""
        if id(node) in self._inside:
            return True  # such as in the message of what is raised there
        if name == fact.raiser:
            return self._is_swallowed(node, fact)
        match = self._frame.tree.parent(node)
        if isinstance(match, cst.Match) and match.subject is node:
            return self._is_match(match)
        return self._is_one_status(node)

    def _is_match(self, match: cst.Match) -> bool:
        """Whether the cases of a `match` are for single statuses that are no success, and none is for all others."""
        found = [_case_statuses(self._frame, case) for case in match.cases]
        if not all(found):
            return False
        self.statuses |= {status for statuses in found for status in statuses if status >= 400}
        self.branches.append(match)
        self._inside |= {id(part) for case in match.cases for part in walk(case.body)}
        return bool(self.statuses)

    def _is_one_status(self, node: cst.CSTNode) -> bool:
        """Whether an attribute is compared with single error statuses, as the test of an `if`."""
        tree = self._frame.tree
        comparison = tree.parent(node)
        if not isinstance(comparison, cst.Comparison):
            return False
        known, branch = self._frame.compares.get(id(comparison)), _branch_of(self._frame, comparison)
        if comparison.left is not node or branch is None or known is None or len(known[1]) != 2:
            return False
        statuses, sign = _statuses(known[1][1]), comparison.comparisons[0].operator
        if isinstance(sign, (cst.GreaterThanEqual, cst.GreaterThan)):
            return self._is_upwards(branch, statuses, sign)
        return bool(statuses) and self._is_branch(branch, statuses, sign)

    def _is_upwards(self, branch: cst.If, statuses: set[int], sign: cst.BaseCompOp) -> bool:
        """Whether an `if` treats the faults of the server, and lets a refusal pass into what takes the body apart."""
        if statuses != ({500} if isinstance(sign, cst.GreaterThanEqual) else {499}) or branch.orelse is not None:
            return False
        if Exit.FALLS in ways(branch.body):
            return False
        self.servers = True
        self.branches.append(branch)
        self._inside |= {id(part) for part in walk(branch.body)}
        return True

    def _is_branch(self, branch: cst.If, statuses: set[int], sign: cst.BaseCompOp) -> bool:
        """Whether an `if` treats some statuses, or all but them, and lets the others pass."""
        treats = isinstance(sign, (cst.Equal, cst.In))
        if not treats and not isinstance(sign, (cst.NotEqual, cst.NotIn)):
            return False
        if treats and isinstance(branch.orelse, cst.Else) and _has_own_way(branch.orelse):
            return False
        apart = branch.body if treats else branch.orelse
        self.statuses |= statuses
        self.branches.append(branch)
        self._inside |= {id(part) for part in walk(apart)} if apart is not None else set()
        return True

    def _is_swallowed(self, node: cst.CSTNode, fact: ResponseFact) -> bool:
        """Whether the error of a check is dropped where it is raised, so that the code after it runs as before."""
        inner = node
        while (above := self._frame.tree.parent(inner)) is not None and above is not self._frame.node:
            if isinstance(above, cst.With) and _suppresses(self._frame, above, fact.raiser_raises):
                return self._swallows(above)
            if isinstance(above, (cst.Try, cst.TryStar)) and above.body is inner:
                taken = _taken(self._frame, above, fact.raiser_raises)
                if taken:
                    return all(map(_drops, taken)) and above.orelse is None and self._swallows(above)
            inner = above
        return False

    def _swallows(self, statement: cst.CSTNode) -> bool:
        self.swallowed = True
        self._inside |= {id(part) for part in walk(statement)}
        return True


def _case_statuses(frame: Frame, case: cst.MatchCase) -> set[int]:
    """The statuses that a case is for, if that is seen, and all are redirects or errors; else none."""
    found: set[int] = set()
    pattern = case.pattern
    for part in [one.pattern for one in pattern.patterns] if isinstance(pattern, cst.MatchOr) else [pattern]:
        value = part.value if isinstance(part, cst.MatchValue) else None
        name = named(frame, value) if isinstance(value, cst.Attribute) else None
        number = (
            value.evaluated_value if isinstance(value, cst.Integer) else _number(name) if name is not None else None
        )
        if number is None or not 300 <= number < 600:
            return set()
        found.add(number)
    return found


def _branch_of(frame: Frame, comparison: cst.Comparison) -> cst.If | None:
    """The `if` that a comparison is the test of, or one of its alternatives."""
    inner: cst.CSTNode = comparison
    above = frame.tree.parent(inner)
    while isinstance(above, cst.BooleanOperation) and isinstance(above.operator, cst.Or):
        inner, above = above, frame.tree.parent(above)
    return above if isinstance(above, cst.If) and above.test is inner else None


def _is_taken_apart(response: Response, fact: ResponseFact) -> bool:
    """Whether nothing but keys of the body is read where it is parsed: what a refusal does not have."""
    return are_taken_apart(call_at(response.call).frame.tree, [use for use in response.uses if use[0] in fact.body])


def are_taken_apart(tree: Tree, uses: list[tuple[str, cst.CSTNode]]) -> bool:
    """Whether keys alone are read of what accessors of a body give, or its parts in a row."""
    read = [tree.parent(node) for _, node in uses]
    found = [reads_at(tree, node) for node in read if isinstance(node, cst.Call)]
    apart = all((one.words or one.iterated) and not one.escaped for one in found)
    return bool(found) and len(found) == len(read) and apart


def _taken(frame: Frame, node: cst.CSTNode, error: str) -> list[Handler]:
    """The handler of a `try` that takes an error, or those that may."""
    guard = frame.guards.get(id(node))
    handlers = handlers_of(guard) if guard is not None else ()
    surely = next((one for one in handlers if one.broad or one.catches(error)), None)
    return [surely] if surely is not None else [one for one in handlers if one.errors is None]


def ineffective_checks(response: Response, fact: ResponseFact) -> IneffectiveChecks | None:
    """What is looked at of a status, if it lets other error pages pass; None if it is not, or not in vain."""
    if not any(name in fact.checks for name, _ in response.uses):
        return None
    found = IneffectiveChecks(response, fact)
    return found if found.ineffective else None


def treated_first(call: Call, checks: IneffectiveChecks) -> cst.If | cst.Match | None:
    """The `if` behind which the other statuses are to be checked: in the block of the call, in or behind its `with`."""
    tree = call.frame.tree
    last = checks.branches[-1] if checks.branches and not checks.swallowed else None
    wanted = tree.parent(last) if last is not None else None
    if isinstance(call.statement, cst.With) and wanted is call.statement.body:
        return last
    line = tree.parent(call.statement) if call.statement is not None else None
    block = tree.parent(line) if line is not None else None
    while block is not None and block is not wanted:
        around = tree.parent(block)
        block = tree.parent(around) if isinstance(around, cst.With) and isinstance(block, cst.IndentedBlock) else None
    return last if block is not None else None


def _statuses(value: Value) -> set[int]:
    """The error statuses that a value holds, if it is written out and holds nothing else."""
    members = value.members if isinstance(value, Sequence) else (value,)
    found = {status for member in members if (status := _number(member)) is not None}
    return found if len(found) == len(members) and all(400 <= status < 600 for status in found) else set()


def _number(value: Value) -> int | None:
    """A status that is written as a number, or by its name: `HTTPStatus.NOT_FOUND`, `codes.not_found`."""
    if isinstance(value, Const) and not value.soft:
        return value.value if type(value.value) is int else None
    found = _NAMED.search(value.name) if isinstance(value, Ref) else None
    if found is None:
        return None
    number, name = found.groups()
    status = HTTPStatus.__members__.get(name.upper()) if name else None
    return int(number) if number else status.value if status is not None else None


def _has_own_way(orelse: cst.Else) -> bool:
    """Whether another branch may keep the other statuses away."""
    return any(isinstance(node, (cst.Raise, cst.If, cst.Return, cst.Continue, cst.Break)) for node in walk(orelse))


def _drops(handler: Handler) -> bool:
    """Whether a handler does nothing but write to a log: neither leaves, nor notes the failure for later."""
    for statement in handler.node.body.body:
        parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]
        for part in parts:
            logs = isinstance(part, cst.Expr) and isinstance(part.value, cst.Call) and is_log(part.value)
            if not (isinstance(part, cst.Pass) or logs):
                return False
    return True


def _suppresses(frame: Frame, node: cst.With, error: str) -> bool:
    """Whether a block drops an error: `with suppress(HTTPError)`."""
    for item in node.items:
        made = item.item
        if isinstance(made, cst.Call) and frame.tree.code(made.func) in ("suppress", "contextlib.suppress"):
            values = [named(frame, arg.value) for arg in made.args]
            catalog = frame.scope.catalog
            if any(isinstance(value, Ref) and is_a(catalog, error, value.name) for value in values):
                return True
    return False
