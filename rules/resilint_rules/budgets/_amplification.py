"""Retries inside retries: how often one failure is sent again by all layers around a call together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..kit.catalog.parts import Retries
from ..kit.effects.decorators import wrappers
from ..kit.effects.records import Step
from ..kit.interp.calls import Call, Frame
from ..kit.policy.behind import Lead
from ..kit.policy.effective import failures_of
from ..kit.policy.outcome import Outcome
from ..kit.retries.attempts import retry_facts
from ..kit.retries.layer import HANG, RetryLayer
from ..kit.retries.policies import layers_of
from ._behind import leads


@dataclass(frozen=True, slots=True)
class NestedRetry:
    """An external call that several layers repeat, of which the outermost stands in the examined function.

    `site` is the call in that function that leads to it, or the external call itself. `layers` are those that repeat
    the same failure, the innermost first; `attempts` is their product. `seconds` is what a hang takes at least, None
    if that is not known.
    """

    site: Call
    lead: Lead
    layers: tuple[RetryLayer, ...]
    attempts: int
    seconds: float | None

    @property
    def path(self) -> tuple[Step, ...]:
        """The calls from the examined function to the external call."""
        return self.lead.path


def nested_retries(frame: Frame) -> Iterator[NestedRetry]:
    """Yields the calls of a function that a policy or a loop in it repeats, and another layer beneath it, too."""
    repeats = any(guard.within for guard in frame.guards.values()) or any(True for _ in layers_of(frame))
    if not repeats and not any(wrapper.repeats for wrapper in wrappers(frame)):
        return
    for site, lead in leads(frame):
        found = _nested(frame, site, lead)
        if found is not None:
            yield found


def _nested(frame: Frame, site: Call, lead: Lead) -> NestedRetry | None:
    """The failure of a call that is sent most often, if two layers repeat it and the outer one is this function's."""
    best: NestedRetry | None = None
    hang: Outcome | None = None
    for trace, outcome in failures_of(lead.call, lead.callers):
        if trace.kind == HANG:
            hang = outcome
        layers = tuple(layer for layer in trace.layers if _multiplies(layer))
        if outcome.attempts is None or len(layers) < 2 or layers[-1].frame is not frame:
            continue
        if best is None or outcome.attempts > best.attempts:
            seconds = hang.seconds if hang is not None and hang.attempts == outcome.attempts else None
            best = NestedRetry(site, lead, layers, outcome.attempts, seconds)
    return best


def _multiplies(layer: RetryLayer) -> bool:
    """Whether a layer repeats, but for the one further attempt that a library makes when a connection ends."""
    return (layer.attempts or 0) > (1 if layer.frame is not None else 2)


def switch_of(call: Call) -> tuple[Call, Retries] | None:
    """The call that makes the client of a call, and the parameter that takes the number of its own retries.

    None if there is no such parameter, or if the client is not made where it can be seen.
    """
    words, made, unseen = retry_facts(call)
    if words is None or made is None or unseen or not words.param or not words.counts or words.gives_way:
        return None
    return made, words
