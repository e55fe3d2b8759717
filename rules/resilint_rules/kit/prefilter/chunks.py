"""Which chunks of a module can matter: those that mention integration code, or something it was put into."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import chain
from typing import NamedTuple

from ...catalog.index import METHODS, THROUGH
from ...rule_table import RULES
from ..project.module import FunctionChunk, Module
from ..syntax.layout import GAP
from ..syntax.outline import Chunk
from ..syntax.words import is_phrase, phrases, stands
from .acting import acting
from .assigned import annotated_parameters
from .exports import Exports
from .marking import taint
from .mentions import acts, docstring_span
from .own_code.asking import Asking
from .own_code.decorators import repeating_decorators
from .own_code.secret_comparisons import comparing
from .own_code.unawaited import Coroutines
from .reach import Reach, named_near, reaching
from .receiving import receiving
from .summaries import ExportSummary
from .taint import Taint
from .usage import asks
from .wrapping import wrapping

_RULE_WORDS = sorted({word.lower() for row in RULES for word in row.words})
_PHRASES = frozenset(filter(is_phrase, _RULE_WORDS))
"""Of these the words that may be written on several lines, or with blanks: `gather(*`, `verify=false`."""
_ALONE = {word.lower() for row in RULES for word in row.words if not row.beside}
_BESIDE = {
    word: tuple(sorted({other for row in RULES if word in {own.lower() for own in row.words} for other in row.beside}))
    for word in _RULE_WORDS if word not in _ALONE
}  # fmt: skip
"""What has to stand beside a word, for those that are not enough alone."""
_IN_COROUTINES = sorted({word for row in RULES for word in row.coroutine_words})
_EVERY_METHOD = frozenset(name for candidate in METHODS.values() for name in candidate)
_THROUGH = sorted({f".{method}" for methods in THROUGH.values() for method in methods})
_KEPT_LOOP = re.compile(
    rf"\bself{GAP}\.{GAP}\w*loop{GAP}\.{GAP}(?:{'|'.join(name.removeprefix('.') for name in _THROUGH)}){GAP}\("
)
"""What is done with an event loop that an object keeps."""
_TAKEN = re.compile(r"(?:=|[\w\])]\(|[\[{,]|\b(?:await|return|yield)\b)[ \t]*\Z")
"""What stands right before a call whose value goes somewhere."""
_OWN_CALL = re.compile(rf"\b(?:self|super{GAP}\({GAP}\)){GAP}\.{GAP}(\w+){GAP}\(")
_PLAIN_CALL = re.compile(rf"(?:(?<![\w.])|\b(?:self|cls){GAP}\.{GAP})(\w+){GAP}\(")


class Relevant(NamedTuple):
    """The chunks of a module that can matter, and what of it may hold a client."""

    chunks: list[FunctionChunk | Chunk]
    """Functions and statements, in order of the text."""
    callers: dict[int, set[str]]
    """Of these, by start, coroutines that matter only if a plain function that they call waits: its name is here."""
    summary: ExportSummary
    mentioned: bool
    """Whether the text has anything at all that can matter: if not, it is not cut into chunks."""


def relevant(module: Module, exports: Exports, *, follow: bool = False) -> Relevant:
    """Returns the functions and statements to interpret, and what may hold a client.

    With `follow`, names that lead to integration code in other functions are known whatever the text is about.
    """
    search = taint(module, exports, full=True)
    words, in_coroutines = _words(module.text), _coroutine_words(module.text)
    unawaited = exports.project.derived(Coroutines).of(module)
    search.summary.unawaited = unawaited.words
    search.summary.wrapping = wrapping(search, frozenset(search.summary.brought))
    marks = (search.mentions.offsets, search.followed.offsets, search.loops.offsets, words, unawaited.offsets)
    mentioned = any(marks) or bool(in_coroutines)
    found = _pieces(search, words, in_coroutines) if mentioned else {}
    _add_receiving(search, found)
    comparisons = dict(comparing(module))
    asking = module.derived(Asking)
    near = asking.near()
    far = follow or near or asking.far()
    near = near and mentioned
    calling = _calling_through(search, mentioned, follow=follow, far=far, near=near) if far or near else []
    callers = _callers(search, found) if found else {}
    for function in calling:  # whatever the functions that it calls do themselves
        callers.pop(function.chunk.start, None)
        found.setdefault(function.chunk.start, function)
    found.update(repeating_decorators(module, found.values()))
    chunks = _in_order({**found, **{start: item for start, (item, _) in callers.items()}, **comparisons})
    names = {start: called for start, (_, called) in callers.items() if start not in comparisons}
    return Relevant(chunks, names, search.summary, mentioned or bool(calling or comparisons))


def _add_receiving(search: Taint, found: dict[int, FunctionChunk | Chunk]) -> None:
    """Effect: adds the functions that may do something with a client that the module's calls give them."""
    if found:
        received = receiving(search, _methods(search))
        search.summary.receiving = received.names
        for function in received.using:
            found.setdefault(function.chunk.start, function)


def _in_order(by_start: dict[int, FunctionChunk | Chunk]) -> list[FunctionChunk | Chunk]:
    return [by_start[start] for start in sorted(by_start)]


def _calling_through(search: Taint, mentioned: bool, *, follow: bool, far: bool, near: bool) -> list[FunctionChunk]:
    """Functions of which it matters whether they reach integration code by functions of this module.

    With `far` by those of other modules, too, which cost more to find; with `near` also by coroutines of this one.
    """
    module = search.module
    only = None if follow or module.derived(Asking).far() else named_near(module)
    leads = search.project.derived(Reach).leads(module, only=only) if far else {}
    own = acting(search, coroutines=near) if mentioned else frozenset()
    found = reaching(module, own, leads, coroutines=near)
    search.summary.reaching_functions = frozenset(found.functions)
    search.summary.giving = frozenset(found.giving)
    search.summary.reaching = found.names if found.callers or follow else frozenset()
    return found.callers


