"""The interpreted functions and statements of a document that hold integration code, for views beside the check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from resilint_rules.kit.prefilter.chunks import relevant
from resilint_rules.kit.prefilter.exports import Exports
from resilint_rules.kit.prefilter.files import MAYBE, NO
from resilint_rules.kit.project.imports import Project
from resilint_rules.kit.project.module import FunctionChunk, Module
from resilint_rules.kit.retries.repeating import asks_again, tries_again
from resilint_rules.kit.syntax.text import Document, Span

from ..config.settings import Settings
from .heavy import affordable

if TYPE_CHECKING:
    from resilint_rules.kit.interp.calls import Frame
    from resilint_rules.kit.interp.session import Session
    from resilint_rules.kit.syntax.outline import Chunk

_DEPTH = 3
"""Functions from a request to the caller that takes its answer apart."""


def frames(
    doc: Document, project: Project, settings: Settings, span: Span | None = None, *, callers: bool = False
) -> Iterator[Frame]:
    """Yields the functions and statements with integration code that touch a span, or all of a document.

    With `callers` those functions, too, that call one of them by its name, or try again what they are given.
    """
    exports = project.derived(Exports)
    level = exports.level_of_document(doc)
    module = project.module(doc)
    if level == NO or (level == MAYBE and not exports.reached(module)):
        return
    chunks, _, known, _ = relevant(module, exports)
    if not chunks:
        return
    from resilint_rules.kit.interp.session import Session
    from resilint_rules.kit.reach.given import GivenClients

    session = Session(project, asdict(settings.timeouts), asdict(settings.patterns))
    session.scope(module).known = known
    GivenClients(session, module)
    yield from _interpreted(session, module, [*chunks, *(_callers(module, chunks) if callers else [])], span)


def _interpreted(
    session: Session, module: Module, wanted: Sequence[FunctionChunk | Chunk], span: Span | None
) -> Iterator[Frame]:
    """The frames of some functions and statements, those that touch a span or all."""
    from resilint_rules.kit.syntax.tree import Misread

    scope = session.scope(module)
    for statement in affordable(module, wanted):
        chunk = statement.chunk if isinstance(statement, FunctionChunk) else statement
        if span is not None and (chunk.end < span.start or span.end < chunk.start):
            continue
        try:
            frame = scope.frame(statement) if isinstance(statement, FunctionChunk) else scope.statement(statement)
            if frame is not None:
                frame.tree.locate()
        except (RecursionError, Misread):
            continue
        if frame is not None:
            yield frame


def _callers(module: Module, chunks: Sequence[FunctionChunk | Chunk]) -> list[FunctionChunk]:
    """The functions of a module that call one of some functions by its name, or one that does; at most three deep.

    Besides, those that try something again: a helper or a decorator may be given one of them.
    """
    known = {id(chunk) for chunk in chunks}
    names = {chunk.name for chunk in chunks if isinstance(chunk, FunctionChunk)}
    found: list[FunctionChunk] = []
    for _ in range(_DEPTH):
        others = [function for function in module.all_functions() if id(function) not in known]
        more = _calling(module, others, names) if names else []
        known.update(map(id, more))
        names = {function.name for function in more}
        found += more
    return [*found, *(function for function in others if _repeats(module.source(function.chunk)))]


def _repeats(source: str) -> bool:
    return tries_again(source) or asks_again(source)


def _calling(module: Module, functions: list[FunctionChunk], names: set[str]) -> list[FunctionChunk]:
    """The functions whose text calls one of some names."""
    called = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\(")
    return [function for function in functions if called.search(module.source(function.chunk), 4) is not None]
