"""Sources → a tree of files: repositories at a commit and source archives, built by their own backends (PEP 517) in isolation.

uv fetches, verifies and builds them on this machine, so only what is the same for every platform is accepted.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from packaging.utils import canonicalize_name

from pottle.errors import PottleError, ProjectError
from pottle.sharing import used
from pottle.sources.pypi import by_hash, install, installed, pylock, uv
from pottle.sources.pypi.build_requirements import Given, Observer, digest
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.installed import Distribution
from pottle.sources.pypi.project_wheel import build_variables, last_words
from pottle.sources.pypi.pylock import Built
from pottle.sources.pypi.resolve import Indexes
from pottle.text import Location

Requires: TypeAlias = Given | Observer

_FAILED = re.compile(r"Failed to build `(?P<name>[A-Za-z0-9][\w.-]*)[ =]")


def build_sources(
    session: uv.Session,
    sources: Sequence[Built],
    into: Path,
    epoch: int,
    places: Mapping[str, Location],
    indexes: Indexes | None = None,
    requires: Mapping[str, Requires] | None = None,
) -> tuple[Distribution, ...]:
    """What the sources make, unpacked below `into`, which must not exist yet; by name.

    `indexes` says which indexes have those that lie nowhere in particular, `requires` what the backend of each is run with, where
    that is decided. Raises `ProjectError` where a backend fails and for what is made for one platform. Nothing of `into` stays behind
    then.
    """
    if not sources:
        return ()
    into.mkdir(parents=True)
    try:
        trees = []
        for number, (given, some) in enumerate(_together(sources, requires or {})):
            _run(session, some, into / str(number), epoch, places, indexes or Indexes(), given)
            trees.append(into / str(number))
        read = (distribution for tree in trees for distribution in installed.read(tree))
        found = tuple(sorted(read, key=lambda distribution: distribution.name))
        install.check_names([each.name for each in found], {canonicalize_name(source.name) for source in sources})
        for distribution in found:
            _check_pure(distribution, places.get(distribution.name))
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise
    return found


def _together(
    sources: Sequence[Built], requires: Mapping[str, Requires]
) -> Iterator[tuple[Requires | None, Sequence[Built]]]:
    """What one call of uv builds: a source whose requirements are decided has them for itself."""
    if free := [source for source in sources if source.name not in requires]:
        yield None, free
    for source in sources:
        if source.name in requires:
            yield requires[source.name], [source]


def _run(
    session: uv.Session,
    sources: Sequence[Built],
    into: Path,
    epoch: int,
    places: Mapping[str, Location],
    indexes: Indexes,
    requires: Requires | None,
) -> None:
    into.mkdir(parents=True)
    with uv.scratch(session) as work:
        options, variables = _options(session, requires, work), build_variables(epoch)
        if isinstance(requires, Observer):
            variables |= requires.variables
        try:
            for command in _commands(session, sources, work, indexes):
                uv.run(session, [*command, *options, "--prefix", into], work, variables)
        except uv.UvFailed as failed:
            if isinstance(requires, Given) and (stale := requires.stale(failed.said)) is not None:
                raise stale from failed
            raise _failure(failed, places) from failed


def _options(session: uv.Session, requires: Requires | None, work: Path) -> Sequence[str | Path]:
    """What uv has built it keeps whatever that was built with, so a build that says so has a cache of its own."""
    if isinstance(requires, Observer):
        return ["--cache-dir", work / "cache"]
    if isinstance(requires, Given):
        kept = session.builds / digest(requires.requires) if session.builds is not None else work / "cache"
        used(kept)
        return [*requires.options(work), "--cache-dir", kept]
    return ()


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
