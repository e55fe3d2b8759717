"""Where a program keeps the time at which a token ends, and the comparisons of that time with the clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import libcst as cst

from ...kit import Fix, Frame
from ...kit.fixes.edits import replace
from ...kit.fixes.timeouts import spelled
from ...kit.project.module import FunctionChunk, Module
from ...kit.syntax.bound_names import values_given
from ...kit.syntax.layout import flat
from ...kit.syntax.tree import walk

_ENDS = re.compile(
    r"[\"'](?:expires_in|expires_at|expires_on|expiresIn|expiresAt|expires)[\"']|\.expires_(?:in|at|on)\b"
)
"""What the answer of an issuer says of the end of a token."""
_TOKEN = re.compile(r"access_token|accessToken|id_token|grant_type|oauth|bearer|[\"']token[\"']", re.IGNORECASE)
_NOW = re.compile(
    r"(?:time\.)?(?:time|monotonic)\(\)|(?:\w+\.)*(?:datetime\.)?(?:now|utcnow|today)\((?:[\w.]*|tz=[\w.]*)\)(?:\.timestamp\(\))?"
)
_NUMBER = re.compile(r"(?:time|monotonic|timestamp)\(\)\Z")
"""The present time as a number of seconds; what else `_NOW` knows is a date."""
_GIVES_UP = re.compile(r"log_?out|sign_?out|revoke|invalidate|disconnect", re.IGNORECASE)
"""What functions are called that end the use of a token: it needs no margin there."""
_FIELD = re.compile(r"^[ \t]*(\w+):(?!\s*(?:\w+\.)?ClassVar)", re.MULTILINE)
_MARGIN = (cst.Subtract, cst.Multiply, cst.Divide)
_HEEDS_REFUSAL = re.compile(
    r"(?:[=!]=|\bin)\s*[\[({]?(?:\s*\d{3},)*\s*401\b|\bUNAUTHORIZED\b|[\"']invalid_token|except[^\n]*Unauthorized"
)
"""Code that looks at a refusal, after which the token may be renewed."""
_ORDERS = (cst.LessThan, cst.LessThanEqual, cst.GreaterThan, cst.GreaterThanEqual)
_SECONDS = 60


class LateRenewal(NamedTuple):
    """A comparison of the clock with the end of a token, and the side that is the end."""

    frame: Frame
    node: cst.Comparison
    end: cst.BaseExpression
    dated: bool
    """The time that it is compared with is a date, and no number."""


def late_renewals(frame: Frame) -> Iterator[LateRenewal]:
    """Yields the comparisons, in the module, with an end that this function takes from an answer as it is."""
    if not isinstance(frame.node, cst.FunctionDef) or not _ENDS.search(frame.tree.flat):
        return
    module = frame.scope.module
    if not _TOKEN.search(frame.tree.text) or module.search(_HEEDS_REFUSAL) is not None:
        return
    places = [(_users(frame, kept), kept) for kept in _kept(frame)]
    by_class = module.derived(methods_by_class)
    places += [(by_class.get(cls, []), f"self.{field}") for cls, field in _given_to_objects(frame)]
    for functions, kept in places:
        for function in functions:
            place = None if _GIVES_UP.search(function.qualname) else frame.scope.frame(function)
            for inner in place.all_frames() if place is not None else ():
                yield from _compared(inner, kept)


def _given_to_objects(frame: Frame) -> Iterator[tuple[str, str]]:
    """Yields the class of each object that a function makes with the end of a token, and the field that keeps it."""
    classes = frame.scope.module.classes
    for node in walk(frame.node) if frame.node is not None else ():
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name):
            continue
        name = node.func.value
        names = frame.scope.module.derived(_fields).get(name, []) if name in classes else []
        for index, argument in enumerate(node.args) if names else ():
            field = argument.keyword.value if argument.keyword is not None else "".join(names[index : index + 1])
            if argument.star or field not in names:
                continue
            if _ENDS.search(_full(frame, argument.value)) and not _has_margin(frame, argument.value):
                yield name, field


def _fields(module: Module) -> dict[str, list[str]]:
    """The annotated fields of the classes of a module, in order; none of those that have a constructor of their own."""
    found: dict[str, list[str]] = {}
    for name, cls in module.classes.items():
        if not {"__init__", "__new__", "__post_init__"} & cls.methods.keys():
            found[name] = [field for chunk in cls.statements for field in _FIELD.findall(flat(module.source(chunk)))]
    return found


def _users(frame: Frame, kept: str) -> list[FunctionChunk]:
    """The functions that may read what a function keeps: of its class, or of the module."""
    module = frame.scope.module
    if kept.startswith("self."):
        return module.derived(methods_by_class).get(frame.qualname.rpartition(".")[0], [])
    return module.chosen(module.functions_mentioning(re.findall(r"\w+", kept)[0]))


def methods_by_class(module: Module) -> dict[str, list[FunctionChunk]]:
    """The methods of a module by the class that has them."""
    found: dict[str, list[FunctionChunk]] = {}
    for function in module.all_functions():
        found.setdefault(function.qualname.rpartition(".")[0], []).append(function)
    return found


def _kept(frame: Frame) -> Iterator[str]:
    """Yields what a function keeps the end of a token in, if that has no margin."""
    for node in walk(frame.node) if frame.node is not None else ():
        if not isinstance(node, cst.Assign):
            continue
        for target, value in (pair for item in node.targets for pair in _pairs(item.target, node.value)):
            kept = isinstance(target, (cst.Attribute, cst.Subscript))
            if kept and _ENDS.search(_full(frame, value)) and not _has_margin(frame, value):
                yield frame.tree.code(target)


def _pairs(
    target: cst.BaseExpression, value: cst.BaseExpression
) -> Iterator[tuple[cst.BaseExpression, cst.BaseExpression]]:
    if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple) and len(target.elements) == len(value.elements):
        for one, other in zip(target.elements, value.elements, strict=True):
            yield one.value, other.value
    else:
        yield target, value


def _parts(frame: Frame, value: cst.BaseExpression) -> list[cst.CSTNode]:
    """An expression, and the values of the names in it that the function gives them."""
    given = frame.tree.derived(values_given, frame.node if frame.node is not None else frame.tree.module)
    names = {part.value for part in walk(value) if isinstance(part, cst.Name)}
    return [value, *(item for name in names for item in given.get(name, ()) if item is not value)]


def _full(frame: Frame, value: cst.BaseExpression) -> str:
    return " ".join(frame.tree.code(part) for part in _parts(frame, value))


def _has_margin(frame: Frame, value: cst.BaseExpression) -> bool:
    """Whether the end is set earlier than the answer says."""
    nodes = (inner for part in _parts(frame, value) for inner in walk(part))
    return any(isinstance(node, cst.BinaryOperation) and isinstance(node.operator, _MARGIN) for node in nodes)


def _compared(frame: Frame, kept: str) -> Iterator[LateRenewal]:
    """Yields the comparisons of a kept end with the clock, neither moved by a margin."""
    for node, _ in frame.compares.values():
        if len(node.comparisons) != 1 or not isinstance(node.comparisons[0].operator, _ORDERS):
            continue
        sides = (node.left, node.comparisons[0].comparator)
        for end, clock in (sides, sides[::-1]):
            if frame.tree.code(end) == kept and (times := _times(frame, clock)):
                yield LateRenewal(frame, node, end, not all(_NUMBER.search(time) for time in times))


def _times(frame: Frame, node: cst.BaseExpression) -> list[str]:
    """The calls that an expression has the present time from; none if it is, or may be, something else."""
    values: list[cst.BaseExpression] = [node]
    if isinstance(node, cst.Name):
        given = frame.tree.derived(values_given, frame.node if frame.node is not None else frame.tree.module)
        values = given.get(node.value, [])
    times = [frame.tree.code(value) for value in values]
    return times if all(_NOW.fullmatch(time) for time in times) else []


def leave_margin(found: LateRenewal) -> Fix:
    """Returns the fix that takes a token for ended a minute before it ends."""
    frame, text = found.frame, end_text(found)
    if not found.dated:
        return Fix(f"Renew {_SECONDS} s earlier", (replace(frame, found.end, f"{text} - {_SECONDS}"),))
    imports, (call,) = spelled(frame.scope.module, [f"datetime.timedelta(seconds={_SECONDS})"])
    return Fix(f"Renew {_SECONDS} s earlier", (replace(frame, found.end, f"{text} - {call}"),), imports)


def end_text(found: LateRenewal) -> str:
    """What the end is called."""
    return found.frame.tree.code(found.end)
