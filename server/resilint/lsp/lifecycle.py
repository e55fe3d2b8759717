"""Handlers for the lifecycle of a session: initialization, settings, folders and files."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable

from lsprotocol import types

from . import convert
from .capabilities import Client, EditorSettings
from .protocol import Protocol
from .pull import announce_pull
from .server import ResilintServer
from .supervision.ended import wait_for_end
from .warm_up import warm_up_converter

log = logging.getLogger(__name__)

_SETTINGS_FILES = (
    "pyproject.toml",
    "resilint.toml",
    ".resilint-baseline.json",
    ".gitignore",
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "pylock.*.toml",
    "Pipfile.lock",
    "requirements*.txt",
)
"""Files that affect the findings in other files."""

_CODE_FILES = ("*.py", "*.pyi")

_SECTION = "resilint"


async def initialize(ls: ResilintServer, params: types.InitializeParams) -> None:
    """Stores the editor's capabilities, the open folders and the initial settings."""
    ls.client = Client.read(params.capabilities)
    ls.editor_settings[""] = EditorSettings.read(params.initialization_options)
    folders = [folder.uri for folder in params.workspace_folders or ()]
    if not folders and params.root_uri:
        folders = [params.root_uri]
    elif not folders and params.root_path:
        folders = [convert.uri(params.root_path)]
    ls.folders = dict.fromkeys(folders, "")
    if params.process_id is not None:
        ls.run_in_background(_leave_with(ls, params.process_id))
    if ls.client.pull:
        announce_pull(ls)


async def _leave_with(ls: ResilintServer, editor: int) -> None:
    """Ends the session when the editor's process has ended: other processes may hold the pipe open."""
    await wait_for_end(editor)
    log.warning("the editor's process %d is not there any longer: the server ends", editor)
    assert isinstance(ls.protocol, Protocol)
    ls.protocol.leave()


async def initialized(ls: ResilintServer, params: types.InitializedParams) -> None:
    """Starts the worker; requests settings and change notifications from the editor."""
    ls.run_in_background(ls.analysis.run())
    ls.run_in_background(warm_up_converter(ls))
    ls.run_in_background(_register(ls))
    if ls.client.configuration:
        ls.run_in_background(_fetch_settings(ls))


async def did_change_configuration(ls: ResilintServer, params: types.DidChangeConfigurationParams) -> None:
    """Applies changed settings; fetches them from an editor that supports it."""
    if ls.client.configuration:
        ls.run_in_background(_fetch_settings(ls))
    elif params.settings is not None:
        ls.editor_settings = {"": EditorSettings.read(params.settings)}
        _apply_settings(ls)


async def did_change_workspace_folders(ls: ResilintServer, params: types.DidChangeWorkspaceFoldersParams) -> None:
    """Updates the open folders."""
    for folder in params.event.removed:
        ls.folders.pop(folder.uri, None)
        ls.editor_settings.pop(folder.uri, None)
    for folder in params.event.added:
        ls.folders[folder.uri] = ""
    ls.configure()
    if ls.client.configuration:
        ls.run_in_background(_fetch_settings(ls))


async def did_change_watched_files(ls: ResilintServer, params: types.DidChangeWatchedFilesParams) -> None:
    """Passes on that files have changed on disk."""
    _files_changed(ls, (change.uri for change in params.changes))


async def did_save(ls: ResilintServer, params: types.DidSaveTextDocumentParams) -> None:
    """Treats a save as a file change for editors that watch no files: it may be a settings file."""
    if not ls.client.watch:
        _files_changed(ls, [params.text_document.uri])


async def did_create_files(ls: ResilintServer, params: types.CreateFilesParams) -> None:
    """Passes on that files were created."""
    _files_changed(ls, (file.uri for file in params.files))


async def did_delete_files(ls: ResilintServer, params: types.DeleteFilesParams) -> None:
    """Passes on that files or folders were deleted."""
    _files_changed(ls, (file.uri for file in params.files))


async def did_rename_files(ls: ResilintServer, params: types.RenameFilesParams) -> None:
    """Passes on that files or folders were renamed."""
    _files_changed(ls, (uri for file in params.files for uri in (file.old_uri, file.new_uri)))


def _files_changed(ls: ResilintServer, uris: Iterable[str]) -> None:
    paths = [os.path.normpath(path) for uri in uris if (path := convert.path(uri))]
    settings = any(not path.endswith((".py", ".pyi", ".ipynb")) for path in paths)
    if paths:
        ls.files_changed(paths, settings=settings)


def _apply_settings(ls: ResilintServer) -> None:
    ls.configure()
    ls.refresh_hints()
    ls.refresh_lenses(switched=True)


async def _fetch_settings(ls: ResilintServer) -> None:
    """Fetches the editor's settings, in general and for every folder."""
    folders = [*ls.folders]
    items = [types.ConfigurationItem(section=_SECTION)]
    items += [types.ConfigurationItem(scope_uri=uri, section=_SECTION) for uri in folders]
    answers = await ls.workspace_configuration_async(types.ConfigurationParams(items))
    fetched = [EditorSettings.read(answer) for answer in answers or ()]
    if len(fetched) == len(items):
        by_folder = dict(zip(["", *folders], fetched, strict=True))
        if any(answer for answer in answers) and by_folder != ls.editor_settings:
            ls.editor_settings = by_folder
            _apply_settings(ls)


async def _register(ls: ResilintServer) -> None:
    """Requests notifications of changes. Effect: registrations in the editor, where it offers them."""
    wanted: list[types.Registration] = []
    if ls.client.watch:
        watchers = [types.FileSystemWatcher(glob_pattern=f"**/{name}") for name in (*_SETTINGS_FILES, *_CODE_FILES)]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
        wanted.append(
            types.Registration(
                id="resilint-files", method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES, register_options=options
            )
        )
    if ls.client.watch_configuration:
        wanted.append(
            types.Registration(
                id="resilint-settings",
                method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
                register_options={"section": _SECTION},
            )
        )
    if wanted:
        await ls.client_register_capability_async(types.RegistrationParams(wanted))


def add_lifecycle(server: ResilintServer) -> None:
    """Effect: registers the handlers of this module."""
    add = server.feature
    files = types.FileOperationRegistrationOptions(
        filters=[
            types.FileOperationFilter(types.FileOperationPattern(glob="**/*.{py,pyi}"), scheme="file"),
            types.FileOperationFilter(
                types.FileOperationPattern(glob="**", matches=types.FileOperationPatternKind.Folder),
                scheme="file",
            ),
        ]
    )
    add(types.INITIALIZE)(initialize)
    add(types.INITIALIZED)(initialized)
    add(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(did_change_configuration)
    add(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(did_change_workspace_folders)
    add(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(did_change_watched_files)
    add(types.TEXT_DOCUMENT_DID_SAVE)(did_save)
    add(types.WORKSPACE_DID_CREATE_FILES, files)(did_create_files)
    add(types.WORKSPACE_DID_DELETE_FILES, files)(did_delete_files)
    add(types.WORKSPACE_DID_RENAME_FILES, files)(did_rename_files)
