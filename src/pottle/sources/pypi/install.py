"""Locked wheels → a tree of files on this machine, laid out as an environment, whatever Python the image will have."""

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from packaging.utils import canonicalize_name

from pottle.errors import IntegrityError
from pottle.sources.pypi import by_hash, installed, pylock, uv
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.installed import Distribution
from pottle.sources.pypi.pylock import Wheel
from pottle.sources.pypi.resolve import Indexes
from pottle.text import Location


def install(
    session: uv.Session,
    wheels: Sequence[Wheel],
    into: Path,
    places: Mapping[str, Location] | None = None,
    indexes: Indexes | None = None,
) -> tuple[Distribution, ...]:
    """The wheels, fetched, verified by hash and unpacked below `into`, which must not exist yet; by name.

    `places` says where the lock names each distribution, `indexes` which indexes have those that lie nowhere in particular. On any failure nothing of `into` stays behind.
    Distributions that own one path with different content lie in trees of their own, so that none hides the other's.
    """
    if not wheels:
        return ()
    try:
        found = _installed(session, wheels, into / "all", places, indexes)
        alone = installed.contested(found.values())
        doubtful = {name for name, distribution in found.items() if installed.damaged(distribution)} - alone
        for name in sorted(alone | doubtful):
            wheel = [w for w in wheels if canonicalize_name(w.name) == name]
            found |= _installed(session, wheel, into / "alone" / name, places, indexes, fresh=name in doubtful)
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        raise
    return tuple(found[name] for name in sorted(found))


def _installed(
    session: uv.Session,
    wheels: Sequence[Wheel],
    prefix: Path,
    places: Mapping[str, Location] | None,
    indexes: Indexes | None,
    *,
    fresh: bool = False,
) -> dict[str, Distribution]:
    prefix.mkdir(parents=True)
    with uv.scratch(session) as work:
        try:
            for command in _commands(session, wheels, indexes or Indexes(), work):
                arguments = [*command, *uv.for_target(session.target), "--prefix", prefix]
                _run(session, arguments, work, fresh=fresh)
        except uv.UvFailed as failed:
            raise failure(failed, places) from failed
    found = {distribution.name: distribution for distribution in installed.read(prefix)}
    check_names(found, {canonicalize_name(wheel.name) for wheel in wheels})
    return found


def _commands(
    session: uv.Session, wheels: Sequence[Wheel], indexes: Indexes, work: Path
) -> Iterator[Sequence[str | Path]]:
    """Those that lie somewhere first: to be in sync means that nothing else is there."""
    if placed := [wheel for wheel in wheels if wheel.url is not None]:
        lock = work / "pylock.toml"
        lock.write_text(pylock.write(placed), encoding="utf-8")
        yield [*SYNC, "--require-hashes", lock]
    unplaced = (wheel for wheel in wheels if wheel.url is None)
    yield from by_hash.commands(unplaced, indexes, session.environ, work)


def _run(session: uv.Session, arguments: Sequence[str | Path], work: Path, *, fresh: bool) -> None:
    if fresh or not _from_cache(session, arguments, work):
        uv.run(session, [*arguments, *(["--no-cache"] if fresh else [])], work)


def _from_cache(session: uv.Session, arguments: Sequence[str | Path], work: Path) -> bool:
    """Whether uv's cache has it all. The hashes decide what is right, so nobody need be asked whether the cache is still fresh."""
    try:
        uv.run(session, [*arguments, "--offline"], work)
    except uv.UvFailed:
        return False
    return True


SYNC = (
    *("pip", "sync", "--preview-features", "pylock"),
    *("--no-compile-bytecode", "--break-system-packages"),
    *("--link-mode", "hardlink"),
)
"""`--prefix` gives an environment's own layout (bin, lib/pythonX.Y/site-packages, share …) with a RECORD that fits it."""


def check_names(found: Collection[str], wanted: Collection[str]) -> None:
    """Raise `IntegrityError` unless everything that was wanted is there."""
    if missing := sorted(set(wanted) - set(found)):
        raise IntegrityError(
            f"the wheel of {missing[0]} does not hold that distribution", hint="lock the project again"
        )
