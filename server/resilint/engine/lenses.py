"""What each function of a document leads to, in a few words: for code lenses.

A function is followed once. What it was followed through is recorded, as in `incremental.py`, so that after a
keystroke only those functions are followed again that led through what has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple

from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.files import NO
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.syntax.text import Document, Span

from ..config.settings import Settings
from .behind import Follower, Reachable, Reached, name_span
from .heavy import affordable
from .incremental import Answers, Key, Reads, Skeleton, named

MOST = 300
"""Functions of a document that are followed."""


class Lens(NamedTuple):
    """A few words about the function whose name is at `span`."""

    span: Span
    title: str


class _Known(NamedTuple):
    title: str
    reads: Reads
    answers: Answers


@dataclass(slots=True)
class LensCache:
    """The titles of one buffer. `pulse` is called with a function's name in the memory of a check before it is
    followed; those in `without` are not.
    """

    pulse: Callable[[str], None] | None = None
    without: AbstractSet[str] = frozenset()
    known: dict[Key, _Known] = field(default_factory=dict)


def lenses(doc: Document, project: Project, settings: Settings, cache: LensCache) -> Iterator[Lens | None]:
    """Yields, for one function after the other, what it leads to; None for those that lead nowhere. Not in tests."""
    exports = project.derived(Exports)
    if doc.kind == "test" or exports.level_of_document(doc) == NO:
        return
    module = project.module(doc)
    wanted = relevant(module, exports, follow=True)
    around = Skeleton(module, wanted.summary, f"lens {settings.digest} {doc.name} {doc.module}")
    fresh: dict[Key, _Known] = {}
    for function in _candidates(module, {_start(item) for item in wanted.chunks}, wanted.summary.reaching_functions):
        source = module.source(function.chunk)
        key = (around.digest, function.qualname, source)
        known = cache.known.get(key)
        if known is None or not around.holds(known.answers) or not around.answers(known.reads, project):
            if (name := named(source)) in cache.without:
                continue
            if cache.pulse is not None:
                cache.pulse(name)
            follower = Follower(doc, project, settings, module, wanted.summary)
            with project.recording() as reads, module.recording() as recording:
                title = _title_of(follower, function)
            known = _Known(title, tuple(sorted(reads.items())), tuple(recording.all_answers().items()))
        fresh[key] = known
        span = name_span(doc, function)
        yield Lens(span, known.title) if known.title and span is not None else None
    cache.known = fresh


def _candidates(module: Module, starts: AbstractSet[int], reaching: AbstractSet[str]) -> list[FunctionChunk]:
    """The functions that may lead to an external call, as far as text says, in its order."""
    every = sorted(module.all_functions(), key=lambda function: function.chunk.start)
    found = [function for function in every if function.chunk.start in starts or function.qualname in reaching]
    return [item for item in affordable(module, found[:MOST]) if isinstance(item, FunctionChunk)]


def _start(item: object) -> int:
    start = item.chunk.start if isinstance(item, FunctionChunk) else getattr(item, "start", -1)
    return int(start)


def _title_of(follower: Follower, function: FunctionChunk) -> str:
    from resilint_rules.kit.syntax.tree import Misread

    try:
        found = follower.of_function(function)
    except (RecursionError, Misread):
        return ""
    return title(found) if found is not None else ""


def title(found: Reachable) -> str:
    """What a function leads to: its calls, requests and time if a peer is away, and how many calls are unprotected.

    What is only a lower bound has a plus sign; what is not known is left out. "" without a call.
    """
    if not found.calls:
        return ""
    parts = [_count(len(found.calls), "call", "" if found.complete else "+")]
    requests = [reached.requests for reached in found.calls]
    if None not in requests:
        more = "+" if any(reached.is_uncounted for reached in found.calls) else ""
        parts.append(f"{_count(sum(count or 0 for count in requests), 'request', more)} on an outage")
    parts += filter(None, [_longest(found.calls)])
    unprotected = sum(reached.policy is not None and not reached.is_protected for reached in found.calls)
    parts += [f"{unprotected} unprotected"] if unprotected else []
    return " \u00b7 ".join(parts)


def _longest(calls: Sequence[Reached]) -> str:
    """How long a peer that hangs holds up the longest of some calls."""
    from resilint_rules.kit.retries.layer import seconds

    if any(reached.policy is not None and reached.policy.state == "unbounded" for reached in calls):
        return "no limit on a hang"
    held = [(reached.seconds, reached.is_longer) for reached in calls if reached.seconds is not None]
    if not held:
        return ""
    longest, is_longer = max(held)
    return f"up to {seconds(longest)}" if not is_longer else f"{seconds(longest)} or more"


def _count(number: int, noun: str, more: str) -> str:
    return f"{number}{more} {noun}{'' if number == 1 and not more else 's'}"
