"""A source as a tree of files: uv fetches, verifies and unpacks it, and is stopped where it would run its backend on this machine.

uv has no command that only fetches a source, and it alone knows every way to the user's indexes. So it is asked to build, with an
interpreter that ends before a line of the source is executed: `sitecustomize` is imported before the current directory is importable.
Nothing is ever built in the cache that these calls share, so uv never has a wheel to take in its place: but for sources of `uv_build`,
which is uv itself and runs nothing of theirs.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.utils import canonicalize_name

from pottle.errors import PottleError, ProjectError
from pottle.sharing import used
from pottle.sources.pypi import build_environments, by_hash, install, installed, pylock, uv
from pottle.sources.pypi.build_requirements import Given
from pottle.sources.pypi.failure import failure, last_cause
from pottle.sources.pypi.installed import Distribution
from pottle.sources.pypi.pylock import Built
from pottle.sources.pypi.resolve import Indexes
from pottle.text import Location

_KEPT = hashlib.sha256(b"sources").hexdigest()
"""The name of uv's cache of sources among those of the session's builds."""
_LARGEST_PKG_INFO = 8 << 20
"""A description may be a whole book."""
_TREE = "POTTLE_SOURCE_TREE"
_INSTEAD = f"""\
import os, shutil, sys

if "-c" in sys.orig_argv[1:]:
    target = os.environ["{_TREE}"]
    if not os.path.exists(target):
        shutil.copytree(os.getcwd(), target + ".part", symlinks=True)
        os.rename(target + ".part", target)
    os._exit(86)
"""


def fetch(
    session: uv.Session,
    source: Built,
    into: Path,
    places: Mapping[str, Location] | None = None,
    indexes: Indexes | None = None,
) -> Distribution | None:
    """The files of `source` at `into`, which must not exist yet, as they are: links in it may lead anywhere.

    A source that is built without running anything is built: then `into` is an environment that holds it. `places` says where the lock
    names each distribution, `indexes` which indexes have it where it lies nowhere in particular.
    """
    at = (places or {}).get(canonicalize_name(source.name))
    with uv.scratch(session) as work:
        instead, tree, prefix = work / "instead", work / "tree", work / "prefix"
        instead.mkdir()
        (instead / "sitecustomize.py").write_text(_INSTEAD, encoding="utf-8")
        try:
            for command in _commands(session, source, work, indexes or Indexes()):
                options = ["--no-build-isolation", "--prefix", prefix, *_cache(session, work)]
                uv.run(session, [*command, *options], work, {"PYTHONPATH": str(instead), _TREE: str(tree)})
        except uv.UvFailed as failed:
            if not tree.is_dir():
                raise _failure(failed, source, places or {}) from failed
        if tree.is_dir():
            shutil.move(tree, into)
            return None
        if not prefix.is_dir():
            raise ProjectError(f"{source.name} is no source that can be built", at=at, hint="lock the project again")
        shutil.move(prefix, into)
        found = installed.read(into)
        install.check_names([each.name for each in found], {canonicalize_name(source.name)})
        return found[0]


@dataclass(frozen=True, slots=True)
class Required:
    """The source of something that a build needs."""

    name: str
    version: str
    sha256: str
    """Of its files: an index was asked for what fits, not for these bytes."""


def fetch_required(
    session: uv.Session,
    name: str,
    requires: Sequence[str],
    given: Given | None,
    built: Sequence[Path],
    into: Path,
    at: Location | None = None,
) -> Required:
    """The files of the distribution `name`, of a version that satisfies what is required or `given`, at `into`, which must not exist yet."""
    with uv.scratch(session) as work:
        instead, tree = work / "instead", work / "tree"
        instead.mkdir()
        (instead / "sitecustomize.py").write_text(_INSTEAD, encoding="utf-8")
        target = uv.for_target(session.target, may_build=[name])
        own = [
            each for each in requires if canonicalize_name(re.split(r"[^\w.-]", each.strip(), maxsplit=1)[0]) == name
        ]
        how = ("--no-deps",) if own and given is None else ()
        command = build_environments.asking(own or requires, given, built, work)
        options = (*how, *target, "--no-build-isolation", "--prefix", work / "prefix", *_cache(session, work))
        try:
            uv.run(session, [*command, *options], work, {"PYTHONPATH": str(instead), _TREE: str(tree)})
        except uv.UvFailed as failed:
            if not tree.is_dir():
                raise failure(failed) from failed
        if not tree.is_dir():
            raise ProjectError(f"{name} is no source that can be built", at=at)
        shutil.move(tree, into)
    found, version = _identity(into)
    if found != name or version is None:
        raise ProjectError(f"the source of {name} says that it is {found or 'nothing'}", at=at)
    return Required(name, version, _digest(into))


def _identity(tree: Path) -> tuple[str | None, str | None]:
    """Name and version, as every source archive has them (the source distribution format, PKG-INFO)."""
    path = tree / "PKG-INFO"
    if path.is_symlink() or not path.is_file():
        return None, None
    with path.open("rb") as file:
        fields = HeaderParser().parsestr(file.read(_LARGEST_PKG_INFO).decode("utf-8", "replace"))
    name, version = fields.get("Name"), fields.get("Version")
    return (str(canonicalize_name(name)) if name else None), version


def _digest(tree: Path) -> str:
    """Of its paths and what they hold, links as they are."""
    digest = hashlib.sha256()
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree).as_posix().encode(errors="surrogateescape")
        if path.is_symlink():
            digest.update(b"l%s\0%s\0" % (name, os.fsencode(path.readlink())))
        elif path.is_file():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
            digest.update(b"f%s\0%d%s" % (name, path.stat().st_mode & 0o111, content))
    return digest.hexdigest()


_WRONG = re.compile(
    r"TOML parse error|[Ff]ailed to (?:extract|unpack|read|parse)|[Ii]nvalid `?pyproject|outside|corrupt"
)
"""How uv says that an archive is not what it should be."""


def _failure(failed: uv.UvFailed, source: Built, places: Mapping[str, Location]) -> PottleError:
    if "Hash mismatch" not in failed.said and _WRONG.search(failed.said):
        what = f"{source.name} cannot be built: its files are not as they should be: {last_cause(failed.said)}"
        at = places.get(canonicalize_name(source.name))
        return ProjectError(what, at=at, hint="choose another version of it")
    return failure(failed, places)


def _cache(session: uv.Session, work: Path) -> Sequence[str | Path]:
    if session.builds is None:
        return ["--cache-dir", work / "cache"]
    used(session.builds / _KEPT)
    return ["--cache-dir", session.builds / _KEPT]


def _commands(session: uv.Session, source: Built, work: Path, indexes: Indexes) -> Iterator[Sequence[str | Path]]:
    if source.url is None:
        target = uv.for_target(session.target, may_build=[source.name])
        yield from ([*command, *target] for command in by_hash.commands([source], indexes, session.environ, work))
        return
    lock = work / "pylock.toml"
    lock.write_text(pylock.write((), [source], session.project), encoding="utf-8")
    yield [*install.SYNC, *uv.for_target(session.target, may_build=("*",)), lock]