def _words(text: str) -> list[str]:
    """Words in any case by which a rule knows a chunk of text that is for it."""
    lowered = text.lower()
    return [word for word in _RULE_WORDS if word in lowered or (word in _PHRASES and stands(word, lowered))]


def _places_of(words: list[str], lowered: str) -> list[int]:
    """Where some of the rules' words stand, in order."""
    found: list[int] = []
    for word in words:
        if word in _PHRASES:
            found.extend(phrases(word, lowered))
            continue
        at = lowered.find(word)
        while at >= 0:
            found.append(at)
            at = lowered.find(word, at + 1)
    return sorted(found)


def _holds(places: list[int], start: int, end: int) -> bool:
    """Whether one of some places, which are in order, lies in a range."""
    return bisect_left(places, start) < bisect_left(places, end)


class _WordPlaces:
    """Where the words of rules stand in a text."""

    def __init__(self, text: str, words: list[str]) -> None:
        self._lowered = text.lower() if words else ""
        self._alone = _places_of([word for word in words if word in _ALONE], self._lowered)
        self._beside = [(_places_of([word], self._lowered), _BESIDE[word]) for word in words if word not in _ALONE]

    def within(self, start: int, end: int) -> bool:
        """Whether a word stands in a range, with one of those beside it that it needs."""
        if _holds(self._alone, start, end):
            return True
        found = (others for places, others in self._beside if _holds(places, start, end))
        return any(stands(word, self._lowered, start, end) for others in found for word in others)


def _coroutine_words(text: str) -> list[str]:
    """Words by which a rule knows a coroutine that is for it."""
    return [word for word in _IN_COROUTINES if stands(word, text)] if "async" in text else []


def _pieces(search: Taint, words: list[str], in_coroutines: list[str]) -> dict[int, FunctionChunk | Chunk]:
    """The chunks that match, by start."""
    module, text, mentions, followed = search.module, search.text, search.mentions, search.followed
    for_rules = _WordPlaces(text, words)
    unawaited = search.project.derived(Coroutines).of(module)
    kept_loop = bool(search.loops.offsets) and _KEPT_LOOP.search(text) is not None
    methods = _methods(search)

    def idle(chunk: Chunk, at: int) -> bool:
        """Whether a mention is of a sleep outside any coroutine, or of a task whose handle is kept."""
        if at in search.sleeps.ends:
            return text.find("async", chunk.start, chunk.end) < 0
        return at in search.spawns.ends and _TAKEN.search(text, text.rfind("\n", 0, at) + 1, at) is not None

    def matters(chunk: Chunk) -> bool:
        start, end = chunk.start, chunk.end
        if unawaited.within(start, end) or for_rules.within(start, end):
            return True
        if chunk.is_async and any(stands(word, text, start, end) for word in in_coroutines):
            return True
        docstring = docstring_span(text, chunk)
        if any(acts(text, at, docstring) and not idle(chunk, at) for at, _ in mentions.inside(start, end)):
            return True
        if kept_loop and _KEPT_LOOP.search(text, start, end):
            return True
        if search.loops.within(start, end) and any(stands(word, text, start, end) for word in _THROUGH):
            return True
        found = [candidate for candidate in followed.inside(start, end) if acts(text, candidate[0], docstring)]
        names = search.locals_of(chunk) if found else set()
        if chunk.kind == "function":
            names |= annotated_parameters(text, chunk, search.types)
        return bool(found or names) and asks(text, found, names, max(start, docstring[1]), end, methods)

    def overrides(function: FunctionChunk) -> bool:
        """Whether a method of a class that is a client itself calls what each such class may change."""
        heir = function.owner is not None and function.owner.name in search.summary.classes
        calls = _OWN_CALL.finditer(text, function.chunk.body, function.chunk.end) if heir else ()
        return any(match.group(1) in _EVERY_METHOD or match.group(1) in search.summary.brought for match in calls)

    functions = [method for method in module.all_functions() if matters(method.chunk) or overrides(method)]
    inside_classes = (chunk for cls in module.all_classes() for chunk in cls.statements)
    statements = [chunk for chunk in chain(module.statements, inside_classes) if matters(chunk)]
    return {**{method.chunk.start: method for method in functions}, **{chunk.start: chunk for chunk in statements}}


def _methods(search: Taint) -> frozenset[str]:
    """What may be done with a module's clients that can matter: to one of its own, whatever that does itself."""
    found = {name for library in search.summary.libraries for name in METHODS.get(library, ("*",))}
    found |= search.summary.brought
    heirs = search.summary.classes
    found.update(name for cls in search.module.all_classes() if cls.name in heirs for name in cls.methods)
    return frozenset(found)


def _callers(search: Taint, found: dict[int, FunctionChunk | Chunk]) -> dict[int, tuple[FunctionChunk, set[str]]]:
    """Coroutines that call a plain function of this module that matters: its calls are theirs, too."""
    text = search.text
    waiting = [function for function in search.module.all_functions() if function.chunk.is_async]
    plain = search.summary.called_by_coroutines
    if waiting:
        plain.update(
            chunk.name for chunk in found.values() if isinstance(chunk, FunctionChunk) and not chunk.chunk.is_async
        )
    callers: dict[int, tuple[FunctionChunk, set[str]]] = {}
    for coroutine in waiting if plain else ():
        body = coroutine.chunk
        if body.start not in found:
            called = {call.group(1) for call in _PLAIN_CALL.finditer(text, body.body, body.end)}
            if not called.isdisjoint(plain):
                callers[body.start] = (coroutine, called & plain)
    return callers
