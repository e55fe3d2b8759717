"""Conditions under which a check of a signature is left out, so that a request passes that is not signed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import libcst as cst

from ..kit.entry_points.sent import is_sent
from ..kit.findings import Fix
from ..kit.fixes.edits import replace
from ..kit.interp.call_kinds import DigestCall, VerifyCall
from ..kit.interp.calls import Frame
from ..kit.syntax.bound_names import names_given
from ..kit.syntax.exits import Exit, ways
from ..kit.syntax.idioms import is_log, last_name
from ..kit.syntax.layout import plain
from ..kit.syntax.text import Span
from ..kit.syntax.tree import Tree, walk

_CHECK = re.compile(
    r"compare_digest|constant_time_compare|_?(?:verify|validate|check|is_valid|valid|authenticate)_?(?:\w*_)?"
    r"(?:signature|sig|hmac|webhook|hook|digest)\w*|(?:signature|hmac|webhook)_?(?:is_?)?(?:valid|ok|matches|verified)\w*",
    re.IGNORECASE,
)
_CHECK_LOWERED = re.compile(_CHECK.pattern)
_CHECK_WORDS = ("sig", "hmac", "hook", "digest", "constant_time_compare")
"""Of these each name that `_CHECK` finds holds one, in any case."""
_SECRET = re.compile(r"secret|(?:signing|webhook|hook|hmac|shared|public|verif\w*)_?key|token$", re.IGNORECASE)
_SIGNATURE = re.compile(r"signature|(?:^|_)sig(?:_|$)|hmac|digest|x_hub", re.IGNORECASE)
_CHOSEN = re.compile(
    r"debug|test|(?:^|[._])dev|local|insecure|skip|disable|enabled?\b|optional|allow|require|enforce|strict|\benv|environment|"
    r"mode|mock|bypass|unsafe|no_verify",
    re.IGNORECASE,
)
"""A condition that is a choice of its own, and not the lack of something."""
_REFUSES = re.compile(r"\b4\d\d\b|unauthori|forbid|denied|invalid|abort|\braise\b|False\b|bad_?request", re.IGNORECASE)
_DIGESTS = re.compile(r"compare_digest|\bhmac\b")
_VERIFY_WORDS = ("verif", "valid", "check", "authentic", "genuine", "trusted", "signature")
_VERIFIES = re.compile("|".join(_VERIFY_WORDS), re.IGNORECASE)


_LACKS = re.compile(r"\bnot ([\w.]+)(?![\w.(\[])|(?<![\w.])([\w.]+) is None\b")
_ABORTS = re.compile(r"\babort\(|\bsend_error\(|\bthrow\(")


class Gap(NamedTuple):
    """Where a check is left out: the condition or handler, what is missing then, and whether a sender decides on it."""

    node: cst.If | cst.ExceptHandler
    missing: cst.BaseExpression | None
    sent: bool


def gaps(frame: Frame) -> Iterator[Gap]:
    """Yields the conditions and handlers of a function that let a request pass without a check of its signature."""
    top = frame.node
    if not isinstance(top, cst.FunctionDef) or not _may_check(frame) or not _has_check(frame, top):
        return
    for node in walk(top):
        if isinstance(node, cst.If):
            missing = _accepts(frame, node) or _leaves_out(frame, node)
            if missing is not None:
                yield Gap(node, missing, _is_signature(frame, missing))
        elif isinstance(node, cst.Try) and _has_check(frame, node.body):
            yield from (Gap(handler, None, sent=True) for handler in node.handlers if _passes(frame, node, handler))


def _may_check(frame: Frame) -> bool:
    """Whether the text says that a function may check a signature: most do not."""
    if any(isinstance(call, (DigestCall, VerifyCall)) for call in frame.calls.values()):
        return True
    text, module = frame.tree.text, frame.scope.module
    lowered = text.lower()  # the patterns are slow, and their words are rare
    if any(word in lowered for word in _CHECK_WORDS) and _CHECK_LOWERED.search(lowered):
        return True
    if not any(word in lowered for word in _VERIFY_WORDS) or not module.mentions("hmac", "compare_digest"):
        return False
    return _VERIFIES.search(text) is not None and module.search(_DIGESTS) is not None


def _has_check(frame: Frame, node: cst.CSTNode) -> bool:
    """Whether a signature is checked below a node."""
    calls = (inner for inner in walk(node) if isinstance(inner, cst.Call))
    return any(
        isinstance(frame.calls.get(id(call)), (DigestCall, VerifyCall)) or _checks(frame, call) for call in calls
    )


def _checks(frame: Frame, call: cst.Call) -> bool:
    """Whether a function is called that checks a signature, by its name or by what it does in this module."""
    name, module = last_name(call), frame.scope.module
    if _CHECK.fullmatch(name):
        return True
    own = module.functions.get(name, ()) if _VERIFIES.search(name) else ()
    return any(module.search(_DIGESTS, function.chunk) is not None for function in own)


def _accepts(frame: Frame, node: cst.If) -> cst.BaseExpression | None:
    """What is missing where an `if` before a check lets everything pass: `if not SECRET: return True`."""
    missing = _missing(node.test)
    if missing is None or not _is_needed(frame, missing) or _CHOSEN.search(frame.tree.code(node.test)):
        return None
    last = _last(node.body)
    if not isinstance(last, cst.Return) or not _VERIFIES.search(frame.qualname.rpartition(".")[2]):
        return None
    if last.value is None or (isinstance(last.value, cst.Name) and last.value.value == "None"):
        accepted = _raises(frame)
    else:
        accepted = isinstance(last.value, cst.Name) and last.value.value == "True"
    return missing if accepted else None


def _leaves_out(frame: Frame, node: cst.If) -> cst.BaseExpression | None:
    """What is missing where a check is made only if it is there: `if signature and not valid(signature): refuse`."""
    if _CHOSEN.search(frame.tree.code(node.test)) or (node.orelse is not None and _leaves(frame, node.orelse.body)):
        return None
    found = _and_fails(frame, node)
    if not found and _checks_and_refuses(frame, node.body):
        found = _present(node.test)
    needed = [part for part in found if _is_needed(frame, part)]
    if any(_is_tested_before(frame, node, part) for part in needed):
        return None
    return next((part for part in needed if _is_signature(frame, part)), needed[0] if needed else None)


def _and_fails(frame: Frame, node: cst.If) -> list[cst.BaseExpression]:
    """What has to be there for a refusal, besides a check that fails: `if given and not valid(given): refuse`."""
    test = node.test
    if not isinstance(test, cst.BooleanOperation) or not isinstance(test.operator, cst.And) or node.orelse is not None:
        return []
    if not _has_check(frame, test.right) or not isinstance(test.right, (cst.UnaryOperation, cst.Comparison)):
        return []
    refused = _leaves(frame, node.body) and _REFUSES.search(_text(frame, node.body)) is not None
    return _present(test.left) if refused else []


def _checks_and_refuses(frame: Frame, body: cst.BaseSuite) -> bool:
    """Whether a block checks a signature, refuses a wrong one, and goes on behind itself with a right one."""
    if _leaves(frame, body, always=True) or not _has_check(frame, body):
        return False
    inner = list(walk(body))
    verified = (frame.calls.get(id(node)) for node in inner)
    if any(isinstance(call, VerifyCall) and call.fact.gives == "raises" for call in verified):
        return True
    refusing = (node for node in inner if isinstance(node, cst.If) and _leaves(frame, node.body))
    return any(_REFUSES.search(_text(frame, node.body)) for node in refusing)


def _is_tested_before(frame: Frame, node: cst.If, missing: cst.BaseExpression) -> bool:
    """Whether the function refuses a lack of the same thing elsewhere."""
    top = frame.node if frame.node is not None else frame.tree.module
    lacking = frame.tree.derived(_tests_by_lack, top).get(frame.tree.code(missing), [])
    return any(other is not node and _leaves(frame, other.body) and not _accepts(frame, other) for other in lacking)


def _tests_by_lack(tree: Tree, top: cst.CSTNode) -> dict[str, list[cst.If]]:
    """The `if` statements of a function by what they find missing."""
    found: dict[str, list[cst.If]] = {}
    for node in walk(top):
        if isinstance(node, cst.If):
            for one, other in _LACKS.findall(tree.code(node.test)):
                found.setdefault(one or other, []).append(node)
    return found


def _leaves(frame: Frame, body: cst.BaseSuite, *, always: bool = False) -> bool:
    """Whether a block does not go on behind itself, or calls, if not `always`, what refuses a request."""
    return Exit.FALLS not in ways(body) or (not always and _ABORTS.search(_text(frame, body)) is not None)


def _passes(frame: Frame, node: cst.Try, handler: cst.ExceptHandler) -> bool:
    """Whether a handler lets a request pass that could not be checked: it says so, or logs and goes on."""
    kinds = (
        {inner.value for inner in walk(handler.type) if isinstance(inner, cst.Name)} if handler.type else {"Exception"}
    )
    last = _last(handler.body)
    if isinstance(last, cst.Return):
        broad = bool(kinds & {"Exception", "BaseException"})
        verifies = _VERIFIES.search(frame.qualname.rpartition(".")[2]) is not None and not kinds & _ABSENT
        return (broad or verifies) and isinstance(last.value, cst.Name) and last.value.value == "True"
    if kinds & _ABSENT or node.orelse is not None or _CHOSEN.search(_text(frame, handler.body)):
        return False
    return _only_logs(handler.body) and _ends_in_check(frame, node.body)


_ABSENT = frozenset(("ImportError", "ModuleNotFoundError", "AttributeError", "KeyError"))
"""Errors of what is not there, and not of a check."""


def _only_logs(body: cst.BaseSuite) -> bool:
    """Whether a handler does nothing but write to a log."""
    lines = [
        part for line in body.body for part in (line.body if isinstance(line, cst.SimpleStatementLine) else [line])
    ]
    calls = (part.value for part in lines if isinstance(part, cst.Expr))
    plain = all(isinstance(part, (cst.Pass, cst.Expr)) for part in lines)
    return plain and all(isinstance(call, (cst.Call, cst.Ellipsis)) and _is_quiet(call) for call in calls)


def _is_quiet(call: cst.Call | cst.Ellipsis) -> bool:
    return isinstance(call, cst.Ellipsis) or is_log(call)


def _ends_in_check(frame: Frame, body: cst.BaseSuite) -> bool:
    """Whether the last line of a `try` is a check that raises: nothing that follows it is left out with the check."""
    last = _last(body)
    if not isinstance(last, cst.Expr):
        return False
    call = last.value.expression if isinstance(last.value, cst.Await) else last.value
    if not isinstance(call, cst.Call):
        return False
    found = frame.calls.get(id(call))
    return found.fact.gives == "raises" if isinstance(found, VerifyCall) else _checks(frame, call)


def _missing(test: cst.BaseExpression) -> cst.BaseExpression | None:
    """What is not there where a condition holds: `not x`, `x is None`, `x == ""`, `not x or not y`."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return (
            test.expression if isinstance(test.expression, (cst.Name, cst.Attribute, cst.Call, cst.Subscript)) else None
        )
    if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
        against = test.comparisons[0]
        empty = isinstance(against.comparator, cst.Name) and against.comparator.value == "None"
        empty = empty or (isinstance(against.comparator, cst.SimpleString) and not against.comparator.raw_value)
        return test.left if empty and isinstance(against.operator, (cst.Is, cst.Equal)) else None
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.Or):
        return _missing(test.left) or _missing(test.right)
    return None


