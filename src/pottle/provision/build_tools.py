"""What sources are built with beyond a toolchain: what Debian builds the same with, and what a build that failed has asked for."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pottle.oci.platform import Platform
from pottle.plan.lock import LockedPackage, LockedPlan
from pottle.plan.model import BuildWheels, Source
from pottle.plan.places import SOURCES, TOOLS
from pottle.provision.archives import Archives
from pottle.provision.locking import as_locked
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.debian.archive import Archive

_MOST_LIBRARIES = 20
"""Debian builds some with all that there is: a package of plugins, of which the project wants none in particular."""

_MOST_MINORS = 30
"""Of versions of Rust that a suite may have a package of each."""

_SOURCES = {"mysqlclient": "python-mysqldb", "systemd-python": "python-systemd"}
"""Distributions that no rule of names leads to."""

_NAMED: tuple[tuple[str, str], ...] = (
    (r"fatal error: ([\w./+-]+\.h(?:pp|h|xx)?): No such file", "{}"),
    (r"Package '?([\w.+-]+)'?,? (?:required by [^\n]*, )?(?:was )?not found", "pkgconfig/{}.pc"),
    (r"No package '([\w.+-]+)' found", "pkgconfig/{}.pc"),
    (r"pkg-config --(?:exists|cflags|libs)[\w -]*? ([\w.+-]+)'? returned", "pkgconfig/{}.pc"),
    (r'Dependency "([\w.+-]+)" not found', "pkgconfig/{}.pc"),
    (r"(?:cannot find|unable to find library) -l([\w.+-]+)", "lib{}.so"),
    (r"(?:^|[\s/:'\"`])([\w.+-]+-config|[\w.]+_config)\b[^\n]*not found", "bin/{}"),
    (r"[Nn]o such file or directory: '([\w.+-]+)'", "bin/{}"),
    (r"(?:^|\s)(?:\d+: )?([\w.+-]+): (?:command )?not found", "bin/{}"),
    (r"(?:command|[Pp]rogram|executable) ['\"`]?([\w.+-]+)['\"`]? (?:was )?not found", "bin/{}"),
    (r"([\w.+-]+) executable not found", "bin/{}"),
)
"""How compilers, linkers, pkg-config, Meson, shells and Python say what they miss, and the path that it has in a package."""
_OURS = re.compile(r"Python\.h|python[\d.]*(-config)?|pip\d*|uv")
"""What the toolchain has to bring: no other Python may."""
_TWINS = ("heimdal-dev", "libressl-dev", "libmysqlclient-dev")
"""Packages that stand in for others, and are not what is meant."""


class BuildTools:
    """For the sources of one plan, whose suite the archive is of."""

    def __init__(self, locked: LockedPlan, archives: Archives, settings: Settings) -> None:
        steps = (step for layer in locked.plan.layers for step in layer.steps)
        tools = next(step.tools for step in steps if isinstance(step, BuildWheels) and step.tools is not None)
        self._locked, self._tools, self._settings = locked, tools, settings
        architecture = Platform.parse(locked.plan.platform).debian_architecture
        self._archive: Archive = archives.archive(tools.suite, architecture, locked.plan.allow_expired)
        self._names: set[str] = set()

    def of_debian(self) -> frozenset[str]:
        """What Debian builds the sources with: libraries, and a few programs."""
        with self._settings.progress.task(f"Asking what {self._tools.suite} builds them with"):
            wanted = [name for source in self._locked.sources for name in self._of(source)]
            found = filter(None, map(self._archive.named, wanted))
            return frozenset(found) - set(self._tools.packages)

    def _of(self, source: Source) -> tuple[str, ...]:
        from pottle.sources.debian.listings import libraries

        for name in self._as_debian_calls(source.name):
            if (said := self._archive.build_depends(name)) is not None:
                known = libraries(said)
                return known if len(known) <= _MOST_LIBRARIES else ()
        return ()

    def _as_debian_calls(self, name: str) -> Iterator[str]:
        """The source packages that a distribution may be: that of its package, those of its name (Debian's Python policy, §4.3)."""
        bare = name.removeprefix("python-")
        yield from filter(None, (self._archive.source_of(f"python3-{each}") for each in (name, bare)))
        yield from (name, f"python-{bare}", _SOURCES.get(name, name))
        yield from filter(None, (self._archive.source_of(f"python3-{bare.removeprefix('py')}"),))

    def rust(self, needed: tuple[int, int] | None) -> frozenset[str]:
        """The packages of a cargo and a rustc that are new enough; where none are, the suite's own."""
        return frozenset(rust(self._archive.version_of, needed))

    def named(self, said: str) -> frozenset[str]:
        """The packages that have what a failed build says it misses."""
        found = (self._owner(path) for path in dict.fromkeys(missing(said)))
        return frozenset(name for name in found if name is not None)

    def _owner(self, path: str) -> str | None:
        """The package that has it at the shortest path, those to compile with first; None: none has it."""
        ranked = [
            (name in _TWINS, not name.endswith("-dev"), place.count("/"), len(name), name)
            for place, name in self._archive.files(path)
            if self._archive.named(name) == name
        ]
        return min(ranked)[-1] if ranked else None

    def adding(self, names: Iterable[str]) -> LockedPlan:
        """The locked plan with these, and what they need, beside what sources are built with. Raises `SourceError`."""
        self._names |= set(names)
        others = [each for layer, packages in self._locked.packages if layer not in TOOLS for each in packages]
        archive = self._archive.keeping(others) if others else self._archive
        found = archive.resolve((*self._tools.packages, *self._names), self._tools.without)
        there = {each.name for each in others}
        more = tuple(as_locked(each, archive) for each in found if each.name not in there)
        return with_tools(self._locked, more)


def rust(version_of: Callable[[str], str | None], needed: tuple[int, int] | None) -> tuple[str, str]:
    """A rustc and its cargo: the suite's own, else the oldest that is new enough of those that it keeps besides.

    Debian's `rustc-web` follows what browsers need; Ubuntu has a `rustc-1.89` for each version. `version_of` says which version a package has.
    """
    own = ("rustc", "cargo")
    minors = range(needed[1], needed[1] + _MOST_MINORS) if needed is not None and needed[0] == 1 else ()
    besides = (("rustc-web", "cargo-web"), *((f"rustc-1.{minor}", f"cargo-1.{minor}") for minor in minors))
    for rustc, cargo in (own, *besides):
        version = version_of(rustc)
        if version is not None and (needed is None or _major_minor(version) >= needed):
            return rustc, cargo
    return own


def _major_minor(version: str) -> tuple[int, int]:
    found = re.match(r"(?:\d+:)?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def with_tools(locked: LockedPlan, tools: Sequence[LockedPackage]) -> LockedPlan:
    """The plan whose sources are built with these packages."""
    packages = tuple((layer, tuple(tools) if layer == SOURCES else each) for layer, each in locked.packages)
    return replace(locked, packages=packages)


def tools_in(locked: LockedPlan) -> tuple[LockedPackage, ...]:
    """The packages that its sources are built with."""
    return dict(locked.packages).get(SOURCES, ())


def missing(said: str) -> Iterator[str]:
    """The ends of paths that a failed build says are not there."""
    for pattern, path in _NAMED:
        for name in re.findall(pattern, said, re.MULTILINE):
            if not _OURS.fullmatch(name):
                yield path.format(name)
