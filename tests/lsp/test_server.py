"""`pottle lsp`, started as an editor starts it and asked as an editor asks."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from pottle.cli.failure import run
from pottle.cli.surroundings import Surroundings

PATIENCE = 60
"""Seconds after which the server has hung."""
DOCKERFILE = 'FROM python:3.13-slim AS app\n# ü😀\nWORKDIR /app\nCMD ["gunicorn", "-w 4", "😀:app"]\n'


def test_it_ends_with_the_editor(folder: Path):
    done = subprocess.run(
        [sys.executable, "-m", "pottle", "lsp"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_it_ends_when_it_is_told_to(folder: Path):
    with subprocess.Popen(
        [sys.executable, "-m", "pottle", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        body = b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}, "processId": null, "rootUri": null}}'
        server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        server.stdin.flush()
        assert server.stdout.readline().startswith(b"Content-Length")
        server.terminate()
        assert server.wait(PATIENCE) == 128 + signal.SIGTERM


def test_without_pygls(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    for name in [each for each in sys.modules if each.startswith("pottle.lsp")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    assert run(["lsp"], Surroundings({})) == 6
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "error: pottle lsp needs pygls, which is not installed",
        "  hint: install it with pottle: uv tool install 'pottle[lsp]', pip install 'pottle[lsp]'",
    ]


class Editor:
    """One with a folder, and what the server has told it."""

    def __init__(self, folder: Path, **said: object) -> None:
        self.folder = folder
        self.client = LanguageClient("editor", "1")
        self.told: dict[str, types.PublishDiagnosticsParams] = {}
        self.messages: list[str] = []
        self.watched: list[str] = []
        self._news = asyncio.Event()
        self._said = said

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: types.PublishDiagnosticsParams) -> None:
            self.told[params.uri] = params
            self._news.set()

        @self.client.feature(types.WINDOW_SHOW_MESSAGE)
        def show(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)
            self._news.set()

        @self.client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def register(params: types.RegistrationParams) -> None:
            self.watched += [each.method for each in params.registrations]
            self._news.set()

    async def __aenter__(self) -> Self:
        await self.client.start_io(sys.executable, "-m", "pottle", "lsp", "--stdio")
        operations = [types.ResourceOperationKind.Create]
        workspace = types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True, resource_operations=operations),
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
        )
        general = types.GeneralClientCapabilities(**self._said) if self._said else None
        asked = types.InitializeParams(
            types.ClientCapabilities(workspace=workspace, general=general),
            workspace_folders=[types.WorkspaceFolder(self.folder.as_uri(), "folder")],
        )
        self.server = await self.client.initialize_async(asked)
        self.client.initialized(types.InitializedParams())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.client._server is not None and self.client._server.returncode is None:
            await self.client.shutdown_async(None)
            self.client.exit(None)
        await self.client.stop()

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    async def open(
        self, name: str, text: str, language: str = "plaintext", uri: str | None = None
    ) -> list[types.Diagnostic]:
        uri = uri or self.uri(name)
        self.told.pop(uri, None)
        self.client.text_document_did_open(
            types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text))
        )
        return await self.diagnostics(uri)

    async def change(self, name: str, version: int, text: str) -> list[types.Diagnostic]:
        identifier = types.VersionedTextDocumentIdentifier(version, self.uri(name))
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))
        return await self.diagnostics(self.uri(name), version)

    async def diagnostics(self, uri: str, version: int = 1) -> list[types.Diagnostic]:
        await self.until(lambda: uri in self.told and self.told[uri].version == version)
        return list(self.told[uri].diagnostics)

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), PATIENCE)

    async def actions(self, name: str, at: types.Range, *only: str) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only=list(only) or None)
        found = await self.client.text_document_code_action_async(
            types.CodeActionParams(types.TextDocumentIdentifier(self.uri(name)), at, context)
        )
        return [each for each in found or () if isinstance(each, types.CodeAction)]


def in_an_editor(folder: Path, does: Callable[[Editor], Awaitable[None]], **said: object) -> None:
    async def run() -> None:
        async with Editor(folder, **said) as editor:
            await does(editor)

    asyncio.run(asyncio.wait_for(run(), PATIENCE * 2))


def rules(diagnostics: list[types.Diagnostic]) -> list[object]:
    return [each.code for each in diagnostics]


def only(diagnostics: list[types.Diagnostic], rule: str) -> types.Diagnostic:
    return next(each for each in diagnostics if each.code == rule)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12"\n')
    return tmp_path


def test_findings_while_typing(folder: Path):
    async def does(editor: Editor) -> None:
        found = await editor.open("Dockerfile", "FROM python:3.11-slim\nCOPY pyproject.toml .\nRUN pip install .\n")
        assert "python-outside-bounds" in rules(found), "the project around a file that was never saved is in view"
        found = await editor.change("Dockerfile", 2, DOCKERFILE)
        assert "python-outside-bounds" not in rules(found)
        merged = only(found, "merged-argument")
        assert merged.severity == types.DiagnosticSeverity.Warning
        assert merged.source == "pottle"
        assert merged.range == types.Range(types.Position(3, 17), types.Position(3, 23))
        assert "merged-argument" not in rules(await editor.change("Dockerfile", 3, DOCKERFILE.replace("-w 4", "-w4")))

    in_an_editor(folder, does)


@pytest.mark.parametrize(
    ("encoding", "column"), [(None, 13), (types.PositionEncodingKind.Utf8, 16), (types.PositionEncodingKind.Utf32, 12)]
)
def test_columns_are_counted_in_utf_16_or_as_agreed(folder: Path, encoding, column: int):
    async def does(editor: Editor) -> None:
        agreed = editor.server.capabilities.position_encoding
        assert agreed in (encoding, types.PositionEncodingKind.Utf16)
        found = await editor.open("Dockerfile", "FROM python:3.13-slim\nRUN A=é😀 x; pip install a\n")
        at = only(found, "pip-cache-in-layer").range
        assert (at.start.line, at.start.character) == (1, column)
        text = types.TextDocumentIdentifier(editor.uri("Dockerfile"))
        hover = await editor.client.text_document_hover_async(types.HoverParams(text, at.start))
        assert hover is not None
        assert hover.range == at

    in_an_editor(folder, does, **({"position_encodings": [encoding]} if encoding else {}))


def test_fixes_and_comments(folder: Path):
    async def does(editor: Editor) -> None:
        found = await editor.open("Dockerfile", DOCKERFILE)
        actions = await editor.actions("Dockerfile", only(found, "merged-argument").range, "quickfix")
        fix = next(each for each in actions if each.title == "pottle: Make them two items")
        assert fix.is_preferred
        assert fix.edit is not None
        assert fix.edit.changes is not None
        edit = fix.edit.changes[editor.uri("Dockerfile")][0]
        assert edit.new_text == '"-w", "4"'
        assert edit.range == types.Range(types.Position(3, 17), types.Position(3, 23))
        comment = next(each for each in actions if each.title == "pottle: Ignore `merged-argument` here")
        assert comment.edit is not None
        assert comment.edit.changes is not None
        assert list(comment.edit.changes[editor.uri("Dockerfile")]) == [
            types.TextEdit(
                types.Range(types.Position(3, 0), types.Position(3, 0)), "# pottle: ignore[merged-argument]\n"
            )
        ]
        assert (
            await editor.actions("Dockerfile", types.Range(types.Position(2, 0), types.Position(2, 1)), "quickfix")
            == []
        )
        all_ = await editor.actions(
            "Dockerfile", types.Range(types.Position(0, 0), types.Position(0, 0)), "source.fixAll"
        )
        assert [each.title for each in all_] == ["pottle: Make all safe fixes"]
        text = types.TextDocumentIdentifier(editor.uri("Dockerfile"))
        by_itself = types.CodeActionContext([], trigger_kind=types.CodeActionTriggerKind.Automatic)
        at = only(found, "merged-argument").range
        params = types.CodeActionParams(text, at, by_itself)
        told = await editor.client.text_document_code_action_async(params)
        assert [each.title for each in told or ()] == [each.title for each in actions]

    in_an_editor(folder, does)


def test_a_fix_that_makes_a_file(folder: Path):
    async def does(editor: Editor) -> None:
        found = await editor.open("Dockerfile", "FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n")
        actions = await editor.actions("Dockerfile", only(found, "missing-ignore-file").range)
        made = next(each for each in actions if "dockerignore" in each.title)
        assert made.title.endswith("(unsafe: look at what it changes)")
        assert made.edit is not None
        create, edit = made.edit.document_changes or ()
        assert isinstance(create, types.CreateFile)
        assert create.uri == editor.uri(".dockerignore")
        assert isinstance(edit, types.TextDocumentEdit)
        assert edit.edits[0].new_text.startswith("**/.git\n")

    in_an_editor(folder, does)


def test_what_is_open_elsewhere_counts(folder: Path):
    (folder / "README.md").write_text("The shop.\n")
    (folder / ".dockerignore").write_text("")

    async def does(editor: Editor) -> None:
        found = await editor.open("Dockerfile", "FROM python:3.13-slim\nCOPY pyproject.toml README.md ./\n")
        assert "ignored-input" not in rules(found)
        editor.told.clear()
        await editor.open(".dockerignore", "*.md\n", "ignore")
        assert "ignored-input" in rules(await editor.diagnostics(editor.uri("Dockerfile")))
        fix = (
            await editor.actions(
                "Dockerfile", only(list(editor.told[editor.uri("Dockerfile")].diagnostics), "ignored-input").range
            )
        )[0]
        assert fix.edit is not None
        assert fix.edit.changes is not None
        added = fix.edit.changes[editor.uri(".dockerignore")][0]
        assert added == types.TextEdit(types.Range(types.Position(1, 0), types.Position(1, 0)), "!README.md\n")
        editor.told.clear()
        closed = types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(editor.uri(".dockerignore")))
        editor.client.text_document_did_close(closed)
        await editor.until(lambda: editor.uri("Dockerfile") in editor.told)
        assert not editor.told[editor.uri(".dockerignore")].diagnostics
        assert "ignored-input" not in rules(list(editor.told[editor.uri("Dockerfile")].diagnostics))

    in_an_editor(folder, does)


def test_files_on_disk_are_read_again(folder: Path):
    async def does(editor: Editor) -> None:
        text = "FROM python:3.12-slim\nCOPY pyproject.toml .\nRUN pip install .\n"
        assert "python-outside-bounds" not in rules(await editor.open("Dockerfile", text))
        await editor.until(lambda: types.WORKSPACE_DID_CHANGE_WATCHED_FILES in editor.watched)
        (folder / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.13"\n')
        editor.told.clear()
        event = types.FileEvent(editor.uri("pyproject.toml"), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))
        assert "python-outside-bounds" in rules(await editor.diagnostics(editor.uri("Dockerfile")))
        editor.told.clear()
        saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(editor.uri("Dockerfile")))
        editor.client.text_document_did_save(saved)
        assert "python-outside-bounds" in rules(await editor.diagnostics(editor.uri("Dockerfile")))

    in_an_editor(folder, does)


def test_other_kinds_of_files(folder: Path):
    chosen = ["floating-python", "obsolete-compose-version", "public-database-port"]
    (folder / "pottle.toml").write_text(f"[lint]\nselect = {chosen}\n")

    async def does(editor: Editor) -> None:
        compose = 'version: "3"\nservices:\n  db:\n    image: postgres:17\n    ports:\n      - "5432:5432"\n'
        assert rules(await editor.open("compose.yaml", compose, "yaml")) == [
            "obsolete-compose-version",
            "public-database-port",
        ]
        actions = await editor.actions("compose.yaml", editor.told[editor.uri("compose.yaml")].diagnostics[1].range)
        comment = next(each for each in actions if "Ignore" in each.title)
        assert comment.edit is not None
        assert comment.edit.changes is not None
        assert (
            comment.edit.changes[editor.uri("compose.yaml")][0].new_text
            == "      # pottle: ignore[public-database-port]\n"
        )
        assert rules(await editor.open("Containerfile", "FROM python\n")) == ["floating-python"]
        assert rules(await editor.open("build.txt", "FROM python\n", "dockerfile")) == ["floating-python"]
        assert rules(await editor.open("", "FROM python\n", "dockerfile", "untitled:Untitled-1")) == ["floating-python"]
        assert rules(await editor.open("a/Dockerfile", "FROM python:{{ cookiecutter.python }}\nRUN x\n")) == []
        assert rules(await editor.open("broken.Dockerfile", "FRM x\n")) == ["unreadable-file"]

    in_an_editor(folder, does)


def test_what_is_no_file_of_its_own_is_left_alone(folder: Path):
    async def does(editor: Editor) -> None:
        text = types.TextDocumentItem(editor.uri("main.py"), "python", 1, "FROM = 1\n")
        editor.client.text_document_did_open(types.DidOpenTextDocumentParams(text))
        assert await editor.open("Dockerfile", "FROM python\n")
        assert list(editor.told) == [editor.uri("Dockerfile")]
        at = types.Range(types.Position(0, 0), types.Position(0, 1))
        assert await editor.actions("main.py", at) == []

    in_an_editor(folder, does)


def test_the_configuration(folder: Path):
    (folder / "pottle.toml").write_text('[lint]\nselect = ["floating-python"]\nignore = ["floating-python"]\n')

    async def does(editor: Editor) -> None:
        assert await editor.open("Dockerfile", "FROM python\n") == []
        (folder / "pottle.toml").write_text('[lint]\nignore = ["floating-pyton"]\n')
        assert "floating-python" in rules(await editor.change("Dockerfile", 2, "FROM python\n\n"))
        await editor.until(lambda: bool(editor.messages))
        assert "floating-pyton" in editor.messages[0]
        await editor.change("Dockerfile", 3, "FROM python\n\n\n")
        assert len(editor.messages) == 1, "said once"

    in_an_editor(folder, does)
