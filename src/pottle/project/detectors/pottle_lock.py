"""What `pottle.lock` has decided: exact wheels for dependencies that no other lock has, one set for each platform.

Whether it is still the answer to what the project asks for is the planner's to see: that depends on platform and Python.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from pottle.errors import ProjectError
from pottle.project.facts import Artifact, Pin, PinnedEnvironment, PinnedSource, Pins
from pottle.project.requirement import without_credentials
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

PATH = "pottle.lock"
VERSION = 1
AGAIN = "run `pottle lock`"

_DIGEST = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_KNOWN = frozenset({"version", "environment"})


def detect(survey: Survey) -> Iterator[Pins]:
    """All of its environments. Raises `ProjectError` for what `pottle lock` would not write."""
    document = survey.toml(PATH)
    if document is None:
        return
    _check_version(document)
    tables = document.get("environment") or []
    if not isinstance(tables, list):
        raise ProjectError("`environment` is no list of tables", at=document.at("environment"), hint=AGAIN)
    lines = [number for number, line in enumerate(document.lines, 1) if line.strip() == "[[environment]]"]
    found = [_Environment(document, line).read(table) for table, line in zip(tables, lines, strict=False)]
    yield Pins(Location(PATH), tuple(found))


def _check_version(document: Document) -> None:
    version = document.get("version")
    at = Location(PATH, document.at("version").line or 1)
    if version is None:
        raise ProjectError("this is no lock of pottle: it has no `version`", at=at, hint=AGAIN)
    unknown = sorted(document.values.keys() - _KNOWN)
    if version != VERSION or unknown:
        what = f"it has `{unknown[0]}`" if version == VERSION else f"its version is {version}"
        raise ProjectError(f"the lock was made by a later pottle: {what}", at=at, hint="upgrade pottle, or lock again")


@dataclass(frozen=True, slots=True)
class _Environment:
    """One `[[environment]]`, whose header stands on `line`."""

    document: Document
    line: int

    def read(self, table: Any) -> PinnedEnvironment:
        """Its wheels and sources, each with its line."""
        at = Location(PATH, self.line)
        try:
            return PinnedEnvironment(
                platform=_text(table["platform"]),
                python=_text(table["python"]),
                wanted=tuple(map(_text, table["wanted"])),
                wheels=tuple(self._entry(entry, _pin) for entry in table.get("wheels", ())),
                sources=tuple(self._entry(entry, _source) for entry in table.get("sources", ())),
                at=at,
            )
        except KeyError as error:
            raise ProjectError(f"this environment has no {error}", at=at, hint=AGAIN) from None
        except (TypeError, AttributeError):
            raise ProjectError("a value is of another type than `pottle lock` writes", at=at, hint=AGAIN) from None

    def _entry(self, entry: Any, read: Any) -> Any:
        if not isinstance(entry, Mapping):
            raise ProjectError("an entry is no table", at=Location(PATH, self.line), hint=AGAIN)
        name = entry.get("name")
        at = Location(PATH, self._line_of(str(name)))
        try:
            return read(entry, at)
        except KeyError as error:
            raise ProjectError(f"the entry of {name} cannot be read: {error} is missing", at=at, hint=AGAIN) from None
        except (TypeError, AttributeError, ValueError) as error:
            why = (
                str(error) if isinstance(error, ValueError) else "a value is of another type than `pottle lock` writes"
            )
            raise ProjectError(f"the entry of {name} cannot be read: {why}", at=at, hint=AGAIN) from None

    def _line_of(self, name: str) -> int:
        start = f'{{ name = "{name}"'
        lines = self.document.lines
        return next((n + 1 for n in range(self.line, len(lines)) if lines[n].lstrip().startswith(start)), self.line)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _pin(entry: Any, at: Location) -> Pin:
    url = _text(entry["url"]) if "url" in entry else None
    path = url.partition("#")[0].partition("?")[0] if url else ""
    filename = _text(entry["filename"]) if "filename" in entry else unquote(path.rpartition("/")[2])
    try:
        parse_wheel_filename(filename)
    except InvalidWheelFilename:
        raise ValueError(f"{filename!r} is no name of a wheel") from None
    clean = without_credentials(url) if url else None
    wheel = Artifact(filename, clean, _digest(entry["sha256"]), entry.get("size"))
    return Pin(canonicalize_name(_text(entry["name"])), _text(entry["version"]), wheel, entry.get("index"), at)


def _source(entry: Any, at: Location) -> PinnedSource:
    commit, digest = entry.get("commit"), entry.get("sha256")
    if commit is None and digest is None:
        raise ValueError("it has neither a commit nor a hash")
    if commit is not None and not _COMMIT.fullmatch(commit):
        raise ValueError(f"{commit!r} is no commit")
    return PinnedSource(
        canonicalize_name(_text(entry["name"])),
        entry.get("version"),
        without_credentials(_text(entry["url"])),
        at,
        commit,
        entry.get("subdirectory"),
        _digest(digest) if digest is not None else None,
        entry.get("index"),
    )


def _digest(text: Any) -> str:
    if not _DIGEST.fullmatch(_text(text)):
        raise ValueError(f"{text!r} is no SHA-256 digest")
    return str(text)
