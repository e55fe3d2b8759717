"""Conversion between offsets and protocol types, in one place.

Nothing else in `lsp` knows that the protocol counts lines from zero and characters in units that the
editor has chosen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from lsprotocol import types
from pygls import uris

from resilint_rules.kit.syntax.text import Edit, Span

from .capabilities import Client
from .channel.messages import Completion, HintText, HoverText, LensText, Mark, Named, Offer
from .document import OpenDocument

_SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
    "hint": types.DiagnosticSeverity.Hint,
}

SOURCE = "resilint"
UNUSED = "unused-ignore"
_UNSAFE = "resilint-unsafe"
"""The annotation of edits that a person should look at."""


def path(uri: str) -> str:
    """The absolute path of a file's uri, "" if it names no file."""
    if not uri.startswith("file:"):
        return ""
    found = uris.to_fs_path(uri) or ""
    return "" if "\0" in found else found


def uri(path: str) -> str:
    """The uri of an absolute path."""
    return uris.from_fs_path(path) or ""


def offset(doc: OpenDocument, position: types.Position) -> int:
    """A position as an offset; one that lies outside becomes the nearest that does not."""
    return doc.offset(position.line, position.character)


def span(doc: OpenDocument, place: types.Range) -> Span:
    """A range as offsets; one that is the wrong way round is empty."""
    start = offset(doc, place.start)
    return Span(start, max(start, offset(doc, place.end)))


def range_of(doc: OpenDocument, start: int, end: int) -> types.Range:
    """Offsets as a range."""
    return types.Range(position(doc, start), position(doc, end))


def position(doc: OpenDocument, offset: int) -> types.Position:
    """An offset as a position."""
    line, character = doc.position(offset)
    return types.Position(line, character)


def edits(doc: OpenDocument, changes: Sequence[types.TextDocumentContentChangeEvent]) -> list[Edit]:
    """What an editor changed, as edits, each for the text that the ones before it have left.

    Effect: they are applied to `doc` on the way.
    """
    done: list[Edit] = []
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            edit = doc.edit(*span(doc, change.range), change.text)
        else:
            edit = doc.edit(0, len(doc.text), change.text)
        doc.replace(edit)
        done.append(edit)
    return done


def diagnostics(doc: OpenDocument, marks: Iterable[Mark], client: Client) -> list[types.Diagnostic]:
    """Findings as an editor shows them."""
    return [diagnostic(doc, mark, client) for mark in marks]


def diagnostic(doc: OpenDocument, mark: Mark, client: Client) -> types.Diagnostic:
    """A finding as an editor shows it, with what this editor can show of it."""
    text = f"{mark.message}\n{mark.help}" if mark.help else mark.message
    unused = mark.rule == UNUSED and client.tags
    return types.Diagnostic(
        range=range_of(doc, *mark.span),
        message=text,
        severity=_SEVERITIES[mark.severity],
        code=mark.rule,
        code_description=types.CodeDescription(uri(mark.page)) if client.pages and mark.page else None,
        source=SOURCE,
        tags=[types.DiagnosticTag.Unnecessary] if unused else None,
        related_information=_related(doc, mark) if client.related and mark.related else None,
    )


def _related(doc: OpenDocument, mark: Mark) -> list[types.DiagnosticRelatedInformation]:
    found = []
    for other in mark.related:
        if other.path:
            start = types.Position(max(0, other.row - 1), 0)
            place = types.Location(uri(other.path), types.Range(start, start))
        else:
            place = types.Location(doc.uri, range_of(doc, *other.span))
        found.append(types.DiagnosticRelatedInformation(place, other.message))
    return found


def result_id(marks: Iterable[Mark]) -> str:
    """The same for the same findings in the same places."""
    return hashlib.blake2b(json.dumps(list(marks)).encode(), digest_size=12).hexdigest()


def named(doc: OpenDocument, diagnostics: Iterable[types.Diagnostic]) -> tuple[Named, ...]:
    """The findings that an editor names by what it was sent: some ask about a place without the place itself."""
    ours = (known for known in diagnostics if known.source == SOURCE)
    return tuple(Named(span(doc, known.range), str(known.code)) for known in ours)


