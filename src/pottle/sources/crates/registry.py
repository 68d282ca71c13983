"""`.crate` files from registries (The Cargo Book, "Running a Registry", "Index Format"): verified by the checksum that a lock has, and kept by it."""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from pottle.errors import HostError, IntegrityError, SourceError
from pottle.http import NotFound
from pottle.messages import shown
from pottle.sharing import used
from pottle.sources.crates.cargo_config import CHOICE, CargoConfig, bare_index
from pottle.sources.crates.cargo_lock import Crate
from pottle.sources.http import Http
from pottle.sources.placing import placing
from pottle.stop import Stop, together
from pottle.text import Location

_AT_ONCE = 8
LARGEST = 128 << 20
"""Bytes of a `.crate` file: registries take ten megabytes, and more only by arrangement."""
_MARKER = re.compile(r"\{(crate|version|prefix|lowerprefix|sha256-checksum)\}")
_WAY = (
    f"name a registry that can be reached by {CHOICE} (the URL of its index, or a directory of .crate files) or in cargo's "
    'config.toml, or take the suite\'s crates: `build-packages = ["librust-pyo3-dev"]`'
)


class Registry:
    """All that locks name, on the way that cargo would go."""

    def __init__(self, config: CargoConfig, http: Http, cache: Path, stop: Stop) -> None:
        self._config, self._http, self._cache, self._stop = config, http, cache, stop
        self._downloads: dict[str, str] = {}
        self._lock = Lock()

    def fetch(self, crates: Sequence[Crate], progress: Callable[[int], None]) -> list[Path]:
        """The files, in their order, fetched unless they are kept. `progress` is told each crate that is there."""
        return together([partial(self._there, crate, progress) for crate in crates], self._stop, _AT_ONCE)

    def _there(self, crate: Crate, progress: Callable[[int], None]) -> Path:
        path = self._cache / f"{crate.sha256}.crate"
        if not path.is_file():
            content = self._content(crate)
            found = hashlib.sha256(content).hexdigest()
            if found != crate.sha256:
                what = f"{crate.name} {crate.version} has SHA-256 {found}, and Cargo.lock says {crate.sha256}"
                raise IntegrityError(what, hint="the registry is broken or tampered with: name another one")
            with placing(path) as file:
                file.write(content)
        used(path)
        progress(1)
        return path

    def _content(self, crate: Crate) -> bytes:
        place = self._config.place(crate.index)
        if isinstance(place, Path):
            return _read(place / f"{crate.directory}.crate")
        try:
            return self._http.read(self._url(place, crate), limit=LARGEST)
        except NotFound as error:
            what = f"the registry does not have the crate {crate.name} {crate.version} that Cargo.lock names"
            raise SourceError(what, hint=_WAY) from error
        except SourceError as error:
            error.hint = _WAY
            raise

    def _url(self, index: str, crate: Crate) -> str:
        with self._lock:
            if index not in self._downloads:
                self._downloads[index] = self._asked(index)
        return download(self._downloads[index], crate)

    def _asked(self, index: str) -> str:
        """Where an index says that its crates are: `dl` of its `config.json`."""
        import msgspec

        url = configuration(index)
        try:
            content = self._http.read(url, limit=1 << 20)
            found = msgspec.json.decode(content, type=dict[str, object]).get("dl")
        except ValueError as error:
            raise SourceError(f"{shown(url)} is no configuration of a registry", hint=_WAY) from error
        except SourceError as error:
            error.hint = _WAY
            raise
        if not isinstance(found, str) or urlsplit(found).scheme not in {"http", "https"}:
            raise SourceError(f"{shown(url)} does not say where crates are", hint=_WAY)
        return found


def configuration(index: str) -> str:
    """The URL of an index's `config.json`: of a sparse one below it, of a git repository as its host serves the files of its HEAD.

    Those of GitHub, GitLab and Gitea are all at `/raw/HEAD/`, or are redirected from there.
    """
    bare = bare_index(index)
    if urlsplit(bare).scheme not in {"http", "https"}:
        raise SourceError(f"{index} is no index that can be asked", hint=_WAY)
    return f"{bare}/raw/HEAD/config.json" if index.startswith("registry+http") else f"{bare}/config.json"


def download(pattern: str, crate: Crate) -> str:
    """The URL of a `.crate` file, by an index's `dl`."""
    lower = crate.name.lower()
    values = {
        "crate": crate.name,
        "version": crate.version,
        "prefix": _prefix(crate.name),
        "lowerprefix": _prefix(lower),
        "sha256-checksum": crate.sha256,
    }
    if not _MARKER.search(pattern):
        return f"{pattern.rstrip('/')}/{crate.name}/{crate.version}/download"
    return _MARKER.sub(lambda found: values[found[1]], pattern)


def _prefix(name: str) -> str:
    """The directory that an index has a crate in."""
    return {1: "1", 2: "2", 3: f"3/{name[:1]}"}.get(len(name), f"{name[:2]}/{name[2:4]}")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise SourceError(
            "this crate, which Cargo.lock names, is not here", at=Location(str(path)), hint=_WAY
        ) from error
    except OSError as error:
        raise HostError(f"cannot read this crate: {error.strerror or error}", at=Location(str(path))) from error
    if len(content) > LARGEST:
        raise SourceError(f"this is larger than {LARGEST} bytes", at=Location(str(path)), hint=_WAY)
    return content
