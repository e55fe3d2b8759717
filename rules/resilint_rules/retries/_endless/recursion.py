"""The fix for functions that call themselves again after a failure: they count, and raise the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import libcst as cst

from ...kit.findings import Fix, Import
from ...kit.fixes.edits import add_argument, are_free, before_body, indentation, unused
from ...kit.fixes.loops.giving_up import Ended, give_up, helper
from ...kit.fixes.loops.refusals import Refusal
from ...kit.fixes.loops.wanted import numbers
from ...kit.fixes.retry_after import IMPORTS
from ...kit.interp.calls import Call, Frame
from ...kit.syntax.text import Edit
from ...kit.syntax.tree import walk

_NAMES = ("attempts", "attempts_left", "tries_left")


def count_down(
    frame: Frame, refused: Sequence[tuple[Refusal, Call]], failed: Sequence[tuple[cst.BaseSuite, Call]]
) -> Fix | None:
    """The fix after which a function has a parameter for the attempts that are left, and passes one less on.

    `refused` are the places where it calls itself for a status, `failed` the handlers in which it does, with the calls
    of itself. None for a function that others may call by themselves, as a decorator says.
    """
    node, name = frame.node, unused(frame, _NAMES)
    if not isinstance(node, cst.FunctionDef) or not name or frame.outer is not None or _is_registered(frame):
        return None
    added = _parameter(frame, node, name)
    ended = [_refused(frame, *place, name) for place in refused] + [_failed(frame, *place, name) for place in failed]
    found = [one for one in ended if one is not None]
    return _together(frame, added, found) if added is not None and found and len(found) == len(ended) else None


def _together(frame: Frame, added: Edit, found: list[Ended]) -> Fix | None:
    edits = {added, *(edit for one in found for edit in one.edits)}
    imports = tuple(dict.fromkeys(needed for one in found for needed in one.imports))
    title = f"Try {numbers(frame).attempts} times at most"
    return Fix(title, tuple(sorted(edits)), imports) if are_free(frame, imports) else None


def _refused(frame: Frame, refusal: Refusal, again: Call, name: str) -> Ended | None:
    """What ends the repetition after a status."""
    brought, given_up, passed = helper(frame), give_up(refusal, f"{name} == 1"), _passed(again, name)
    if brought is None or given_up is None or passed is None:
        return None
    needs = (*IMPORTS, Import("asyncio" if frame.is_async else "time"), *given_up.imports)
    return Ended((*brought, *given_up.edits, passed), needs)


def _failed(frame: Frame, block: cst.BaseSuite, again: Call, name: str) -> Ended | None:
    """What ends the repetition in a handler."""
    newline = frame.scope.module.doc.newline
    indent = indentation(frame, frame.tree.span(block.body[0]).start) if block.body else ""
    raised = before_body(frame, block, f"if {name} == 1:{newline}{indent}{_step(frame, block)}raise")
    passed = _passed(again, name)
    return Ended((raised, passed)) if raised is not None and passed is not None else None


def _is_registered(frame: Frame) -> bool:
    """Whether a decorator may give a function to others, which see its parameters."""
    names = [decorator.decorator for decorator, _ in frame.decorators]
    return any(not (isinstance(n, cst.Name) and n.value in ("staticmethod", "classmethod")) for n in names)


def _step(frame: Frame, block: cst.BaseSuite) -> str:
    parent = frame.tree.parent(block)
    if parent is None or not block.body:
        return "    "
    inner = indentation(frame, frame.tree.span(block.body[0]).start)
    return inner[len(indentation(frame, frame.tree.span(parent).start)) :]


def _passed(again: Call, name: str) -> Edit | None:
    """Passes one attempt less on, before what is passed on as a whole."""
    text = f"{name}={name} - 1"
    starred = next((arg for arg in again.node.args if arg.star == "**"), None)
    if starred is not None:
        start = again.frame.tree.span(starred).start
        return Edit(start, start, f"{text}, ")
    return add_argument(again, text)


def _parameter(frame: Frame, node: cst.FunctionDef, name: str) -> Edit | None:
    """The parameter, by its name only, as the last one before what takes all others."""
    params, tree = node.params, frame.tree
    typed = node.returns is not None or any(isinstance(part, cst.Annotation) for part in walk(params))
    text = f"{name}: int = {numbers(frame).attempts}" if typed else f"{name}={numbers(frame).attempts}"
    by_name = bool(params.kwonly_params) or isinstance(params.star_arg, cst.Param)
    text = text if by_name else f"*, {text}"
    if params.star_kwarg is not None:
        start = tree.span(params.star_kwarg).start
        return Edit(start, start, f"{text}, ")
    last = next(_last(params), None)
    if last is None:
        end = frame.scope.module.even.text.index("(", tree.span(node.name).end) + 1
        return Edit(end, end, text)
    end = tree.outer(last).end
    return Edit(end, end, f", {text}")


def _last(params: cst.Parameters) -> Iterator[cst.CSTNode]:
    """Where the last parameter ends: its default, its annotation or its name."""
    stars = [params.star_arg] if isinstance(params.star_arg, cst.Param) else []
    for param in reversed([*params.posonly_params, *params.params, *stars, *params.kwonly_params]):
        if param.default is not None:
            yield param.default
        elif param.annotation is not None:
            yield param.annotation.annotation
        else:
            yield param.name
