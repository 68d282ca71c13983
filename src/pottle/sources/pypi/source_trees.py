"""A source as a tree of files: uv fetches, verifies and unpacks it, and is stopped where it would run its backend on this machine.

uv has no command that only fetches a source, and it alone knows every way to the user's indexes. So it is asked to build, with an
interpreter that ends before a line of the source is executed: `sitecustomize` is imported before the current directory is importable.
Nothing is ever built in the cache that these calls share, so uv never has a wheel to take in its place: but for sources of `uv_build`,
which is uv itself and runs nothing of theirs.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from pottle.errors import PottleError, ProjectError
from pottle.sharing import used
from pottle.sources.pypi import by_hash, install, installed, pylock, uv
from pottle.sources.pypi.failure import failure, last_cause
from pottle.sources.pypi.installed import Distribution
from pottle.sources.pypi.pylock import Built
from pottle.sources.pypi.resolve import Indexes
from pottle.text import Location

_KEPT = hashlib.sha256(b"sources").hexdigest()
"""The name of uv's cache of sources among those of the session's builds."""
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
