"""What `pottle.lock` has decided: wheels that no other lock has, and every .deb and interpreter of the image, a set for each platform.

Whether it is still the answer to what the project asks for is the planner's to see: that depends on platform and Python.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote

import msgspec
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from pottle.base_image import BaseImage
from pottle.errors import ProjectError
from pottle.project.facts import Artifact, Pin, PinnedBaseImage, PinnedEnvironment, PinnedSource, Pins
from pottle.project.pinned import INTERPRETER, InvalidEntry, Table
from pottle.project.requirement import without_credentials
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

PATH = "pottle.lock"
VERSION = 1
LARGEST = 16 << 20
"""Characters. One platform of a large image has 60 kB."""
AGAIN = "correct that, or remove the file and run `pottle lock`"
_MOST_TABLES = 1000

_A = TypeVar("_A")

_DIGEST = re.compile(r"[0-9a-f]{64}")
BASE_IMAGE = "base-image"
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_KNOWN = frozenset({"version", BASE_IMAGE, "environment", "system", "compiler", "build"})
_HEADER = re.compile(r"\s*\[\[\s*([a-z-]+)\s*\]\]\s*(?:#.*)?")
_NAMED = re.compile(r"""\s*\{\s*name\s*=\s*["']([^"']+)["']""")


def detect(survey: Survey) -> Iterator[Pins | PinnedBaseImage]:
    """All that it holds. Raises `ProjectError` for what `pottle lock` would not write."""
    text = survey.tree.read(PATH)
    if text is not None and len(text) > LARGEST:
        raise ProjectError(f"it is larger than {LARGEST >> 20} MiB", at=Location(PATH), hint="is it the right file?")
    document = survey.toml(PATH)
    if document is None:
        return
    _check_version(document)
    yield from map(_base_image, _tables(document, BASE_IMAGE))
    yield Pins(
        Location(PATH),
        tuple(_Environment(table).read() for table in _tables(document, "environment")),
        systems=_each(document, "system", Table.system, lambda found: found.platform),
        compilers=_each(
            document, "compiler", Table.compiler, lambda found: (found.architecture, found.base, found.python)
        ),
        builds=_each(document, "build", Table.build, lambda found: found.of),
    )


def _each(document: Document, name: str, read: Callable[[Table], _A], key: Callable[[_A], object]) -> tuple[_A, ...]:
    """Every table of that name, each question once."""
    found: dict[object, _A] = {}
    for table in _tables(document, name):
        try:
            one = read(table)
        except InvalidEntry as error:
            raise ProjectError(str(error), at=error.at, hint=AGAIN) from None
        if key(one) in found:
            raise ProjectError(f"this `[[{name}]]` is there twice", at=table.at, hint=AGAIN)
        found[key(one)] = one
    return tuple(found.values())


def _tables(document: Document, name: str) -> Iterator[Table]:
    tables = document.get(name) or []
    if not isinstance(tables, list) or not all(isinstance(each, Mapping) for each in tables):
        raise ProjectError(f"`{name}` is no list of tables", at=document.at(name), hint=AGAIN)
    if len(tables) > _MOST_TABLES:
        raise ProjectError(f"it has more than {_MOST_TABLES} of `{name}`", at=document.at(name), hint=AGAIN)
    headers = _headers(document.lines)
    starts = [number for number, header in headers if header == name]
    if len(starts) != len(tables):  # written by other means than headers
        starts = [document.at(name).line or 1] * len(tables)
    ends = [number for number, _ in headers] + [len(document.lines) + 1]
    for table, start in zip(tables, starts, strict=True):
        end = next(number for number in ends if number > start)
        yield Table(table, Location(PATH, start), _lines(document.lines, start, end))


def _headers(lines: Sequence[str]) -> list[tuple[int, str]]:
    return [(number, found[1]) for number, line in enumerate(lines, 1) if (found := _HEADER.fullmatch(line))]


def _lines(lines: Sequence[str], start: int, end: int) -> dict[str, int]:
    """Name → the line of the last entry that begins with it; `interpreter =` → that of the interpreter."""
    named = {found[1]: number for number in range(start, end) if (found := _NAMED.match(lines[number - 1]))}
    placed = (number for number in range(start, end) if lines[number - 1].startswith(INTERPRETER))
    return named | dict.fromkeys([INTERPRETER], next(placed, start))


def _base_image(table: Table) -> PinnedBaseImage:
    try:
        return PinnedBaseImage(msgspec.convert(table.values, BaseImage), table.at)
    except msgspec.ValidationError as error:
        raise ProjectError(f"this base image cannot be read: {error}", at=table.at, hint=AGAIN) from None


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
    """One `[[environment]]`."""

    table: Table

    def read(self) -> PinnedEnvironment:
        """Its wheels and sources, each with its line."""
        at, table = self.table.at, self.table.values
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
            raise ProjectError("an entry is no table", at=self.table.at, hint=AGAIN)
        name = entry.get("name")
        at = Location(PATH, self.table.lines.get(str(name), self.table.at.line))
        try:
            return read(entry, at)
        except KeyError as error:
            raise ProjectError(f"the entry of {name} cannot be read: {error} is missing", at=at, hint=AGAIN) from None
        except (TypeError, AttributeError, ValueError) as error:
            why = (
                str(error) if isinstance(error, ValueError) else "a value is of another type than `pottle lock` writes"
            )
            raise ProjectError(f"the entry of {name} cannot be read: {why}", at=at, hint=AGAIN) from None


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
