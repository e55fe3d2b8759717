"""The function that sends a request again, as the pattern `retry` puts it into a module, and how it is recognised."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from ..kit.catalog.lookup import Library
from ..kit.catalog.parts import Refusal
from ..kit.catalog.records import ResponseFact
from ..kit.exceptions.handlers import known_as
from ..kit.findings import Import
from ..kit.fixes.loops.wanted import STATUSES, definition_place, name_for, numbers
from ..kit.fixes.retry_after import HELPER, IMPORTS, SECONDS, can_import
from ..kit.interp.calls import Call, Frame
from ..kit.syntax.text import Edit
from .project_retries import own_repeater

WIDTH = 88
"""The longest line that is written."""


@dataclass(frozen=True, slots=True)
class Resender:
    """The name of a module's function that sends again; the edits and imports that bring it, () if it is there."""

    name: str
    edits: tuple[Edit, ...] = ()
    imports: tuple[Import, ...] = ()


def resender(call: Call) -> Resender | None:
    """The function that can repeat a call, known in its module or to be added; None if it cannot be written."""
    library, module = call.record, call.frame.scope.module
    if library is None or library.transient is None:
        return None
    name = name_for(call, library, "_retry_request", "_async" if call.inside_async else "")
    if name in module.functions:
        return Resender(name)
    own = own_repeater(call)
    if own:
        return Resender(own)
    place = definition_place(call)
    needed = (*IMPORTS, Import("random"), *_typing(call), *((Import("asyncio"),) if call.inside_async else ()))
    if place is None or module.mentions_name(name) or not can_import(module, *needed):
        return None
    written = _written(call, library, name)
    if written is None:
        return None
    text, imports = written
    if not can_import(module, *imports):
        return None
    if SECONDS not in module.functions:
        text = f"{HELPER}\n\n{text}"
    newline = module.doc.newline
    text = text.replace("\n", newline) + newline * 2
    return Resender(name, (Edit(place, place, text),), (*needed, *imports))


def is_resender(name: str) -> bool:
    """Whether a function of a module is one that this module writes, by its name."""
    return name.startswith("_retry_request")


def is_typed(frame: Frame) -> bool:
    """Whether the code around a call has annotations."""
    node = frame.outermost.node
    if not isinstance(node, cst.FunctionDef):
        return False
    params = (*node.params.params, *node.params.kwonly_params)
    return node.returns is not None or any(param.annotation is not None for param in params)


def _typing(call: Call) -> tuple[Import, ...]:
    if not is_typed(call.frame):
        return ()
    awaited = (Import("collections.abc", "Awaitable"),) if call.inside_async else ()
    return (*awaited, Import("collections.abc", "Callable"), Import("typing", "Any"))


def _written(call: Call, library: Library, name: str) -> tuple[str, list[Import]] | None:
    """The text of the function, and the imports that its library needs."""
    fact = call.answer
    transient = library.transient
    assert transient is not None
    imports: list[Import] = []

    def spelled(error: str) -> str:
        text, needed = known_as(call.frame, error)
        imports.extend([needed] if needed is not None else [])
        return text

    errors = [spelled(error) for error in (*transient.errors, *transient.broken)]
    silent = call.as_external.status == "silent"
    refusal = transient.refusal
    if silent and (fact is None or not fact.number or not fact.headers):
        return None
    if not silent and (refusal is None or not refusal.error):
        return None
    wait, give, sleep = ("await ", "async ", "asyncio.sleep") if call.inside_async else ("", "", "time.sleep")
    wanted = numbers(call.frame)
    late = f"attempt == {wanted.attempts} or time.monotonic() + pause > end"
    lines = [
        *_signature(call, name, give, spelled),
        '    """Sends a request again while its failure may pass (no answer, 429, 5xx); the caller sees the last."""',
        f"    end = time.monotonic() + {wanted.within}",
        f"    for attempt in range(1, {wanted.attempts + 1}):",
        f"        pause = random.uniform(0.5, 1.0) * {_doubled(wanted.pause)}",
        "        try:",
    ]
    caught = errors[0] if len(errors) == 1 else f"({', '.join(errors)})"
    if silent:
        assert fact is not None
        lines += [
            f"            answer = {wait}send(*args, **kwargs)",
            f"        except {caught}:",
            f"            if {late}:",
            "                raise",
            "        else:",
            f"            if answer.{fact.number} not in {STATUSES}:",
            "                return answer",
            f'            pause = max(pause, {SECONDS}(answer.{fact.headers}.get("Retry-After", "")))',
            f"            if {late}:",
            "                return answer",
            *_released(call, fact),
        ]
    else:
        lines += [
            f"            return {wait}send(*args, **kwargs)",
            *_refused(refusal, spelled(refusal.error) if refusal is not None else "", late),
            f"        except {caught}:",
            f"            if {late}:",
            "                raise",
        ]
    lines += [f"        {wait}{sleep}(pause)", '    raise AssertionError("the last attempt returns or raises")']
    return "\n".join(lines) + "\n", imports


def _doubled(pause: str) -> str:
    """The longest pause behind an attempt, which is twice that behind the one before."""
    return "2**attempt" if pause == "2" else f"{pause} * 2 ** (attempt - 1)"


def _refused(refusal: Refusal | None, error: str, late: str) -> list[str]:
    if refusal is None:
        return []
    return [
        f"        except {error} as error:",
        f'            pause = max(pause, {SECONDS}(error.{refusal.headers}.get("Retry-After", "")))',
        f"            if error.{refusal.status} not in {STATUSES} or {late}:",
        "                raise",
    ]


def _released(call: Call, fact: ResponseFact) -> list[str]:
    """What gives the connection back of an answer that is dropped, where that does not happen by itself."""
    record = call.record
    calls = [entry for entry in record.facts.values() if entry.kind == "call"] if record is not None else []
    awaits = all(entry.mode == "async" for entry in calls)
    return [f"            answer.{fact.close}()"] if fact.close and (awaits or not call.inside_async) else []


def _signature(call: Call, name: str, give: str, spelled: object) -> list[str]:
    """The head of the function, with types where the code at hand has some."""
    if not is_typed(call.frame) or call.answer is None or not callable(spelled):
        return [f"{give}def {name}(send, *args, **kwargs):"]
    answer = spelled(call.answer.type)
    returned = f"Awaitable[{answer}]" if call.inside_async else answer
    arguments = f"send: Callable[..., {returned}], *args: Any, **kwargs: Any"
    line = f"{give}def {name}({arguments}) -> {answer}:"
    if len(line) <= WIDTH:
        return [line]
    return [f"{give}def {name}(", f"    {arguments}", f") -> {answer}:"]
