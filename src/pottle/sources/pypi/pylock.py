"""`pylock.toml` (PEP 751): written to tell uv exactly what to install, read to learn what uv resolved."""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Package:
    """One package of a lock, with all the wheels that it lists. None at all: it is an sdist, a repository or a directory."""

    name: str
    version: str | None
    wheels: tuple[PinnedWheel, ...]


def write(wheels: Iterable[Wheel]) -> str:
    """The lock that names exactly these wheels, by URL and hash: an installer has nothing left to choose."""
    packages = [_package(wheel) for wheel in wheels]
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
    return Package(package["name"], version, tuple(_read_wheels(package, version)))


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
