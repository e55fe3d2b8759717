"""The API of rules: a rule imports these names from `..kit`, and nothing else of the kit.

`rules/README.md` says which of them answers which question. A name is loaded when it is used first, because the
start-up imports parts of the kit and must not load the parser.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .catalog.parts import Param as Param
    from .catalog.parts import RedisLock as RedisLock
    from .catalog.policies import RetryFact as RetryFact
    from .catalog.records import CallFact as CallFact
    from .catalog.records import ClientFact as ClientFact
    from .catalog.records import ExternalFact as ExternalFact
    from .catalog.records import Fact as Fact
    from .catalog.records import LimitFact as LimitFact
    from .catalog.records import ResponseFact as ResponseFact
    from .catalog.security import InsecureFact as InsecureFact
    from .catalog.surroundings import ScopeFact as ScopeFact
    from .catalog.surroundings import SleepFact as SleepFact
    from .effects.callees import is_iterated as is_iterated
    from .effects.paths import path_of as path_of
    from .effects.paths import path_to as path_to
    from .effects.paths import places_of as places_of
    from .effects.records import EffectSummary as EffectSummary
    from .effects.records import ReachedCall as ReachedCall
    from .effects.store import effects_of as effects_of
    from .effects.transactions import transaction_around as transaction_around
    from .effects.transactions import transaction_at as transaction_at
    from .effects.transactions import transaction_of_caller as transaction_of_caller
    from .effects.waiting import awaited_calls as awaited_calls
    from .effects.waiting import reaches_peer as reaches_peer
    from .effects.waiting import waits as waits
    from .entry_points.entry import EntryKind as EntryKind
    from .entry_points.entry import entry_point as entry_point
    from .exceptions.handlers import Handler as Handler
    from .exceptions.handlers import failures as failures
    from .exceptions.handlers import handlers_of as handlers_of
    from .exceptions.handlers import known_as as known_as
    from .exceptions.hierarchy import is_a as is_a
    from .exceptions.hierarchy import is_subclass as is_subclass
    from .findings import Applicability as Applicability
    from .findings import Finding as Finding
    from .findings import Fix as Fix
    from .findings import Import as Import
    from .findings import Related as Related
    from .findings import Severity as Severity
    from .fixes.edits import add_argument as add_argument
    from .fixes.edits import after_statement as after_statement
    from .fixes.edits import front as front
    from .fixes.edits import number as number
    from .fixes.edits import replace as replace
    from .fixes.edits import unused as unused
    from .fixes.idempotency_keys import fresh_key as fresh_key
    from .fixes.idempotency_keys import made_before as made_before
    from .fixes.loops.gates import let_out as let_out
    from .fixes.retries import add_words as add_words
    from .fixes.retries import bounded as bounded
    from .fixes.retries import count_failures as count_failures
    from .fixes.retries import is_given as is_given
    from .fixes.retries import narrow as narrow
    from .fixes.retries import pause as pause
    from .fixes.retries import space as space
    from .fixes.timeouts import bound as bound
    from .fixes.timeouts import elsewhere_driven as elsewhere_driven
    from .fixes.timeouts import end_silence as end_silence
    from .fixes.timeouts import once as once
    from .fixes.timeouts import rebound as rebound
    from .fixes.timeouts import spelled as spelled
    from .interp.call_kinds import BlockCall as BlockCall
    from .interp.call_kinds import ClientCall as ClientCall
    from .interp.call_kinds import DigestCall as DigestCall
    from .interp.call_kinds import GlobalCall as GlobalCall
    from .interp.call_kinds import InsecureCall as InsecureCall
    from .interp.call_kinds import LimitCall as LimitCall
    from .interp.call_kinds import RetryCall as RetryCall
    from .interp.call_kinds import SleepCall as SleepCall
    from .interp.call_kinds import SpawnCall as SpawnCall
    from .interp.call_kinds import TaskCall as TaskCall
    from .interp.call_kinds import TokenCall as TokenCall
    from .interp.call_kinds import VerifyCall as VerifyCall
    from .interp.call_kinds import WrappedCall as WrappedCall
    from .interp.calls import Call as Call
    from .interp.calls import Frame as Frame
    from .interp.calls import Guard as Guard
    from .interp.calls import call_at as call_at
    from .interp.calls import explained as explained
    from .interp.kinds import Around as Around
    from .interp.kinds import EventKind as EventKind
    from .interp.kinds import FrameKind as FrameKind
    from .interp.kinds import Part as Part
    from .interp.values import Argument as Argument
    from .interp.values import Arguments as Arguments
    from .interp.values import Const as Const
    from .interp.values import Function as Function
    from .interp.values import Instance as Instance
    from .interp.values import Mapping as Mapping
    from .interp.values import Ref as Ref
    from .interp.values import Response as Response
    from .interp.values import Sequence as Sequence
    from .interp.values import Unknown as Unknown
    from .interp.values import Value as Value
    from .interp.values import Within as Within
    from .interp.values import literal as literal
    from .interp.values import options as options
    from .policy.effective import Policy as Policy
    from .policy.effective import policy as _policy
    from .policy.outcome import Outcome as Outcome
    from .reach.addresses import is_local as is_local
    from .reach.addresses import stays_here as stays_here
    from .responses.in_band import is_body_unread as is_body_unread
    from .responses.in_band import raise_where as raise_where
    from .responses.late_checks import check_first as check_first
    from .responses.late_checks import check_status as check_status
    from .responses.late_checks import is_discarded as is_discarded
    from .responses.late_checks import parsed_early as parsed_early
    from .responses.late_checks import parsed_error as parsed_error
    from .responses.refusals import gives_refusals as gives_refusals
    from .responses.sinks import raise_at_readers as raise_at_readers
    from .responses.sinks import readers as readers
    from .responses.status import chained as chained
    from .responses.status import how_given_back as how_given_back
    from .responses.status import is_given_back_unchecked as is_given_back_unchecked
    from .responses.status import raise_after_all as raise_after_all
    from .responses.status import raise_before_giving_back as raise_before_giving_back
    from .responses.status import raise_between as raise_between
    from .responses.status import read_together as read_together
    from .responses.status import read_unchecked as read_unchecked
    from .responses.status import seen_in_part as seen_in_part
    from .retries.attempts import built_in as built_in
    from .retries.attempts import policies as policies
    from .retries.consume_loops import ConsumeLoop as ConsumeLoop
    from .retries.counters import counts_by_hand as counts_by_hand
    from .retries.layer import RetryLayer as RetryLayer
    from .retries.layer import seconds as _seconds
    from .retries.loops import RetryConstruct as RetryConstruct
    from .retries.loops import RetryLoop as RetryLoop
    from .retries.policies import LIMITED as LIMITED
    from .retries.policies import UNLIMITED as UNLIMITED
    from .retries.policies import RetryPolicy as RetryPolicy
    from .retries.policies import layers_of as layers_of
    from .retries.status_loops import AnyRetry as AnyRetry
    from .retries.status_loops import StatusLoop as StatusLoop
    from .syntax.idioms import BROAD as BROAD
    from .syntax.idioms import calls_in as calls_in
    from .syntax.idioms import last_name as last_name
    from .syntax.text import Edit as Edit
    from .syntax.text import Span as Span
    from .syntax.tree import children as children
    from .syntax.tree import dotted as dotted
    from .syntax.tree import walk as walk
    from .timeouts.client_usage import all_calls_limited as all_calls_limited
    from .timeouts.client_usage import idle as idle
    from .timeouts.client_usage import in_transport as in_transport
    from .timeouts.client_usage import own_default as own_default
    from .timeouts.client_usage import set_later as set_later
    from .timeouts.client_usage import streamed as streamed
    from .timeouts.client_usage import takes_whole_answers as takes_whole_answers
    from .timeouts.drivers import open_driver as open_driver
    from .timeouts.effective import Limit as Limit
    from .timeouts.effective import connects_late as connects_late
    from .timeouts.effective import enclosing as enclosing
    from .timeouts.effective import leaves as leaves
    from .timeouts.effective import limit as limit
    from .timeouts.effective import timeout_bounds as timeout_bounds
    from .timeouts.effective import timeout_off as timeout_off
    from .timeouts.streams import HALF_AN_HOUR as HALF_AN_HOUR
    from .timeouts.streams import silent_for_one_answer as silent_for_one_answer
    from .timeouts.streams import total_alone as total_alone
    from .timeouts.values import Bound as Bound
    from .timeouts.values import UnknownBound as UnknownBound
    from .trust.switches import about as about
    from .trust.switches import chosen as chosen
    from .trust.switches import context_of as context_of
    from .trust.switches import matches as matches
    from .trust.switches import protection_argument as protection_argument
    from .trust.switches import protection_off as protection_off
    from .trust.switches import rechecked as rechecked
    from .trust.switches import reset as reset
    from .trust.switches import secured as secured
    from .trust.switches import trusting as trusting
    from .trust.switches import untapped as untapped
    from .trust.switches import vouched as vouched

    effective_policy = _policy
    in_seconds = _seconds

_MODULES = {
    "catalog.parts": "Param RedisLock",
    "catalog.policies": "RetryFact",
    "catalog.records": "CallFact ClientFact ExternalFact Fact LimitFact ResponseFact",
    "catalog.security": "InsecureFact",
    "catalog.surroundings": "ScopeFact SleepFact",
    "entry_points.entry": "EntryKind entry_point",
    "effects.callees": "is_iterated",
    "effects.paths": "path_of path_to places_of",
    "effects.records": "EffectSummary ReachedCall",
    "effects.store": "effects_of",
    "effects.transactions": "transaction_around transaction_at transaction_of_caller",
    "effects.waiting": "awaited_calls reaches_peer waits",
    "exceptions.handlers": "Handler handlers_of failures known_as",
    "exceptions.hierarchy": "is_a is_subclass",
    "findings": "Applicability Finding Fix Import Related Severity",
    "fixes.edits": "add_argument after_statement front number replace unused",
    "fixes.idempotency_keys": "fresh_key made_before",
    "fixes.loops.gates": "let_out",
    "fixes.retries": "add_words bounded is_given count_failures narrow pause space",
    "fixes.timeouts": "bound elsewhere_driven end_silence once rebound spelled",
    "interp.call_kinds": (
        "BlockCall ClientCall DigestCall GlobalCall InsecureCall LimitCall RetryCall SleepCall SpawnCall TaskCall "
        "TokenCall VerifyCall WrappedCall"
    ),
    "interp.calls": "Call Frame Guard call_at explained",
    "interp.kinds": "Around EventKind FrameKind Part",
    "interp.values": (
        "Argument Arguments Const Function Instance Mapping Ref Response Sequence Unknown Value Within literal options"
    ),
    "policy.effective": "Policy effective_policy",
    "policy.outcome": "Outcome",
    "reach.addresses": "is_local stays_here",
    "responses.in_band": "is_body_unread raise_where",
    "responses.late_checks": "check_first check_status is_discarded parsed_early parsed_error",
    "responses.refusals": "gives_refusals",
    "responses.sinks": "raise_at_readers readers",
    "responses.status": (
        "chained how_given_back is_given_back_unchecked raise_after_all raise_before_giving_back raise_between "
        "read_together read_unchecked seen_in_part"
    ),
    "retries.attempts": "built_in policies",
    "retries.consume_loops": "ConsumeLoop",
    "retries.counters": "counts_by_hand",
    "retries.layer": "RetryLayer in_seconds",
    "retries.loops": "RetryLoop RetryConstruct",
    "retries.policies": "LIMITED UNLIMITED RetryPolicy layers_of",
    "retries.status_loops": "AnyRetry StatusLoop",
    "syntax.idioms": "BROAD calls_in last_name",
    "syntax.text": "Edit Span",
    "syntax.tree": "children dotted walk",
    "timeouts.client_usage": ("idle in_transport all_calls_limited own_default set_later streamed takes_whole_answers"),
    "timeouts.drivers": "open_driver",
    "timeouts.effective": "Limit connects_late enclosing leaves limit timeout_bounds timeout_off",
    "timeouts.streams": "HALF_AN_HOUR silent_for_one_answer total_alone",
    "timeouts.values": "Bound UnknownBound",
    "trust.switches": (
        "about chosen context_of matches protection_argument protection_off rechecked reset secured trusting "
        "untapped vouched"
    ),
}
"""The names that each module of the kit defines, set apart by blanks: the same as in the imports above.

Type checkers do not follow `__getattr__`, and a rule must load no module that it does not use, so there are two lists.
An import `as` the same name exports it, which makes a third, `__all__`, unnecessary.
"""
_RENAMED = {"effective_policy": "policy", "in_seconds": "seconds"}
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
    return sorted(_HOMES)
