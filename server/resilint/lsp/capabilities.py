"""The capabilities of the editor, and its settings for resilint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from lsprotocol import types

from resilint_rules.kit.syntax.text import Encoding

_ENCODINGS = ("utf-8", "utf-16", "utf-32")


@dataclass(frozen=True, slots=True)
class Client:
    """The capabilities of an editor that affect what it is sent."""

    encoding: Encoding = "utf-16"
    pull: bool = False
    refresh: bool = False
    refresh_hints: bool = False
    refresh_lenses: bool = False
    related: bool = False
    pages: bool = False
    tags: bool = False
    resolve: bool = False
    resolves: bool = False
    versioned_edits: bool = False
    annotates: bool = False
    preferred: bool = False
    markdown: bool = False
    configuration: bool = False
    watch: bool = False
    watch_configuration: bool = False
    progress: bool = False

    @property
    def applies_all(self) -> bool:
        """Whether it is one of those that apply every action they get for a finding, as Kate does."""
        return not self.preferred and not self.resolves

    @staticmethod
    def read(announced: types.ClientCapabilities) -> Client:
        """Reads the capabilities that the editor announces in `initialize`."""
        text = announced.text_document or types.TextDocumentClientCapabilities()
        space = announced.workspace or types.WorkspaceClientCapabilities()
        window = announced.window or types.WindowClientCapabilities()
        related, pages, tags = _parts_of_diagnostics(text)
        action = text.code_action or types.CodeActionClientCapabilities()
        lazily = action.resolve_support.properties if action.resolve_support else ()
        formats = _hover_formats(text)
        versioned, annotates = _edits(space.workspace_edit)
        watched = space.did_change_watched_files
        configured = space.did_change_configuration
        return Client(
            encoding=_encoding(announced),
            pull=text.diagnostic is not None,
            refresh=_refreshes(space.diagnostics),
            refresh_hints=_refreshes(space.inlay_hint),
            refresh_lenses=_refreshes(space.code_lens),
            related=related,
            pages=pages,
            tags=tags,
            resolve="edit" in lazily,
            resolves=bool(lazily),
            versioned_edits=versioned,
            annotates=annotates,
            preferred=bool(action.is_preferred_support),
            markdown=types.MarkupKind.Markdown in formats,
            configuration=bool(space.configuration),
            watch=bool(watched and watched.dynamic_registration),
            watch_configuration=bool(configured and configured.dynamic_registration),
            progress=bool(window.work_done_progress),
        )


def _refreshes(
    announced: types.DiagnosticWorkspaceClientCapabilities
    | types.InlayHintWorkspaceClientCapabilities
    | types.CodeLensWorkspaceClientCapabilities
    | None,
) -> bool:
    """Whether an editor can be requested to fetch something again."""
    return bool(announced and announced.refresh_support)


def _parts_of_diagnostics(announced: types.TextDocumentClientCapabilities) -> tuple[bool, bool, bool]:
    """Whether diagnostics may have related places, a link to a page, and tags."""
    published = announced.publish_diagnostics or types.PublishDiagnosticsClientCapabilities()
    # Editors that pull announce it under `diagnostic`; some only in the older place.
    pulled = announced.diagnostic or types.DiagnosticClientCapabilities()
    return (
        bool(published.related_information or pulled.related_information),
        bool(published.code_description_support or pulled.code_description_support),
        bool(published.tag_support or pulled.tag_support),
    )


def _hover_formats(announced: types.TextDocumentClientCapabilities) -> Sequence[types.MarkupKind]:
    """What a hover may be written in."""
    return (announced.hover.content_format if announced.hover else None) or ()


def _edits(announced: types.WorkspaceEditClientCapabilities | None) -> tuple[bool, bool]:
    """Whether edits may name a version, and whether they may have annotations."""
    versioned = bool(announced and announced.document_changes)
    return versioned, bool(versioned and announced and announced.change_annotation_support)


def _encoding(announced: types.ClientCapabilities) -> Encoding:
    offered = (announced.general and announced.general.position_encodings) or ()
    for encoding in offered:
        name = getattr(encoding, "value", encoding)
        if name in _ENCODINGS:
            return cast("Encoding", name)
    return "utf-16"


_SWITCHES = ("enable", "hover", "inlay-hints", "code-lens", "workspace-diagnostics")
_FOR_THE_EDITOR = ("path", "trace", "trace.server")
"""Settings in the section `resilint` that only the extension uses."""


@dataclass(frozen=True, slots=True)
class EditorSettings:
    """The editor's settings for resilint. `given` overrides the project's settings and has the same keys."""

    enable: bool = True
    hover: bool = True
    inlay_hints: bool = True
    code_lens: bool = False
    workspace_diagnostics: bool = False
    given: Mapping[str, object] = field(default_factory=dict)

    @staticmethod
    def read(raw: object) -> EditorSettings:
        """Reads `initializationOptions` or the section `resilint`; unknown values are ignored.

        Keys may be in kebab or in camel case. `{"resilint": {...}}` and `{"settings": {...}}`, which some
        editors send, mean the same as `{...}`.
        """
        for wrapping in ("settings", "resilint"):
            if isinstance(raw, Mapping) and isinstance(raw.get(wrapping), Mapping):
                raw = raw[wrapping]
        if not isinstance(raw, Mapping):
            return EditorSettings()
        words = {_kebab(str(key)): value for key, value in raw.items()}
        return EditorSettings(
            enable=_flag(words, "enable", True),
            hover=_flag(words, "hover", True),
            inlay_hints=_flag(words, "inlay-hints", True),
            code_lens=_flag(words, "code-lens", False),
            workspace_diagnostics=_flag(words, "workspace-diagnostics", False),
            given={
                key: value
                for key, value in words.items()
                if key not in _SWITCHES and key not in _FOR_THE_EDITOR and value is not None
            },
        )


def _kebab(word: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in word)


def _flag(words: Mapping[str, object], key: str, otherwise: bool) -> bool:
    """Returns a boolean setting; accepts `{"enable": bool}`, too, which VS Code makes of `resilint.hover.enable`."""
    value = words.get(key)
    if isinstance(value, Mapping):
        value = value.get("enable")
    return value if isinstance(value, bool) else otherwise
