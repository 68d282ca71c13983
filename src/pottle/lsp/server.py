"""`pottle lint` in an editor: a language server on standard input and output (LSP 3.17)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from pottle import __version__
from pottle.lint import registry
from pottle.lsp.actions import FIX_ALL, Actions, at, diagnostics
from pottle.lsp.documents import Document, Documents, Examined
from pottle.lsp.positions import Places

_PAUSE = 0.2
"""Seconds without a key before what was typed is checked."""
_WATCHED = "**/{pyproject.toml,*.lock,Pipfile,requirements*.txt,.python-version,.dockerignore,*Dockerfile*,*ontainerfile*,*compose*.y*ml}"
"""What decides about findings besides the file itself."""


class Server:
    """One editor's."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.connection = LanguageServer("pottle", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self._documents = Documents(environ)
        self._examined: dict[str, Examined] = {}
        self._one = asyncio.Lock()
        self._waiting: asyncio.Task[None] | None = None
        self._said: set[str] = set()
        self._on(types.INITIALIZED, self._initialized)
        self._on(types.TEXT_DOCUMENT_DID_OPEN, self._opened)
        self._on(types.TEXT_DOCUMENT_DID_CHANGE, self._changed)
        self._on(types.TEXT_DOCUMENT_DID_SAVE, self._saved)
        self._on(types.TEXT_DOCUMENT_DID_CLOSE, self._closed)
        self._on(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self._files_changed)
        self._on(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, self._folders_changed)
        self._on(types.TEXT_DOCUMENT_HOVER, self._hover)
        offered = types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL])
        self._on(types.TEXT_DOCUMENT_CODE_ACTION, self._actions, offered)

    def _on(self, feature: str, does: Callable[[Any], Awaitable[object]], options: object = None) -> None:
        """Pygls marks what it is given, and methods cannot be marked."""

        async def called(params: Any) -> object:
            return await does(params)

        self.connection.feature(feature, options)(called)

    # --- what the editor tells ------------------------------------------------------------------------

    async def _initialized(self, _: types.InitializedParams) -> None:
        await self._folders_changed()
        watching = self.connection.client_capabilities.workspace
        files = watching.did_change_watched_files if watching is not None else None
        if files is not None and files.dynamic_registration:
            options = types.DidChangeWatchedFilesRegistrationOptions([types.FileSystemWatcher(_WATCHED)])
            asked = types.Registration("pottle-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            await self.connection.client_register_capability_async(types.RegistrationParams([asked]))

    async def _folders_changed(self, _: object = None) -> None:
        folders = (uris.to_fs_path(uri) for uri in self.connection.workspace.folders)
        self._documents.folders = tuple(Path(folder) for folder in folders if folder is not None)

    async def _opened(self, params: types.DidOpenTextDocumentParams) -> None:
        opened = params.text_document
        self._put(opened.uri, opened.language_id, opened.version, opened.text, pause=0)

    async def _changed(self, params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        text = self.connection.workspace.get_text_document(uri).source
        self._put(uri, "", params.text_document.version, text, pause=_PAUSE)

    async def _saved(self, params: types.DidSaveTextDocumentParams) -> None:  # noqa: ARG002 - every open file may depend on it
        self._check_soon(0)

    async def _files_changed(self, params: types.DidChangeWatchedFilesParams) -> None:  # noqa: ARG002
        self._check_soon(_PAUSE)

    async def _closed(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        if self._documents.closed(uri):
            self._examined.pop(uri, None)
            self.connection.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
            self._check_soon(_PAUSE)

    def _put(self, uri: str, language: str, version: int, text: str, *, pause: float) -> None:
        path = uris.to_fs_path(uri) if uri.startswith("file:") else None
        if self._documents.opened(uri, Path(path) if path is not None else None, language, version, text) is not None:
            self._check_soon(pause)

    # --- diagnostics ----------------------------------------------------------------------------------

    def _check_soon(self, pause: float) -> None:
        """Check every open file: one may decide about another."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = asyncio.get_running_loop().create_task(self._check(pause))

    async def _check(self, pause: float) -> None:
        await asyncio.sleep(pause)
        for document in self._documents.all:
            examined = await self._examine(document)
            if self._documents.get(document.uri) is not document or examined is None:
                continue  # it says something else by now
            told = diagnostics(examined, self._places(document))
            self.connection.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(document.uri, told, document.version)
            )

    async def _examine(self, document: Document) -> Examined | None:
        """What is found in it; None after a bug of ours, which is told and stops nothing."""
        async with self._one:
            try:
                examined = await asyncio.to_thread(self._documents.examine, document)
            except Exception as error:
                logging.getLogger(__name__).exception("checking %s", document.uri)
                self._say(f"pottle: a bug, please report it: {type(error).__name__}: {error}")
                return None
        self._examined[document.uri] = examined
        for complaint in self._documents.complaints:
            self._say(f"pottle: {complaint}")
        return examined

    def _say(self, message: str) -> None:
        """Once: an editor checks again at every key."""
        if message not in self._said:
            self._said.add(message)
            self.connection.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))

    # --- what the editor asks -------------------------------------------------------------------------

    async def _current(self, uri: str) -> Examined | None:
        """What is found in a document as it is now."""
        document = self._documents.get(uri)
        known = self._examined.get(uri)
        if document is None or (known is not None and known.document is document):
            return known if document is not None else None
        return await self._examine(document)

    async def _actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        examined = await self._current(params.text_document.uri)
        if examined is None:
            return []
        places = self._places(examined.document)
        workspace = self.connection.client_capabilities.workspace
        edits = workspace.workspace_edit if workspace is not None else None
        creates = edits is not None and types.ResourceOperationKind.Create in (edits.resource_operations or ())
        actions = Actions(self._documents, examined, places, self._encoding, creates=creates)
        found = at(examined, places.span(params.range))
        return await asyncio.to_thread(actions.of, found, params.context)

    async def _hover(self, params: types.HoverParams) -> types.Hover | None:
        examined = await self._current(params.text_document.uri)
        if examined is None:
            return None
        places = self._places(examined.document)
        offset = places.offset(params.position)
        found = [
            each
            for each in examined.checked.diagnostics
            if each.span.start <= offset < max(each.span.end, each.span.start + 1)
        ]
        pages = {
            each.rule: f"**{each.rule}** · {each.severity}, {each.category}\n\n{registry.page(each.rule)}"
            for each in found
        }
        if not pages:
            return None
        text = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(pages.values()))
        return types.Hover(text, places.range(found[0].span))

    @property
    def _encoding(self) -> str:
        agreed = self.connection.workspace.position_encoding
        return types.PositionEncodingKind(agreed).value if agreed is not None else "utf-16"

    def _places(self, document: Document) -> Places:
        return Places(document.text, self._encoding)


def serve(environ: Mapping[str, str]) -> None:
    """Until the editor ends it, or goes."""
    Server(environ).connection.start_io()
