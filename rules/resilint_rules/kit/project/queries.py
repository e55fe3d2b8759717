"""Recorded queries: what others may learn of a module's text, each with the answer that was given.

While a recording is active, every query is stored with its answer. The same queries put to a later text of
the module tell whether what was computed from the answers still holds (`engine/incremental.py`). Answers
contain no offsets, so that a shift of lines changes none of them. A function is identified by its qualified
name, `name#2` for the second of the same name; a chunk by its number in text order.

What is not recorded is the skeleton, the text outside function bodies (`skeleton`, `header`, the names that
`Module` binds): a user who stores a result compares the skeleton as a whole.
"""

from __future__ import annotations

import hashlib
import re
from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from ..syntax.outline import Chunk, Outline
from ..syntax.text import Span
from ..syntax.words import mentioned
from .definitions import FunctionChunk, ImportedName
from .module_text import ModuleText
from .recording import Answer, Query, Recording

_WORD = re.compile(r"\w+")
_MISSING = object()


class RecordedQueries(ModuleText):
    """The recorded queries of a module."""

    __slots__ = (
        "_answers", "_chunk_numbers", "_chunks", "_recording", "outermost",
    )  # fmt: skip

    outline: Outline
    global_writers: dict[str, list[FunctionChunk]]

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._answers: dict[Query, Answer] = {}
        self._recording: Recording | None = None
        self.outermost: Recording | None = None
        """The recording that reaches all others that are active."""
        self._chunks: list[Chunk] = []
        self._chunk_numbers: dict[int, int] | None = None

    # Recording

    @contextmanager
    def recording(self, recording: Recording | None = None) -> Iterator[Recording]:
        """Records the queries of a block; blocks can be nested.

        The queries of an inner block are reached from the outer one, which uses its result.
        """
        outer, self._recording = self._recording, recording if recording is not None else Recording()
        if outer is not None:
            outer.used[self._recording] = None
        else:
            self.outermost = self._recording
        try:
            yield self._recording
        finally:
            self._recording = outer
            if outer is None:
                self.outermost = None

    @property
    def records(self) -> bool:
        """Whether a recording is active."""
        return self._recording is not None

    def use(self, recording: Recording | None) -> None:
        """Records that the active computation uses the result of another one."""
        if self._recording is not None and recording is not None and recording is not self._recording:
            self._recording.used[recording] = None

    def answer(self, query: Query) -> Answer:
        """The answer to a query, found once for this text; it is not recorded."""
        answer = self._answers.get(query, _MISSING)
        if answer is _MISSING:
            kind, *arguments = query
            answer = self._answers[query] = _KINDS[str(kind)](self, *arguments)
        return answer

    def _ask(self, *query: Hashable) -> Any:
        answer = self.answer(query)
        if self._recording is not None:
            self._recording.answers[query] = answer
        return answer

    # Queries about the whole text: about its tokens, whatever stands between them, and not about comments

    def mentions(self, *parts: str) -> bool:
        """Whether the text contains one of some strings."""
        return bool(self._ask("mentions", *parts))

    def mentions_name(self, name: str, but: str = "") -> bool:
        """Whether a name occurs as a word of its own, outside the matches of the regular expression `but`."""
        return bool(self._ask("mentions_name", name, but))

    def search(self, pattern: re.Pattern[str] | str, chunk: Chunk | None = None) -> str | None:
        """The first text that a regular expression matches, in the module or in one chunk; None if there is none."""
        pattern = re.compile(pattern)
        found: str | None = self._ask("search", pattern, *(() if chunk is None else (self._number(chunk),)))
        return found

    def count(self, pattern: re.Pattern[str] | str) -> int:
        """How often a regular expression matches."""
        return int(self._ask("count", re.compile(pattern)))

    def matches(self, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """The first group of every match of a regular expression, in text order."""
        found: tuple[str, ...] = self._ask("matches", pattern)
        return found

    def lines_with(self, part: str) -> tuple[str, ...]:
        """The statements that contain a string, in text order, each on one line."""
        found: tuple[str, ...] = self._ask("lines_with", part)
        return found

    def chunk_with(self, part: str, pattern: re.Pattern[str]) -> bool:
        """Whether one top-level chunk contains both a string and a match of a regular expression."""
        return bool(self._ask("chunk_with", part, pattern))

    def comments_above(self, start: int) -> tuple[str, ...]:
        """The comment lines directly above the chunk that starts at an offset, in text order."""
        found: tuple[str, ...] = self._ask("comments_above", self._numbers()[start])
        return found

    def imported_names(self) -> tuple[ImportedName, ...]:
        """What import statements take anywhere in the text, those of functions included."""
        found: tuple[ImportedName, ...] = self._ask("imported_names")
        return found

    # Queries about functions

    def functions_mentioning(self, name: str, *patterns: re.Pattern[str]) -> tuple[str, ...]:
        """The functions whose body contains a name as a word of its own, and a match of each pattern, in text order."""
        found: tuple[str, ...] = self._ask("functions_mentioning", name, *patterns)
        return found

    def methods_setting(self, attribute: str) -> tuple[str, ...]:
        """The functions that may set an attribute of their object, in text order."""
        found: tuple[str, ...] = self._ask("methods_setting", attribute)
        return found

    def writers_of(self, name: str) -> list[FunctionChunk]:
        """The functions that declare a name global."""
        return self.chosen(self._ask("writers_of", name))

    def source(self, chunk: Chunk) -> str:
        """The text of a chunk; of all but a plain statement its digest is recorded."""
        if chunk.kind != "statement" and self._recording is not None:
            self._ask("source", self._number(chunk))
        return self.text[chunk.start : chunk.end]

    # What is not recorded

    def chosen(self, names: Iterable[str]) -> list[FunctionChunk]:
        """The functions that a query has named."""
        functions = self._by_id()
        return [functions[name] for name in names]

    def header(self, chunk: Chunk) -> str:
        """The text of a function or class before its body, decorators included: a part of the skeleton."""
        return self.text[chunk.start : chunk.body]

    def skeleton(self) -> str:
        """The text outside function bodies, with a NUL for each body."""
        parts: list[str] = []
        position = 0
        for body in self.bodies():
            parts.append(self.text[position : body.start])
            position = body.end
        parts.append(self.text[position:])
        return "\0".join(parts)

    def bodies(self) -> tuple[Span, ...]:
        """Where the bodies of all functions stand, in text order."""
        return tuple(Span(candidate.chunk.body, candidate.chunk.end) for candidate in self._by_id().values())

    @property
    @abstractmethod
    def mentioned(self) -> dict[str, list[ImportedName]]:
        """What import statements bind anywhere in the text."""

    def _numbers(self) -> dict[int, int]:
        """The number of the chunk that starts at an offset."""
        if self._chunk_numbers is None:
            self._chunk_numbers = {}
            stack = list(reversed(self.outline.chunks))
            while stack:
                chunk = stack.pop()
                self._chunk_numbers[chunk.start] = len(self._chunks)
                self._chunks.append(chunk)
                stack.extend(reversed(chunk.children))
        return self._chunk_numbers

    def _number(self, chunk: Chunk) -> int:
        return self._numbers()[chunk.start]

    def chunk(self, number: int) -> Chunk:
        self._numbers()
        return self._chunks[number]


class ResultRecordings:
    """What the results of computations about a module rely on, by kind and key, while that is recorded."""

    __slots__ = ("_found", "_module")

    def __init__(self, module: RecordedQueries) -> None:
        self._module = module
        self._found: dict[tuple[str, object], Recording] = {}

    def record(self, kind: str, key: object) -> AbstractContextManager[object]:
        """Records what the computation of a result relies on, if that is recorded at all."""
        return self._recording((kind, key)) if self._module.records else nullcontext()

    @contextmanager
    def _recording(self, key: tuple[str, object]) -> Iterator[None]:
        with self._module.recording() as recording:
            self._found[key] = recording
            try:
                yield
            finally:
                self._found[key] = recording  # the same may have been computed inside

    def use(self, kind: str, key: object) -> None:
        """Records that a result is used that was found before, or is being found."""
        if self._module.records:
            self._module.use(self._found.get((kind, key)))

    def clear(self) -> None:
        """Forgets them."""
        self._found.clear()


def _mentions(module: RecordedQueries, *parts: str) -> bool:
    return any(all(word in module.text for word in _WORD.findall(part)) and part in module.flat for part in parts)


def _mentions_name(module: RecordedQueries, name: str, but: str) -> bool:
    if not mentioned(name, module.text):
        return False
    return mentioned(name, re.sub(but, "", module.flat, flags=re.MULTILINE) if but else module.flat)


def _search(module: RecordedQueries, pattern: re.Pattern[str], number: int | None = None) -> str | None:
    if number is None:
        found = pattern.search(module.flat)
    else:
        chunk = module.chunk(number)
        function = module.function_in(chunk)
        if function is not None:  # without a look at all the others
            found = pattern.search(module.flat_function(function))
        else:
            found = pattern.search(module.flat, chunk.start, chunk.end)
    return found.group() if found is not None else None


def _count(module: RecordedQueries, pattern: re.Pattern[str]) -> int:
    return sum(1 for _ in pattern.finditer(module.flat))


def _matches(module: RecordedQueries, pattern: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(match.group(1) for match in pattern.finditer(module.flat))


def _lines_with(module: RecordedQueries, part: str) -> tuple[str, ...]:
    text = module.flat
    found: list[str] = []
    at = text.find(part)
    while at >= 0:
        end = text.find("\n", at)
        end = end if end >= 0 else len(text)
        found.append(text[text.rfind("\n", 0, at) + 1 : end].rstrip())
        at = text.find(part, end)
    return tuple(found)


def _chunk_with(module: RecordedQueries, part: str, pattern: re.Pattern[str]) -> bool:
    chunks, text = module.outline.chunks, module.flat
    at = text.find(part)
    while at >= 0:
        number = bisect_right(chunks, at, key=lambda chunk: chunk.start) - 1
        if number >= 0 and at + len(part) <= chunks[number].end:
            if pattern.search(text, chunks[number].start, chunks[number].end):
                return True
            at = text.find(part, chunks[number].end)
        else:
            at = text.find(part, at + 1)
    return False


def _comments_above(module: RecordedQueries, number: int) -> tuple[str, ...]:
    text, end = module.text, module.chunk(number).start
    found: list[str] = []
    while end:
        start = text.rfind("\n", 0, end - 1) + 1
        line = text[start:end]
        if not line.lstrip().startswith("#"):
            break
        found.append(line.removesuffix("\n"))
        end = start
    return tuple(reversed(found))


def _imported_names(module: RecordedQueries) -> tuple[ImportedName, ...]:
    return tuple(target for targets in module.mentioned.values() for target in targets)


def _functions_mentioning(module: RecordedQueries, name: str, *patterns: re.Pattern[str]) -> tuple[str, ...]:
    found: list[str] = []
    for function in module.bodies_with(name):
        body = module.flat_body(function)
        if mentioned(name, body) and all(pattern.search(body) for pattern in patterns):
            found.append(module.name_of(function))
    return tuple(found)


def _methods_setting(module: RecordedQueries, attribute: str) -> tuple[str, ...]:
    methods = [function for function in module.bodies_with(attribute) if function.owner is not None]
    return tuple(module.name_of(method) for method in methods if attribute in module.attributes_set(method))


def _writers_of(module: RecordedQueries, name: str) -> tuple[str, ...]:
    return tuple(module.name_of(function) for function in module.global_writers.get(name, ()))


def _source(module: RecordedQueries, number: int) -> str:
    chunk = module.chunk(number)
    text = module.text[chunk.start : chunk.end]
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


_KINDS: dict[str, Callable[..., Answer]] = {
    "mentions": _mentions,
    "mentions_name": _mentions_name,
    "search": _search,
    "count": _count,
    "matches": _matches,
    "lines_with": _lines_with,
    "chunk_with": _chunk_with,
    "comments_above": _comments_above,
    "imported_names": _imported_names,
    "functions_mentioning": _functions_mentioning,
    "methods_setting": _methods_setting,
    "writers_of": _writers_of,
    "source": _source,
}
