"""Handlers for documents. Each converts to offsets, queries the worker, and converts to protocol types."""

from __future__ import annotations

from lsprotocol import types

from . import convert
from .channel.messages import (
    ActionsAnswer,
    ActionsQuestion,
    CompletionAnswer,
    CompletionQuestion,
    FixAllAnswer,
    FixAllQuestion,
    HintsAnswer,
    HintsQuestion,
    HoverAnswer,
    HoverQuestion,
)
from .document import OpenDocument
from .server import ResilintServer


async def did_open(ls: ResilintServer, params: types.DidOpenTextDocumentParams) -> None:
    """Opens a document; ignores those that are neither Python nor settings."""
    item = params.text_document
    if item.language_id.lower() in _LANGUAGES or item.uri.endswith(_ENDINGS):
        ls.open(OpenDocument(item.uri, item.version, item.text, ls.client.encoding))


_LANGUAGES = ("python", "")
_ENDINGS = (".py", ".pyi", "/pyproject.toml", "/resilint.toml")


async def did_change(ls: ResilintServer, params: types.DidChangeTextDocumentParams) -> None:
    """Applies the edits of a document."""
    doc = ls.docs.get(params.text_document.uri)
    if doc is not None:
        doc.version = params.text_document.version
        ls.edit(doc, convert.edits(doc, params.content_changes))


async def did_close(ls: ResilintServer, params: types.DidCloseTextDocumentParams) -> None:
    """Closes a document."""
    ls.close(params.text_document.uri)


async def code_action(ls: ResilintServer, params: types.CodeActionParams) -> list[types.Command | types.CodeAction]:
    """Returns the code actions for the findings in a range."""
    doc = ls.docs.get(params.text_document.uri)
    if doc is None:
        return []
    only = params.context.only
    kinds = None if only is None else tuple(str(getattr(kind, "value", kind)) for kind in only)
    named = convert.named(doc, params.context.diagnostics)
    question = ActionsQuestion(
        doc.uri,
        doc.version,
        convert.span(doc, params.range),
        kinds,
        ls.client.resolve,
        named,
        single=ls.client.applies_all and len(params.context.diagnostics) == 1,
    )
    answer = await ls.request_about(doc, question, ActionsAnswer)
    known = ls.reports.get(doc)
    marks = known.marks if known else ()
    return [convert.code_action(doc, offer, marks, ls.client) for offer in (answer.offers if answer else ())]


async def code_action_resolve(ls: ResilintServer, action: types.CodeAction) -> types.CodeAction:
    """Adds the edits to a code action that was sent without; none if the text has changed since."""
    data = action.data if isinstance(action.data, dict) else {}
    doc = ls.docs.get(str(data.get("uri")))
    if doc is not None and doc.version == data.get("version"):
        rule, unsafe = str(data.get("rule", "")), data.get("unsafe") is True
        answer = await ls.request_about(doc, FixAllQuestion(doc.uri, doc.version, rule, unsafe), FixAllAnswer)
        if answer and answer.edits:
            action.edit = convert.workspace_edit(doc, answer.edits, ls.client, unsafe=unsafe)
    return action


async def hover(ls: ResilintServer, params: types.HoverParams) -> types.Hover | None:
    """Returns the effective policy of a call, or the page of a rule that is named in a comment."""
    doc = ls.docs.get(params.text_document.uri)
    if doc is None or not ls.settings_for().hover:
        return None
    offset = convert.offset(doc, params.position)
    answer = await ls.request_about(doc, HoverQuestion(doc.uri, doc.version, offset), HoverAnswer)
    return convert.hover(doc, answer.hover, ls.client) if answer and answer.hover else None


async def inlay_hint(ls: ResilintServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    """Returns the limits in force where the code states none."""
    doc = ls.docs.get(params.text_document.uri)
    if doc is None or not ls.settings_for().inlay_hints:
        return []
    span = convert.span(doc, params.range)
    answer = await ls.request_about(doc, HintsQuestion(doc.uri, doc.version, span), HintsAnswer)
    return [convert.inlay_hint(doc, hint) for hint in (answer.hints if answer else ())]


async def completion(ls: ResilintServer, params: types.CompletionParams) -> list[types.CompletionItem]:
    """Returns the names of rules in a comment, and the keys and values of settings."""
    doc = ls.docs.get(params.text_document.uri)
    if doc is None:
        return []
    offset = convert.offset(doc, params.position)
    answer = await ls.request_about(doc, CompletionQuestion(doc.uri, doc.version, offset), CompletionAnswer)
    return [convert.completion(doc, item) for item in (answer.items if answer else ())]


def add_features(server: ResilintServer) -> None:
    """Effect: registers the handlers of this module."""
    add = server.feature
    add(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    add(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    add(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    add(types.TEXT_DOCUMENT_CODE_ACTION, _ACTIONS)(code_action)
    add(types.CODE_ACTION_RESOLVE)(code_action_resolve)
    add(types.TEXT_DOCUMENT_HOVER)(hover)
    add(types.TEXT_DOCUMENT_INLAY_HINT)(inlay_hint)
    add(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["[", '"']))(completion)


_ACTIONS = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, "source.fixAll.resilint", "source.fixAll.resilint.unsafe"],
    resolve_provider=True,
)
