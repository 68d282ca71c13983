"""What `pottle.lock` holds of a base: every .deb and the interpreters, each by digest. The file is untrusted, so each value is checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from pottle.text import Location

MOST = 20_000
"""No image has as many packages: Debian has 65,000 in all."""

INTERPRETER = "interpreter ="
"""How the line of an interpreter begins, which is no name of a package."""

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]{0,200}\Z")]
Version = Annotated[str, Meta(pattern=r"^[0-9][A-Za-z0-9.+:~-]{0,200}\Z")]
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,200}\Z")]
FilePath = Annotated[
    str,
    Meta(pattern=r"^(?![^\n]*(?:^|/)\.\.?(?:/|\Z))[A-Za-z0-9._+~:@%-]+(?:/[A-Za-z0-9._+~:@%-]+)*\Z", max_length=1000),
]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s@\\]+\Z", max_length=2000)]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Size = Annotated[int, Meta(ge=0, le=1 << 40)]
Moment = Annotated[str, Meta(pattern=r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")]
"""UTC, to the second."""
Architecture = Annotated[str, Meta(pattern=r"^(amd64|arm64)\Z")]


_T = TypeVar("_T", bound="_Struct")

Base = Annotated[str, Meta(pattern=r"^([a-z]+:[a-z]+|[A-Za-z0-9.:/_\[\]-]{1,400}@sha256:[0-9a-f]{64})\Z")]
"""A suite, or a base image by its digest."""


class _Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class PinnedDeb(_Struct, frozen=True):
    """One Debian binary package."""

    name: Name
    version: Version
    architecture: Annotated[str, Meta(pattern=r"^(amd64|arm64|all)\Z")]
    suite: Word
    """The pocket it was in: `trixie-security`."""
    filename: FilePath
    """Its path below the archive's root."""
    sha256: Digest
    size: Size
    layer: Word | None = None
    """Of the image that it is for; None: of no image, but of what compiles bytecode."""
    released: Moment | None = None
    """When its archive was released in the state that had it; None: that of the table it stands in."""
    at: str | None = None
    """Where it stands."""


class PinnedInterpreter(_Struct, frozen=True):
    """One build of python-build-standalone."""

    version: Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+[a-z0-9]*\Z")]
    build: Annotated[str, Meta(pattern=r"^[0-9]{0,14}\Z")]
    machine: Word
    """As `uname -m` says it."""
    url: Url
    sha256: Digest
    size: Size
    at: str | None = None


class PinnedLibrary(_Struct, frozen=True):
    """A package that is there for what a distribution's wheel needs."""

    package: Name
    of: Annotated[str, Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,200}[a-z0-9])?\Z")]
    """The distribution, by its normalized name."""
    because: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,1000}\Z")]


class PinnedSystem(_Struct, frozen=True, kw_only=True):
    """What one platform's base is made of, with the question that it answers."""

    platform: Annotated[str, Meta(pattern=r"^linux/(amd64|arm64)\Z")]
    base: Base
    python: Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\Z")]
    wanted: tuple[str, ...]
    wheels: Digest | None = None
    """What stands for the wheels whose content decided which `libraries` there are; None: there were none that could."""
    libraries: Annotated[tuple[PinnedLibrary, ...], Meta(max_length=1000)] = ()
    released: Moment | None = None
    debs: tuple[PinnedDeb, ...] = ()
    interpreter: PinnedInterpreter | None = None
    at: str | None = None


class PinnedCompiler(_Struct, frozen=True, kw_only=True):
    """What compiles bytecode for one Python of one base, on building hosts of one architecture."""

    architecture: Architecture
    base: Base
    python: Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\Z")]
    released: Moment | None = None
    debs: tuple[PinnedDeb, ...] = ()
    interpreter: PinnedInterpreter | None = None
    at: str | None = None


