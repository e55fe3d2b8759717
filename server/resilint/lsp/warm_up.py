"""Warms up the message converter at start.

It generates code at first use, some 10 ms for each kind of message: a noticeable delay at the first keystrokes.
"""

from __future__ import annotations

import asyncio
import gc
from typing import Any

from lsprotocol import types
from pygls.protocol import JsonRPCResponseMessage

from resilint_rules.kit.syntax.text import Edit, Span

from . import convert
from .capabilities import Client
from .channel.messages import HintText, HoverText, Mark, Offer, RelatedMark
from .document import OpenDocument
from .server import ResilintServer

_URI = "file:///rehearsal.py"
_HERE = {"line": 0, "character": 0}
_RANGE = {"start": _HERE, "end": _HERE}
_DIAGNOSTIC = {"range": _RANGE, "message": "m", "severity": 1, "code": "c", "codeDescription": {"href": _URI}}
_QUESTIONS: dict[str, Any] = {
    types.TEXT_DOCUMENT_DID_OPEN: {"textDocument": {"uri": _URI, "languageId": "python", "version": 1, "text": ""}},
    types.TEXT_DOCUMENT_DID_CHANGE: {
        "textDocument": {"uri": _URI, "version": 1},
        "contentChanges": [{"range": _RANGE, "text": ""}, {"text": ""}],
    },
    types.TEXT_DOCUMENT_DID_SAVE: {"textDocument": {"uri": _URI}},
    types.TEXT_DOCUMENT_DIAGNOSTIC: {"textDocument": {"uri": _URI}},
    types.TEXT_DOCUMENT_CODE_ACTION: {
        "textDocument": {"uri": _URI},
        "range": _RANGE,
        "context": {"diagnostics": [_DIAGNOSTIC], "only": ["quickfix"]},
    },
    types.CODE_ACTION_RESOLVE: {"title": "t", "kind": "quickfix", "diagnostics": [_DIAGNOSTIC], "data": {"a": 1}},
    types.TEXT_DOCUMENT_HOVER: {"textDocument": {"uri": _URI}, "position": _HERE},
    types.TEXT_DOCUMENT_INLAY_HINT: {"textDocument": {"uri": _URI}, "range": _RANGE},
}
_MARK = Mark(Span(0, 0), "c", "r", "error", "m", "", "/p.py", (RelatedMark("m", "", Span(0, 0), 0),))
_OFFER = Offer("t", "quickfix", True, 0, (Edit(0, 0, "x"),))


async def warm_up_converter(ls: ResilintServer) -> None:
    """Reads and writes a sample of each message, with a look at the real ones in between.

    Effect: what is loaded by then is never looked at again by the garbage collector.
    """
    converter = ls.protocol._converter  # noqa: SLF001 - pygls has no other name for it
    for method, params in _QUESTIONS.items():
        message = {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}
        converter.structure(message, types.METHOD_TO_TYPES[method][0])
        await asyncio.sleep(0)
    for answer in _answers():
        converter.unstructure(answer)
        await asyncio.sleep(0)
    gc.freeze()  # a sweep over the protocol's classes takes 40 ms, and finds nothing


def _answers() -> list[Any]:
    doc = OpenDocument(_URI, 1, "", "utf-16")
    both = [Client(related=True, pages=True, tags=True), Client(versioned_edits=True, markdown=True)]
    found = convert.diagnostics(doc, [_MARK], both[0])
    results: list[Any] = [
        types.RelatedFullDocumentDiagnosticReport(found, result_id="r"),
        types.RelatedUnchangedDocumentDiagnosticReport("r"),
        *([convert.code_action(doc, _OFFER, [_MARK], client)] for client in both),
        convert.hover(doc, HoverText(Span(0, 0), "m"), both[1]),
        [convert.inlay_hint(doc, HintText(0, "l", "t"))],
    ]
    published = types.PublishDiagnosticsNotification(types.PublishDiagnosticsParams(_URI, found, 1))
    return [published, *(JsonRPCResponseMessage(0, "2.0", result) for result in results)]
