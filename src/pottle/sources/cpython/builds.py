"""CPythons of python-build-standalone, for any machine: found and fetched by uv, which knows each build's URL and digest.

What uv would install is not used: it writes its own place into it. The archive that it has verified is kept, named by its digest.
"""

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from packaging.version import Version

from pottle.errors import HostError, IntegrityError, PottleError, SourceError
from pottle.sharing import used
from pottle.sources.placing import placing
from pottle.sources.pypi import reach, uv
from pottle.sources.pypi.failure import last_cause, where

MIRROR, DOWNLOADS = "UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS_JSON_URL"
_PLACES = ("https://releases.astral.sh/github/", "https://github.com/astral-sh/")
"""uv lists builds at the first and applies mirrors to what is at the second alone (0.13.8)."""
_RELEASE = re.compile(r"/(\d{8})/[^/]+$")
_FIND_OUT = "find out why the archive has changed before locking again"


@dataclass(frozen=True, slots=True)
class Build:
    """One build: a version for a machine."""

    version: str
    """`3.9.25`"""
    build: str
    """The release that it was published with, `20251031`; empty where the URL does not say."""
    machine: str
    """As `uname -m` says it."""
    url: str
    """Where it was published, whatever mirror is used; without credentials."""

    @property
    def suffix(self) -> str:
        """`.tar.gz`"""
        return "".join(PurePosixPath(self.url).suffixes[-2:])

    @property
    def filename(self) -> str:
        """`cpython-3.9.25+20251031-x86_64-unknown-linux-gnu-install_only.tar.gz`"""
        return unquote(PurePosixPath(self.url.partition("?")[0]).name)

    def place(self, cache: Path, sha256: str) -> Path:
        """Where the archive with that digest is kept below `cache`."""
        return cache / f"{sha256}{self.suffix}"


def find(session: uv.Session, version: str, machine: str) -> Build:
    """The build that uv knows of `version`, X.Y.Z, or the newest of X.Y. Raises `SourceError` where it knows none."""
    known = {DOWNLOADS: url} if (url := reach.interpreters(session.environ, session.project).get(DOWNLOADS)) else {}
    with uv.scratch(session) as work:
        answer = work / "list.json"
        try:
            with answer.open("wb") as out:
                uv.run(session, [*_LIST, _key(version, machine)], work, {**_MAY, **known}, out)
        except uv.UvFailed as failed:
            raise _failure(failed.said, version) from failed
        listed = json.loads(answer.read_bytes())
    urls = {Version(each["version"]): each["url"] for each in listed if each["url"] and each["variant"] == "default"}
    if not urls:
        hint = "ask for another version, or upgrade uv, which has the list"
        raise SourceError(f"python-build-standalone has no CPython {version} for {machine}", hint=hint)
    newest = max(urls)
    url = re.sub(r"//[^/@]+@", "//", urls[newest])
    release = _RELEASE.search(url)
    return Build(str(newest), release[1] if release else "", machine, url)


def fetch(session: uv.Session, build: Build, cache: Path, sha256: str | None = None) -> tuple[Path, str]:
    """The archive of `build` below `cache`, and its SHA-256; what comes is verified: against `sha256`, or as uv knows it."""
    if sha256 is not None and _is(kept := build.place(cache, sha256), sha256):
        used(kept)
        return kept, sha256
    with uv.scratch(session) as work:
        fetched = _fetched(session, build, work, sha256)
        digest = _digest(fetched)
        if sha256 not in (None, digest):
            raise IntegrityError(_mismatch(build.version), hint=_FIND_OUT)
        target = build.place(cache, digest)
        with fetched.open("rb") as source, placing(target) as place:
            shutil.copyfileobj(source, place, 1 << 20)
    return target, digest


_LIST = ("python", "list", "--only-downloads", "--all-platforms", "--all-versions", "--output-format", "json")
_MAY = {"UV_PYTHON_DOWNLOADS": "manual"}


def _key(version: str, machine: str) -> str:
    """As uv names it."""
    return f"cpython-{version}-linux-{machine}-gnu"


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _is(path: Path, sha256: str) -> bool:
    try:
        return _digest(path) == sha256
    except OSError:
        return False


def _fetched(session: uv.Session, build: Build, work: Path, sha256: str | None) -> Path:
    """Where uv has put the archive that it installs from."""
    archives = work / "archives"
    settings = {**reach.interpreters(session.environ, session.project), **_MAY, "UV_PYTHON_CACHE_DIR": str(archives)}
    if sha256 is not None:
        settings[DOWNLOADS] = str(_listing(build, sha256, work))
        if not build.url.startswith(_PLACES):
            settings.pop(MIRROR, None)
    where_to = ("--install-dir", work / "installed")
    try:
        uv.run(
            session, ["python", "install", "--no-bin", *where_to, _key(build.version, build.machine)], work, settings
        )
    except uv.UvFailed as failed:
        raise _failure(failed.said, build.version) from failed
    return next(path for path in archives.iterdir() if path.name.endswith(build.suffix))


def _listing(build: Build, sha256: str, work: Path) -> Path:
    """A list of downloads that holds this one alone: whatever uv knows by now, this archive is the one that was locked."""
    major, minor, patch = map(int, build.version.split("."))
    entry = {
        "name": "cpython",
        "arch": {"family": build.machine, "variant": None},
        "os": "linux",
        "libc": "gnu",
        "major": major,
        "minor": minor,
        "patch": patch,
        "prerelease": "",
        "url": build.url.replace(*_PLACES, 1),
        "sha256": sha256,
        "variant": None,
        "build": build.build or None,
    }
    path = work / "downloads.json"
    path.write_text(json.dumps({_key(build.version, build.machine): entry}))
    return path


def _mismatch(version: str) -> str:
    return f"the archive of CPython {version} does not have the digest that it should"


def _failure(said: str, version: str) -> PottleError:
    if re.search(r"(?i)hash mismatch", said):
        return IntegrityError(_mismatch(version), hint=_FIND_OUT)
    if re.search(r"(?i)no space left on device|os error 28\b|disk quota exceeded", said):
        return HostError(f"no space left on the disk for CPython {version}", hint="free some, or set TMPDIR")
    hint = f"name a mirror that can be reached by {MIRROR}, or choose a Python that a base has of its own: `python`, `base`"
    return SourceError(f"CPython {version} cannot be fetched{where(said)}: {last_cause(said)}", hint=hint)
