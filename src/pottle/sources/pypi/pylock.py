"""`pylock.toml` (PEP 751): written to tell uv exactly what to install, read to learn what uv resolved."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from pottle.address import without_login
from pottle.errors import SourceError

_LIMIT = 64 * 1024 * 1024


class Wheel(Protocol):
    """One wheel at one version: `pottle.plan.lock.LockedWheel` is one, and so is `PinnedWheel`."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def filename(self) -> str: ...  # noqa: D102
    @property
    def url(self) -> str | None: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def size(self) -> int | None: ...  # noqa: D102
    @property
    def index(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PinnedWheel:
    """One wheel at one version, as an index has it."""

    name: str
    version: str
    filename: str
    url: str | None
    sha256: str
    size: int | None
    index: str | None


class Built(Protocol):
    """One source at one version: `pottle.plan.model.Source` is one, and so is `PinnedSource`."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> str | None: ...  # noqa: D102
    @property
    def url(self) -> str | None: ...  # noqa: D102
    @property
    def commit(self) -> str | None: ...  # noqa: D102
    @property
    def subdirectory(self) -> str | None: ...  # noqa: D102
    @property
    def sha256(self) -> str | None: ...  # noqa: D102
    @property
    def index(self) -> str | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PinnedSource:
    """A repository at a commit, or an archive with its hash."""

    name: str
    version: str | None
    url: str
    commit: str | None = None
    subdirectory: str | None = None
    sha256: str | None = None
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a lock, with all the wheels that it lists, and the source that it has besides or instead."""

    name: str
    version: str | None
    wheels: tuple[PinnedWheel, ...]
    source: PinnedSource | None = None


def write(wheels: Iterable[Wheel], sources: Iterable[Built] = (), directory: Path | None = None) -> str:
    """The lock that names exactly these files, by URL and hash: an installer has nothing left to choose.

    Sources that lie in the project are named relative to `directory`.
    """
    packages = [*map(_package, wheels), *(_source(source, directory) for source in sources)]
    return "\n".join(
        ['lock-version = "1.0"', 'created-by = "pottle"', *([] if packages else ["packages = []"]), *packages]
    )


def read(content: bytes) -> tuple[Package, ...]:
    """The packages of a lock. Raises `SourceError` for anything that is not one."""
    if len(content) > _LIMIT:
        raise SourceError(f"the resolved pylock.toml is larger than {_LIMIT} bytes")
    try:
        document = tomllib.loads(content.decode())
        return tuple(_read_package(package) for package in document.get("packages", []))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"not a valid pylock.toml: {error}") from error


def _package(wheel: Wheel) -> str:
    # An index that is named by a variable is no URL; it is not needed where the file's own is known.
    index = wheel.index if wheel.index and "$" not in wheel.index else None
    fields = {"name": wheel.name, "version": wheel.version} | ({"index": index} if index else {})
    lines = [f"{key} = {quoted(value)}" for key, value in fields.items()]
    return "\n".join(["", "[[packages]]", *lines, f"wheels = [{{ {_file(wheel)} }}]", ""])


def _source(source: Built, directory: Path | None) -> str:
    assert source.url is not None, "what has no place is looked for by its hash"
    place = _inline({"subdirectory": source.subdirectory})
    if source.commit is not None:
        kind, place = "vcs", {"type": "git", "url": source.url, "commit-id": source.commit, **place}
    elif "://" in source.url:
        kind, place = "archive", {"url": source.url, **place}
    else:
        kind, place = "archive", {"path": str((directory or Path()).absolute() / source.url), **place}
    fields = _inline({"name": source.name, "version": source.version if source.commit is None else None})
    lines = [f"{key} = {quoted(value)}" for key, value in fields.items()]
    parts = [f"{key} = {quoted(value)}" for key, value in place.items()]
    parts += [f"hashes = {{ sha256 = {quoted(source.sha256)} }}"] if source.sha256 and source.commit is None else []
    return "\n".join(["", "[[packages]]", *lines, f"{kind} = {{ {', '.join(parts)} }}", ""])


def _inline(values: dict[str, str | None]) -> dict[str, str]:
    return {key: value for key, value in values.items() if value is not None}


def _file(wheel: Wheel) -> str:
    parts = [f"name = {quoted(wheel.filename)}"]
    parts += [f"url = {quoted(wheel.url)}"] if wheel.url else []
    parts += [f"size = {wheel.size}"] if wheel.size is not None else []
    return ", ".join([*parts, f"hashes = {{ sha256 = {quoted(wheel.sha256)} }}"])


def quoted(text: str) -> str:
    """`text` as TOML writes it. A TOML basic string: JSON's escapes are a subset of TOML's, which wants DEL escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _read_package(package: dict[str, Any]) -> Package:
    version = package.get("version")
    return Package(package["name"], version, tuple(_read_wheels(package, version)), _read_source(package, version))


def _read_source(package: dict[str, Any], version: str | None) -> PinnedSource | None:
    name = package["name"]
    if (vcs := package.get("vcs")) is not None:
        return PinnedSource(name, version, vcs["url"], vcs["commit-id"], vcs.get("subdirectory"))
    archive = package.get("archive") or package.get("sdist")
    if archive is None or "url" not in archive:
        return None
    return PinnedSource(name, version, archive["url"], None, archive.get("subdirectory"), archive["hashes"]["sha256"])


def _read_wheels(package: dict[str, Any], version: str | None) -> Iterator[PinnedWheel]:
    for wheel in package.get("wheels", []):
        url = wheel.get("url")
        yield PinnedWheel(
            name=package["name"],
            version=version or "",
            filename=wheel.get("name") or unquote(urlsplit(url or wheel["path"]).path.rpartition("/")[2]),
            url=without_login(url) if url else None,
            sha256=wheel["hashes"]["sha256"],
            size=wheel.get("size"),
            index=without_login(package["index"]) if "index" in package else None,
        )