def workspace_edit(
    doc: OpenDocument, changes: Iterable[Edit], client: Client, *, unsafe: bool = False
) -> types.WorkspaceEdit:
    """Edits for the version of the text that they were made for, where the editor can check that.

    `unsafe`: the editor shows them before it applies them, where it can.
    """
    texts = {
        part: [types.TextEdit(range_of(part, start, end), new) for start, end, new in inside]
        for part, inside in doc.divided(changes)
    }
    if not client.versioned_edits:
        return types.WorkspaceEdit(changes={part.uri: edits for part, edits in texts.items()})
    names = {
        part: types.OptionalVersionedTextDocumentIdentifier(part.uri, part.version if part.version >= 0 else None)
        for part in texts
    }
    if not unsafe or not client.annotates:
        return types.WorkspaceEdit(
            document_changes=[types.TextDocumentEdit(names[part], [*edits]) for part, edits in texts.items()]
        )
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                names[part], [types.AnnotatedTextEdit(_UNSAFE, edit.range, edit.new_text) for edit in edits]
            )
            for part, edits in texts.items()
        ],
        change_annotations={
            _UNSAFE: types.ChangeAnnotation(
                label="Unsafe fixes", needs_confirmation=True, description="The code may act differently on a failure"
            )
        },
    )


def code_action(
    doc: OpenDocument,
    offer: Offer,
    marks: Sequence[Mark],
    client: Client,
) -> types.CodeAction | None:
    """An offer of the worker as a code action. One without edits says how to resolve it.

    None for one that a notebook cannot take: its edits go beyond cells.
    """
    if offer.edits is not None and not offer.file and not doc.divided(offer.edits):
        return None
    return types.CodeAction(
        title=offer.title,
        kind=offer.kind,
        diagnostics=[diagnostic(doc, marks[offer.mark], client)] if 0 <= offer.mark < len(marks) else None,
        is_preferred=True if offer.preferred and client.preferred else None,
        edit=None
        if offer.edits is None
        else workspace_edit(_target(doc, offer), offer.edits, client, unsafe=offer.unsafe),
        data={"uri": doc.uri, "version": doc.version, "rule": offer.rule, "unsafe": offer.unsafe}
        if offer.edits is None
        else None,
    )


def _target(doc: OpenDocument, offer: Offer) -> OpenDocument:
    """The document that an offer edits: another file is as it was read, whatever its version."""
    return OpenDocument(uri(offer.file), -1, offer.text, doc.encoding) if offer.file else doc


def hover(doc: OpenDocument, text: HoverText, client: Client) -> types.Hover:
    """What an editor displays beside a span; as plain text where it knows no Markdown."""
    kind = types.MarkupKind.Markdown if client.markdown else types.MarkupKind.PlainText
    content = text.markdown if client.markdown else plain(text.markdown)
    return types.Hover(types.MarkupContent(kind, content), range_of(doc, *text.span))


def completion(doc: OpenDocument, item: Completion) -> types.CompletionItem:
    """A word that may be typed."""
    return types.CompletionItem(
        label=item.label,
        kind=types.CompletionItemKind.Value,
        detail=item.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, item.about) if item.about else None,
        text_edit=types.TextEdit(range_of(doc, *item.span), item.insert),
        filter_text=item.insert,
    )


def inlay_hint(doc: OpenDocument, hint: HintText) -> types.InlayHint:
    """A few grey words."""
    return types.InlayHint(
        position=position(doc, hint.offset),
        label=hint.label,
        kind=types.InlayHintKind.Parameter,
        tooltip=types.MarkupContent(types.MarkupKind.Markdown, hint.tooltip) if hint.tooltip else None,
        padding_left=True,
    )


def code_lens(doc: OpenDocument, lens: LensText, command: str) -> types.CodeLens:
    """A line of its own above a function; a click explains the function."""
    place = range_of(doc, *lens.span)
    return types.CodeLens(place, types.Command(lens.title, command, arguments=[doc.uri, place.start.line]))


def plain(markdown: str) -> str:
    """Markdown without its marks."""
    lines = (line for line in markdown.split("\n") if not line.startswith("```"))
    bare = (line.lstrip("# ") if line.startswith("#") else line for line in lines)
    return "\n".join(bare).replace("**", "").replace("`", "")
