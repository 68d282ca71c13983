"""The files that an editor has open: what they say there, saved or not, checked in the project around them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle import api
from pottle.errors import PottleError

if TYPE_CHECKING:
    from pottle.lint.engine import Checked, Kind
    from pottle.lint.fixing import Change
    from pottle.lint.settings import Settings
    from pottle.lint.targets import Target

_LANGUAGES: "Mapping[str, Kind]" = {
    "dockerfile": "dockerfile",
    "containerfile": "dockerfile",
    "dockercompose": "compose",
    "docker-compose": "compose",
    "yaml.docker-compose": "compose",
    "dockerignore": "ignore",
}
"""Identifiers that editors give: VS Code, Neovim, Helix, Zed, Sublime Text."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file as the editor has it."""

    uri: str
    path: Path | None
    """None: it lies nowhere yet."""
    kind: "Kind"
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Examined:
    """A document and what was found in it."""

    document: Document
    target: "Target"
    checked: "Checked"


class Documents:
    """Those that are open. `environ` and `folders` are what the configuration is looked for with."""

    def __init__(self, environ: Mapping[str, str], folders: tuple[Path, ...] = ()) -> None:
        self._environ = environ
        self.folders = folders
        self._open: dict[str, Document] = {}
        self.complaints: list[str] = []
        """What is wrong with configurations, each said once."""

    def opened(self, uri: str, path: Path | None, language: str, version: int, text: str) -> Document | None:
        """It is open now, or says something else; None where it is no file that is checked."""
        known = self._open.get(uri)
        kind = known.kind if known is not None else _kind(path, language)
        if kind is None:
            return None
        self._open[uri] = document = Document(uri, path, kind, version, text)
        return document

    def closed(self, uri: str) -> bool:
        """It is not open any more; whether it was."""
        return self._open.pop(uri, None) is not None

    def get(self, uri: str) -> Document | None:
        """The document at `uri`, if it is open and checked."""
        return self._open.get(uri)

    @property
    def all(self) -> tuple[Document, ...]:
        """Every one."""
        return tuple(self._open.values())

    def examine(self, document: Document) -> Examined:
        """What the rules find in it, other open files as they are in the editor; in what is a template nothing."""
        from pottle.lint.engine import Checked
        from pottle.lint.targets import is_template, opened
        from pottle.text import Source

        target = opened(document.path, document.text, document.kind, self._folder(document))
        if is_template(document.text.encode("utf-8", "surrogatepass")):
            return Examined(document, target, Checked(Source(target.name, document.text), ()))
        return Examined(document, target, target.check(self._settings(document), self._texts(target, document)))

    def fixed(self, examined: Examined) -> "tuple[Change, ...]":
        """What becomes of its files when every safe fix is made."""
        from pottle.lint.fixing import fix

        document, target = examined.document, examined.target
        return fix(target, self._settings(document), self._texts(target, document), unsafe=False).changes

    def text_of(self, target: "Target", path: str) -> str | None:
        """What another file of a target's repository says: in the editor, else on disk; None where there is none."""
        place = target.place(path)
        if place is None:
            return None
        document = next((each for each in self._open.values() if each.path == place), None)
        if document is not None:
            return document.text
        return target.read_other(path) if place.is_file() else None

    def uri_of(self, target: "Target", path: str) -> str | None:
        """The URI of another file of a target's repository."""
        place = target.place(path)
        if place is None:
            return None
        document = next((each for each in self._open.values() if each.path == place), None)
        return document.uri if document is not None else place.absolute().as_uri()

    def _texts(self, target: "Target", document: Document) -> dict[str, str]:
        """Paths of the repository → what the editor has there."""
        from pottle.lint.repository import OnDisk

        texts = {target.path: document.text}
        if isinstance(target.repository, OnDisk):
            root = target.repository.root
            for each in self._open.values():
                if each is not document and each.path is not None and each.path.is_relative_to(root):
                    texts[each.path.relative_to(root).as_posix()] = each.text
        return texts

    def _folder(self, document: Document) -> Path:
        """The editor's folder that the document lies in, else its directory."""
        path = document.path
        if path is None:
            return self.folders[0] if self.folders else Path.cwd()
        around = [folder for folder in self.folders if path.is_relative_to(folder)]
        return max(around, key=lambda folder: len(folder.parts), default=path.parent)

    def _settings(self, document: Document) -> "Settings":
        """The configuration around the document; where it cannot be read, none, and that is said."""
        from pottle.lint.settings import Settings

        try:
            return api.lint_settings(
                document.path.parent if document.path else self._folder(document), self._environ, (), ()
            )
        except PottleError as error:
            complaint = str(error) if error.at is None else f"{error.at}: {error}"
            if complaint not in self.complaints:
                self.complaints.append(complaint)
            return Settings()


def _kind(path: Path | None, language: str) -> "Kind | None":
    from pottle.lint.engine import kind_of

    return (kind_of(path.name) if path is not None else None) or _LANGUAGES.get(language)