def _present(test: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What is there where a condition holds: `x`, `x is not None`, `x and y`."""
    if isinstance(test, (cst.Name, cst.Attribute)):
        return [test]
    if isinstance(test, cst.Comparison) and isinstance(test.comparisons[0].operator, cst.IsNot):
        return [test.left]
    if isinstance(test, cst.BooleanOperation) and isinstance(test.operator, cst.And):
        return _present(test.left) + _present(test.right)
    return []


def _is_needed(frame: Frame, node: cst.BaseExpression) -> bool:
    return _is_signature(frame, node) or _SECRET.search(_name(node)) is not None or _is_key(frame, node)


def _is_signature(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether something is the signature that came with a request."""
    if _SECRET.search(_name(node)) and not _SIGNATURE.search(_name(node)):
        return False
    return _SIGNATURE.search(_name(node)) is not None or _reads_signature(frame, node)


def _reads_signature(frame: Frame, node: cst.BaseExpression) -> bool:
    top = frame.node if frame.node is not None else frame.tree.module
    values = frame.tree.derived(names_given, top).get(node.value, []) if isinstance(node, cst.Name) else []
    return any(is_sent(frame, value) and _SIGNATURE.search(frame.tree.code(value)) for value in values)


def _is_key(frame: Frame, node: cst.BaseExpression) -> bool:
    """Whether something is the key of a digest of the function."""
    text = frame.tree.code(node)
    for call in frame.calls.values():
        given = call.args.get(call.fact.key) if isinstance(call, DigestCall) and call.fact.key is not None else None
        if given is not None and re.match(rf"{re.escape(text)}(?:\.encode\(.*\))?\Z", frame.tree.code(given.node)):
            return True
    return False


def _name(node: cst.BaseExpression) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _raises(frame: Frame) -> bool:
    """Whether a function says by an exception that something is wrong, and returns nothing otherwise."""
    nodes = list(walk(frame.node)) if frame.node is not None else []
    values = [node.value for node in nodes if isinstance(node, cst.Return) and node.value is not None]
    plain_end = all(isinstance(value, cst.Name) and value.value == "None" for value in values)
    return plain_end and any(isinstance(node, cst.Raise) for node in nodes)


def _last(body: cst.BaseSuite) -> cst.CSTNode | None:
    """The last simple statement of a block."""
    line: cst.CSTNode | None = body.body[-1] if body.body else None
    parts: Sequence[cst.CSTNode] = line.body if isinstance(line, cst.SimpleStatementLine) else [line] if line else []
    return parts[-1] if parts else None


def _text(frame: Frame, node: cst.CSTNode) -> str:
    return plain(frame.tree.source(*frame.tree.span(node)))


def refuse(frame: Frame, gap: Gap) -> list[Fix]:
    """Returns the fix that refuses what cannot be checked, where that is a word or a condition."""
    last = _last(gap.node.body)
    if isinstance(last, cst.Return) and isinstance(last.value, cst.Name) and last.value.value == "True":
        return [Fix("Return False", (replace(frame, last.value, "False"),))]
    test = gap.node.test if isinstance(gap.node, cst.If) else None
    if gap.missing is None or not isinstance(test, cst.BooleanOperation) or _present(test.left) != [gap.missing]:
        return []
    name, right = frame.tree.code(gap.missing), frame.tree.code(test.right)
    lacks = f"not {name}" if isinstance(test.left, (cst.Name, cst.Attribute)) else f"{name} is None"
    if isinstance(test.left, cst.BooleanOperation):
        return []
    return [Fix(f"Refuse also if {lacks}", (replace(frame, test, f"{lacks} or {right}"),))]


def place_of(frame: Frame, gap: Gap) -> Span:
    """What a finding underlines: what may be missing, or the head of a handler."""
    if gap.missing is not None:
        return frame.tree.span(gap.missing)
    start = frame.tree.span(gap.node).start
    return Span(start, start + len("except"))