class PinnedRequirement(_Struct, frozen=True):
    """One distribution that a build backend is run with."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,200}\Z")]
    version: Annotated[str, Meta(pattern=r"^[0-9][A-Za-z0-9.+!]{0,200}\Z")]
    sha256: Annotated[tuple[Digest, ...], Meta(min_length=1, max_length=1000)]
    """Of every file of that version."""
    marker: Annotated[str, Meta(pattern=r"^[^\n;#]{1,1000}\Z")] | None = None
    """Where it is wanted at all (PEP 508)."""
    at: str | None = None


class PinnedBuild(_Struct, frozen=True, kw_only=True):
    """What one distribution is built with, by its backend: what `[build-system] requires` came to."""

    of: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,200}[A-Za-z0-9])?\Z")]
    wanted: tuple[str, ...]
    requires: tuple[PinnedRequirement, ...] = ()
    at: str | None = None


_Answer = TypeVar("_Answer", PinnedSystem, PinnedCompiler)
_Entry = TypeVar("_Entry", PinnedDeb, PinnedRequirement)


class InvalidEntry(ValueError):
    """What is wrong with an entry, and where."""

    def __init__(self, what: str, at: Location) -> None:
        super().__init__(what)
        self.at = at


@dataclass(frozen=True, slots=True)
class Table:
    """One `[[system]]` or `[[compiler]]`: its values, and where it and its entries stand."""

    values: Mapping[str, Any]
    at: Location
    lines: Mapping[str, int]
    """Name of an entry → its line."""

    def system(self) -> PinnedSystem:
        """Raises `InvalidEntry`."""
        return self._whole(PinnedSystem)

    def compiler(self) -> PinnedCompiler:
        """Raises `InvalidEntry`."""
        return self._whole(PinnedCompiler)

    def build(self) -> PinnedBuild:
        """Raises `InvalidEntry`."""
        values = dict(self.values)
        requires = values.pop("requires", [])
        found = self._converted(values, PinnedBuild, "this table", self.at)
        entries = tuple(self._entries("requires", requires, PinnedRequirement))
        return msgspec.structs.replace(found, requires=entries, at=str(self.at))

    def _whole(self, kind: type[_Answer]) -> _Answer:
        values = dict(self.values)
        debs = values.pop("debs", [])
        interpreter = values.pop("interpreter", None)
        found = self._converted(values, kind, "this table", self.at)
        read = self._entries("debs", debs, PinnedDeb)
        dated = tuple(msgspec.structs.replace(each, released=each.released or found.released) for each in read)
        if interpreter is not None:
            at = Location(self.at.path, self.lines.get(INTERPRETER, self.at.line))
            interpreter = self._converted(interpreter, PinnedInterpreter, "the interpreter", at)
            interpreter = msgspec.structs.replace(interpreter, at=str(at))
        return msgspec.structs.replace(found, debs=dated, interpreter=interpreter, at=str(self.at))

    def _entries(self, key: str, entries: Any, kind: type[_Entry]) -> Iterator[_Entry]:
        """Each with its line, and each name once."""
        if not isinstance(entries, list) or len(entries) > MOST:
            raise InvalidEntry(f"`{key}` is no list, or one that is too long", self.at)
        seen: set[str] = set()
        for entry in entries:
            name = entry.get("name") if isinstance(entry, Mapping) else None
            at = Location(self.at.path, self.lines.get(str(name), self.at.line))
            read = self._converted(entry, kind, f"the entry of {str(name)[:100]}", at)
            if read.name in seen:
                raise InvalidEntry(f"{read.name} is listed twice", at)
            seen.add(read.name)
            yield msgspec.structs.replace(read, at=str(at))

    def _converted(self, value: Any, kind: type[_T], what: str, at: Location) -> _T:
        try:
            found = msgspec.convert(value, kind)
            _check_date(getattr(found, "released", None))
        except (msgspec.ValidationError, ValueError) as error:
            raise InvalidEntry(f"{what} cannot be read: {_told(str(error), value)}", at) from None
        return found


def _check_date(text: str | None) -> None:
    """Raise `ValueError` for a day or an hour that there is not."""
    if text is not None:
        datetime.fromisoformat(text)


_PLACE = re.compile(r" - at `\$\.?([^`]*)`$")


def _told(why: str, value: Any) -> str:
    """Msgspec's reason, in a reader's words."""
    place = _PLACE.search(why)
    field = place[1] if place else ""
    plain = _PLACE.sub("", why)
    if field == "url" and "missing" not in plain:
        return "`url` cannot be what it is: it is an http or https URL, without a login"
    if field and isinstance(value, Mapping) and field in value and "missing" not in plain:
        return f"`{field}` cannot be {value[field]!r:.120}"
    return f"{plain[:1].lower()}{plain[1:]}"
