"""Sources → a tree of files: repositories at a commit and source archives, built by their own backends (PEP 517) in isolation.

uv fetches, verifies and builds them on this machine, so only what is the same for every platform is accepted.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from pottle.errors import PottleError, ProjectError
from pottle.sources.pypi import by_hash, install, installed, pylock, uv
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.installed import Distribution
from pottle.sources.pypi.project_wheel import build_variables, last_words
from pottle.sources.pypi.pylock import Built
from pottle.sources.pypi.resolve import Indexes
from pottle.text import Location

_FAILED = re.compile(r"Failed to build `(?P<name>[A-Za-z0-9][\w.-]*)[ =]")


def build_sources(
    session: uv.Session,
    sources: Sequence[Built],
    into: Path,
    epoch: int,
    places: Mapping[str, Location],
    indexes: Indexes | None = None,
) -> tuple[Distribution, ...]:
    """What the sources make, unpacked below `into`, which must not exist yet; by name.

    `indexes` says which indexes have those that lie nowhere in particular. Raises `ProjectError` where a backend fails and for what
    is made for one platform. Nothing of `into` stays behind then.
    """
    if not sources:
        return ()
    into.mkdir(parents=True)
    try:
        _run(session, sources, into, epoch, places, indexes or Indexes())
        found = tuple(sorted(installed.read(into), key=lambda distribution: distribution.name))
        install.check_names([each.name for each in found], {canonicalize_name(source.name) for source in sources})
        for distribution in found:
            _check_pure(distribution, places.get(distribution.name))
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise
    return found


def _run(
    session: uv.Session,
    sources: Sequence[Built],
    into: Path,
    epoch: int,
    places: Mapping[str, Location],
    indexes: Indexes,
) -> None:
    with uv.scratch(session) as work:
        try:
            for command in _commands(session, sources, work, indexes):
                uv.run(session, [*command, "--prefix", into], work, build_variables(epoch))
        except uv.UvFailed as failed:
            raise _failure(failed, places) from failed


def _commands(
    session: uv.Session, sources: Sequence[Built], work: Path, indexes: Indexes
) -> Iterator[Sequence[str | Path]]:
    """Those that lie somewhere first: to be in sync means that nothing else is there."""
    if placed := [source for source in sources if source.url is not None]:
        lock = work / "pylock.toml"
        lock.write_text(pylock.write((), placed, session.project), encoding="utf-8")
        yield [*install.SYNC, *uv.for_target(session.target, may_build=("*",)), lock]
    found = [source for source in sources if source.url is None]
    target = uv.for_target(session.target, may_build=[source.name for source in found])
    for command in by_hash.commands(found, indexes, session.environ, work):
        yield [*command, *target]


def _failure(failed: uv.UvFailed, places: Mapping[str, Location]) -> PottleError:
    """The backend's own last words, which uv tells below its own; else whatever else uv says."""
    _, _, causes = failed.said.rpartition("\nerror: ")
    found = _FAILED.search(causes)
    if found is None or "build backend returned an error" not in causes:
        return failure(failed, places)
    name, backend = found["name"], causes.partition("\nhint: ")[0]
    words = last_words("\n".join(line.strip() for line in backend.splitlines()))
    hint = f"build {name} into a wheel where it can be built, publish it on your own index and lock again"
    return ProjectError(f"{name} cannot be built: {words}", at=places.get(canonicalize_name(name)), hint=hint)


def _check_pure(distribution: Distribution, at: Location | None) -> None:
    """Built here, it has to be for everywhere: this machine's interpreter and libraries are not the image's."""
    if not installed.is_pure(distribution):
        raise ProjectError(
            f"{distribution.name} {distribution.version} has compiled code: what is built here does not fit the image",
            at=at,
            hint=f"build {distribution.name} into a wheel for the image, publish it on your own index and lock again",
        )
