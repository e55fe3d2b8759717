"""Handlers for documents. Each converts to offsets, queries the worker, and converts to protocol types."""

from __future__ import annotations

import os
from typing import Any

from lsprotocol import types

from ..run.own_process import Done, run_command
from . import convert
from .channel.messages import (
    AboutAnswer,
    AboutQuestion,
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
    LensesAnswer,
    LensesQuestion,
)
from .document import OpenDocument
from .notebooks.cells import OpenNotebook
from .server import ResilintServer


async def did_open(ls: ResilintServer, params: types.DidOpenTextDocumentParams) -> None:
    """Opens a document; ignores those that are neither Python nor settings."""
    item = params.text_document
    if item.language_id.lower() in _LANGUAGES or item.uri.endswith(_ENDINGS):
        ls.open(OpenDocument(item.uri, item.version, item.text, ls.client.encoding))


RECORD = "resilint.recordBaseline"
SHOW = "resilint.showExplanation"
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


async def did_open_notebook(ls: ResilintServer, params: types.DidOpenNotebookDocumentParams) -> None:
    """Opens a notebook as one document."""
    about = params.notebook_document
    notebook = OpenNotebook(about.uri, ls.client.encoding)
    notebook.cells = [*about.cells]
    notebook.take(params.cell_text_documents)
    notebook.compose()
    ls.notebooks[about.uri] = notebook
    ls.open(notebook.doc)


async def did_change_notebook(ls: ResilintServer, params: types.DidChangeNotebookDocumentParams) -> None:
    """Applies what has changed of a notebook's cells and their texts."""
    notebook = ls.notebooks.get(params.notebook_document.uri)
    if notebook is None or params.change.cells is None:
        return
    ls.close_cells(notebook.change(params.change.cells))
    edit = notebook.compose()
    if edit is not None:
        ls.edit(notebook.doc, [edit])


async def did_close_notebook(ls: ResilintServer, params: types.DidCloseNotebookDocumentParams) -> None:
    """Closes a notebook with its cells."""
    notebook = ls.notebooks.pop(params.notebook_document.uri, None)
    if notebook is not None:
        ls.close(notebook.doc.uri)
        ls.close_cells(notebook.texts)


async def code_action(ls: ResilintServer, params: types.CodeActionParams) -> list[types.Command | types.CodeAction]:
    """Returns the code actions for the findings in a range."""
    found = ls.find(params.text_document.uri)
    if found is None:
        return []
    doc, view = found
    only = params.context.only
    kinds = None if only is None else tuple(str(getattr(kind, "value", kind)) for kind in only)
    named = convert.named(view, params.context.diagnostics)
    question = ActionsQuestion(
        doc.uri,
        doc.version,
        convert.span(view, params.range),
        kinds,
        ls.client.resolve,
        named,
        single=ls.client.applies_all and len(params.context.diagnostics) == 1,
    )
    answer = await ls.request_about(doc, question, ActionsAnswer)
    known = ls.reports.get(doc)
    marks = known.marks if known else ()
    actions: list[types.Command | types.CodeAction] = [
        action
        for offer in (answer.offers if answer else ())
        if (action := convert.code_action(view, offer, marks, ls.client)) is not None
    ]
    saving = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    wanted = kinds is not None and bool({"source", _RECORDING}.intersection(kinds))
    if marks and wanted and not saving and convert.path(doc.uri):
        title = "Record all findings of the project as known"
        actions.append(types.CodeAction(title, _RECORDING, command=types.Command(title, RECORD, arguments=[doc.uri])))
    return actions


async def code_action_resolve(ls: ResilintServer, action: types.CodeAction) -> types.CodeAction:
    """Adds the edits to a code action that was sent without; none if the text has changed since."""
    data = action.data if isinstance(action.data, dict) else {}
    found = ls.find(str(data.get("uri")))
    if found is not None and found[1].version == data.get("version"):
        doc, view = found
        rule, unsafe = str(data.get("rule", "")), data.get("unsafe") is True
        answer = await ls.request_about(doc, FixAllQuestion(doc.uri, doc.version, rule, unsafe), FixAllAnswer)
        if answer and answer.edits:
            action.edit = convert.workspace_edit(view, answer.edits, ls.client, unsafe=unsafe)
    return action


async def hover(ls: ResilintServer, params: types.HoverParams) -> types.Hover | None:
    """Returns the effective policy of a call, or the page of a rule that is named in a comment."""
    found = ls.find(params.text_document.uri)
    if found is None or not ls.settings_for().hover:
        return None
    doc, view = found
    offset = convert.offset(view, params.position)
    answer = await ls.request_about(doc, HoverQuestion(doc.uri, doc.version, offset), HoverAnswer)
    return convert.hover(view, answer.hover, ls.client) if answer and answer.hover else None


async def explain(ls: ResilintServer, uri: str, line: int, *_: object) -> str:
    """The command `resilint.explain`: what happens at the external calls on a line of a document, from 0."""
    found = ls.find(str(uri))
    if found is None or not isinstance(line, int):
        return ""
    doc, view = found
    question = HoverQuestion(doc.uri, doc.version, view.offset(line, 0), whole=True)
    answer = await ls.request_about(doc, question, HoverAnswer)
    return answer.hover.markdown if answer and answer.hover else ""


