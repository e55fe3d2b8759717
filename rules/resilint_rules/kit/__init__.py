"""The API of rules: a rule imports these names from `..kit`, and nothing else of the kit.

`rules/README.md` says which of them answers which question. A name is loaded when it is used first, because the
start-up imports parts of the kit and must not load the parser.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .catalog.parts import Param
    from .catalog.policies import RetryFact
    from .catalog.records import CallFact, ClientFact, ExternalFact, Fact, LimitFact, ResponseFact
    from .catalog.security import InsecureFact
    from .catalog.surroundings import SleepFact
    from .exceptions.handlers import Handler, failures, handlers_of, known_as
    from .exceptions.hierarchy import is_a, is_subclass
    from .findings import Applicability, Finding, Fix, Import, Related, Severity
    from .fixes.edits import add_argument, after_statement, front, number, replace, unused
    from .fixes.retries import add_words, count_failures, narrow, pause, space
    from .fixes.timeouts import bound, elsewhere_driven, once, rebound, spelled
    from .interp.call_kinds import (
        ClientCall,
        DigestCall,
        InsecureCall,
        LimitCall,
        RetryCall,
        SleepCall,
        SpawnCall,
        TaskCall,
        TokenCall,
    )
    from .interp.calls import Call, Frame, Guard, call_at, explained
    from .interp.kinds import Around, EventKind, FrameKind, Part
    from .interp.values import (
        Argument,
        Arguments,
        Const,
        Function,
        Instance,
        Mapping,
        Ref,
        Response,
        Sequence,
        Unknown,
        Value,
        Within,
        literal,
        options,
    )
    from .policy.effective import Policy
    from .policy.effective import policy as effective_policy
    from .policy.outcome import Outcome
    from .responses.status import chained, raise_after_all, raise_between, read_together, read_unchecked
    from .retries.attempts import built_in, policies
    from .retries.layer import RetryLayer
    from .retries.loops import RetryConstruct, RetryLoop
    from .retries.policies import LIMITED, UNLIMITED, RetryPolicy, layers_of
    from .retries.status_loops import AnyRetry, StatusLoop
    from .syntax.idioms import BROAD, last_name
    from .syntax.text import Edit, Span
    from .syntax.tree import children, dotted, walk
    from .timeouts.client_usage import all_calls_limited, idle, in_transport, own_default, set_later, streamed
    from .timeouts.effective import Limit, leaves, limit, timeout_bounds, timeout_off
    from .timeouts.values import Bound, UnknownBound
    from .trust.switches import (
        about,
        chosen,
        context_of,
        matches,
        protection_argument,
        protection_off,
        rechecked,
        reset,
        secured,
        trusting,
        untapped,
        vouched,
    )

__all__ = [
    "BROAD",
    "LIMITED",
    "UNLIMITED",
    "AnyRetry",
    "Applicability",
    "Argument",
    "Arguments",
    "Around",
    "Bound",
    "Call",
    "CallFact",
    "ClientCall",
    "ClientFact",
    "Const",
    "DigestCall",
    "Edit",
    "EventKind",
    "ExternalFact",
    "Fact",
    "Finding",
    "Fix",
    "Frame",
    "FrameKind",
    "Function",
    "Guard",
    "Handler",
    "Import",
    "InsecureCall",
    "InsecureFact",
    "Instance",
    "Limit",
    "LimitCall",
    "LimitFact",
    "Mapping",
    "Outcome",
    "Param",
    "Part",
    "Policy",
    "Ref",
    "Related",
    "Response",
    "ResponseFact",
    "RetryCall",
    "RetryConstruct",
    "RetryFact",
    "RetryLayer",
    "RetryLoop",
    "RetryPolicy",
    "Sequence",
    "Severity",
    "SleepCall",
    "SleepFact",
    "Span",
    "SpawnCall",
    "StatusLoop",
    "TaskCall",
    "TokenCall",
    "Unknown",
    "UnknownBound",
    "Value",
    "Within",
    "about",
    "add_argument",
    "add_words",
    "after_statement",
    "all_calls_limited",
    "bound",
    "built_in",
    "call_at",
    "chained",
    "children",
    "chosen",
    "context_of",
    "count_failures",
    "dotted",
    "effective_policy",
    "elsewhere_driven",
    "explained",
    "failures",
    "front",
    "handlers_of",
    "idle",
    "in_transport",
    "is_a",
    "is_subclass",
    "known_as",
    "last_name",
    "layers_of",
    "leaves",
    "limit",
    "literal",
    "matches",
    "narrow",
    "number",
    "once",
    "options",
    "own_default",
    "pause",
    "policies",
    "protection_argument",
    "protection_off",
    "raise_after_all",
    "raise_between",
    "read_together",
    "read_unchecked",
    "rebound",
    "rechecked",
    "replace",
    "reset",
    "secured",
    "set_later",
    "space",
    "spelled",
    "streamed",
    "timeout_bounds",
    "timeout_off",
    "trusting",
    "untapped",
    "unused",
    "vouched",
    "walk",
]  # fmt: skip

_MODULES = {
    "catalog.parts": "Param",
    "catalog.policies": "RetryFact",
    "catalog.records": "CallFact ClientFact ExternalFact Fact LimitFact ResponseFact",
    "catalog.security": "InsecureFact",
    "catalog.surroundings": "SleepFact",
    "exceptions.handlers": "Handler handlers_of failures known_as",
    "exceptions.hierarchy": "is_a is_subclass",
    "findings": "Applicability Finding Fix Import Related Severity",
    "fixes.edits": "add_argument after_statement front number replace unused",
    "fixes.retries": "add_words count_failures narrow pause space",
    "fixes.timeouts": "bound elsewhere_driven once rebound spelled",
    "interp.call_kinds": (
        "ClientCall DigestCall InsecureCall LimitCall RetryCall SleepCall SpawnCall TaskCall TokenCall"
    ),
    "interp.calls": "Call Frame Guard call_at explained",
    "interp.kinds": "Around EventKind FrameKind Part",
    "interp.values": (
        "Argument Arguments Const Function Instance Mapping Ref Response Sequence Unknown Value Within literal options"
    ),
    "policy.effective": "Policy effective_policy",
    "policy.outcome": "Outcome",
    "responses.status": "chained raise_after_all raise_between read_together read_unchecked",
    "retries.attempts": "built_in policies",
    "retries.layer": "RetryLayer",
    "retries.loops": "RetryLoop RetryConstruct",
    "retries.policies": "LIMITED UNLIMITED RetryPolicy layers_of",
    "retries.status_loops": "AnyRetry StatusLoop",
    "syntax.idioms": "BROAD last_name",
    "syntax.text": "Edit Span",
    "syntax.tree": "children dotted walk",
    "timeouts.client_usage": "idle in_transport all_calls_limited own_default set_later streamed",
    "timeouts.effective": "Limit leaves limit timeout_bounds timeout_off",
    "timeouts.values": "Bound UnknownBound",
    "trust.switches": (
        "about chosen context_of matches protection_argument protection_off rechecked reset secured trusting "
        "untapped vouched"
    ),
}
"""The names that each module of the kit defines, set apart by blanks."""
_RENAMED = {"effective_policy": "policy"}
"""API names that differ from the name in the module that defines them."""
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Loads a name of the API. Raises AttributeError for any other."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f".{_HOMES[name]}", __name__)
    globals()[name] = found = getattr(module, _RENAMED.get(name, name))
    return found


def __dir__() -> list[str]:
    """Returns the names of the API."""
    return __all__
