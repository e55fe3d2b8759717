"""pytest-lsp with what VS Code, Neovim and Emacs say of themselves: each gets what it can show."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities, make_test_lsp_client

from clients.wire import PATIENCE, command, environment

TEXT = "é = '😀'; SLOW\nx = SLOW\ny = SAFE\n"
PROFILES = ["visual-studio-code", "neovim", "neovim@v0.7.0", "emacs"]


async def _start(profile: str, folder: Path) -> tuple[LanguageClient, types.ServerCapabilities]:
    """A client that says what the editor says, and what the server promised it."""
    (folder / "pyproject.toml").touch()
    config = ClientServerConfig(server_command=command(), client_factory=make_test_lsp_client, server_env=environment())
    client = await config.start()
    capabilities = client_capabilities(profile)
    params = types.InitializeParams(
        capabilities=capabilities,
        workspace_folders=[types.WorkspaceFolder(folder.as_uri(), folder.name)],
    )
    result = await client.initialize_session(params)
    assert isinstance(client, LanguageClient)
    return client, result.capabilities


async def _findings(client: LanguageClient, promised: types.ServerCapabilities, uri: str) -> list[types.Diagnostic]:
    """However this client comes by them."""
    if promised.diagnostic_provider is None:
        while uri not in client.diagnostics:
            await asyncio.wait_for(client.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS), PATIENCE)
        return list(client.diagnostics[uri])
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri))
    report = await client.text_document_diagnostic_async(params)
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    assert uri not in client.diagnostics
    return list(report.items)


def _apply(encoding: str, text: str, edit: types.WorkspaceEdit) -> str:
    """An edit in this client's units, applied with the standard library's codecs."""
    changes = [e for change in edit.document_changes or () for e in change.edits]  # type: ignore[union-attr]
    changes = changes or [e for edits in (edit.changes or {}).values() for e in edits]
    codec, size = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[encoding]
    lines = text.split("\n")

    def offset(at: types.Position) -> int:
        row = lines[at.line].encode(codec)[: at.character * size].decode(codec)
        return sum(len(line) + 1 for line in lines[: at.line]) + len(row)

    for change in sorted(changes, key=lambda e: offset(e.range.start), reverse=True):
        text = text[: offset(change.range.start)] + change.new_text + text[offset(change.range.end) :]
    return text


@pytest.mark.asyncio
@pytest.mark.parametrize("profile", PROFILES)
async def test_each_editor_gets_findings_and_fixes_in_its_own_way(profile: str, tmp_path: Path) -> None:
    """Push or pull, its units, edits up front or resolved, a hover it can show."""
    client, promised = await _start(profile, tmp_path)
    uri = (tmp_path / "a.py").as_uri()
    item = types.TextDocumentItem(uri, "python", 1, TEXT)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    found = await _findings(client, promised, uri)
    assert [f.code for f in found] == ["no-timeout", "no-timeout", "unsound"]

    params = types.CodeActionParams(
        types.TextDocumentIdentifier(uri), found[0].range, types.CodeActionContext(diagnostics=[found[0]])
    )
    actions = [a for a in await client.text_document_code_action_async(params) or () if isinstance(a, types.CodeAction)]
    encoding = types.PositionEncodingKind(promised.position_encoding or "utf-16").value
    after = {}
    for action in actions:
        resolves = client.capabilities.text_document.code_action.resolve_support  # type: ignore[union-attr]
        if action.edit is None:
            assert resolves is not None, "this client never resolves"
            action = await client.code_action_resolve_async(action)
        assert action.edit is not None
        after[action.title] = _apply(encoding, TEXT, action.edit)
    assert after["Make it FAST (unsafe)"] == "é = '😀'; FAST\nx = SLOW\ny = SAFE\n"
    assert after["Fix all no-timeout in this file (unsafe)"] == "é = '😀'; FAST\nx = FAST\ny = SAFE\n"
    assert after["Fix all that is safe in this file"] == "é = '😀'; SLOW\nx = SLOW\ny = sound\n"

    place = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(1, 5))
    hover = await client.text_document_hover_async(place)
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    assert "on a hang" in hover.contents.value
    await client.shutdown_session()