async def inlay_hint(ls: ResilintServer, params: types.InlayHintParams) -> list[types.InlayHint]:
    """Returns the limits in force where the code states none."""
    found = ls.find(params.text_document.uri)
    if found is None or not ls.settings_for().inlay_hints:
        return []
    doc, view = found
    span = convert.span(view, params.range)
    answer = await ls.request_about(doc, HintsQuestion(doc.uri, doc.version, span), HintsAnswer)
    return [convert.inlay_hint(view, hint) for hint in (answer.hints if answer else ())]


async def code_lens(ls: ResilintServer, params: types.CodeLensParams) -> list[types.CodeLens]:
    """Returns what functions lead to, if the editor's settings want that."""
    found = ls.find(params.text_document.uri)
    if found is None or not ls.settings_for().code_lens:
        return []
    doc, view = found
    answer = await ls.request_about(doc, LensesQuestion(doc.uri, doc.version), LensesAnswer)
    here = (lens for lens in (answer.lenses if answer else ()) if view.holds(lens.span))
    return [convert.code_lens(view, lens, SHOW) for lens in here]


async def show_explanation(ls: ResilintServer, uri: str, line: int, *_: object) -> None:
    """The command of a code lens: shows what `resilint.explain` returns. The extension does it in its own way."""
    text = await explain(ls, uri, line)
    if text:
        ls.window_show_message(types.ShowMessageParams(types.MessageType.Info, text))


async def about(ls: ResilintServer, uri: str, *_: object) -> dict[str, Any] | None:
    """The command `resilint.about`: which settings hold for a document, and how many rules are on; None if unknown."""
    found = ls.find(str(uri))
    if found is None:
        return None
    doc = found[0]
    known = await ls.request_about(doc, AboutQuestion(doc.uri, doc.version), AboutAnswer)
    if known is None:
        return None
    return {
        "root": known.root,
        "source": known.source,
        "profile": known.profile,
        "preview": known.preview,
        "rules": known.rules,
    }


async def record_baseline(ls: ResilintServer, uri: str, *_: object) -> str:
    """The command `resilint.recordBaseline`: records what is found in a document's project today.

    Returns, and shows, what was done. Effect: writes the file.
    """
    known = await about(ls, uri)
    if known is None or not known["root"]:
        return ""
    try:
        done = await run_command("baseline", "--", known["root"])
    except (OSError, TimeoutError) as error:
        done = Done("", f"resilint: the baseline was not recorded: {error or 'it took too long'}", 2)
    said = (done.printed if done.status == 0 else done.said or done.printed).strip()
    kind = types.MessageType.Warning if done.status else types.MessageType.Info
    ls.window_show_message(types.ShowMessageParams(kind, said if said.startswith("resilint") else f"resilint: {said}"))
    ls.files_changed([os.path.join(known["root"], ".resilint-baseline.json")], settings=True)
    return said


async def completion(ls: ResilintServer, params: types.CompletionParams) -> list[types.CompletionItem]:
    """Returns the names of rules in a comment, and the keys and values of settings."""
    found = ls.find(params.text_document.uri)
    if found is None:
        return []
    doc, view = found
    offset = convert.offset(view, params.position)
    answer = await ls.request_about(doc, CompletionQuestion(doc.uri, doc.version, offset), CompletionAnswer)
    return [convert.completion(view, item) for item in (answer.items if answer else ())]


def add_features(server: ResilintServer) -> None:
    """Effect: registers the handlers of this module."""
    add = server.feature
    add(types.TEXT_DOCUMENT_DID_OPEN)(did_open)
    add(types.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    add(types.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    add(types.NOTEBOOK_DOCUMENT_DID_OPEN)(did_open_notebook)
    add(types.NOTEBOOK_DOCUMENT_DID_CHANGE)(did_change_notebook)
    add(types.NOTEBOOK_DOCUMENT_DID_CLOSE)(did_close_notebook)
    add(types.TEXT_DOCUMENT_CODE_ACTION, _ACTIONS)(code_action)
    add(types.CODE_ACTION_RESOLVE)(code_action_resolve)
    add(types.TEXT_DOCUMENT_HOVER)(hover)
    add(types.TEXT_DOCUMENT_INLAY_HINT)(inlay_hint)
    add(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions())(code_lens)
    server.command("resilint.explain")(explain)
    server.command(SHOW)(show_explanation)
    server.command("resilint.about")(about)
    server.command(RECORD)(record_baseline)
    add(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["[", '"']))(completion)


_RECORDING = "source.recordBaseline.resilint"
_ACTIONS = types.CodeActionOptions(
    code_action_kinds=[
        types.CodeActionKind.QuickFix,
        "source.fixAll.resilint",
        "source.fixAll.resilint.unsafe",
        "refactor.rewrite.resilint",
        _RECORDING,
    ],
    resolve_provider=True,
)
