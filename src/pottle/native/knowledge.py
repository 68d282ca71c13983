"""What machine code does not show: libraries that are loaded by name, programs that are run, data that is read.

Two sources. Debian packages most of what has such needs, and says in `Depends` and `Recommends` what it needs; a claim of that kind is
believed only where the distribution's own code names the library or the command. And rows that were measured one by one, for what
Debian does not say or says differently: `known/curated.toml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pottle.native import KNOWN
from pottle.native.index import ALPINE, AlpineIndex, Index, bits, rows


@dataclass(frozen=True, slots=True)
class Claim:
    """What Debian says that a distribution needs."""

    package: str
    recommended: bool
    """It is a `Recommends`, not a `Depends`."""
    libraries: frozenset[str]
    """Stems of the libraries in the package: `libmagic`."""
    commands: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """What code would name it by. Short names of commands stand in any code."""
        return self.libraries | {each for each in self.commands if len(each) > 2}


@lru_cache(maxsize=8)
def claims(suite: str) -> Mapping[str, tuple[Claim, ...]]:
    """Distribution, normalized → what Debian says of it in a suite."""
    if suite == ALPINE:
        return {}
    found: dict[str, list[tuple[str, bool]]] = {}
    packages: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    own = bits(suite)
    for first, *rest in rows("distributions.tsv.xz"):
        if first.startswith("="):
            libraries, commands = (frozenset(each.split()) for each in rest)
            packages[first[1:]] = libraries, commands
        elif int(rest[2], 16) & own:
            found.setdefault(first, []).append((rest[0], rest[1] == "R"))
    return {
        name: tuple(Claim(package, recommended, *packages[package]) for package, recommended in each)
        for name, each in found.items()
    }


def words(suite: str, distribution: str) -> frozenset[str]:
    """What to look for in the distribution's code: without one of them nothing that Debian says of it is believed."""
    return frozenset().union(*(claim.words for claim in claims(suite).get(distribution, ())))


@dataclass(frozen=True, slots=True)
class Row:
    """What one distribution needs, as measured."""

    because: str
    libraries: tuple[str, ...] = ()
    """Sonames; alternatives are separated by `|`."""
    packages: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    """Those that have the packages; empty: all do."""
    since: str | None = None
    """The version from which on it needs them: earlier ones bring their own."""
    called: str | None = None
    """Only where the project's own code calls this."""
    environment: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """Variables, and their values by suite; `*` is any other."""
    spared: frozenset[str] = frozenset()
    """Sonames that machine code of it is linked with, and its other code does without."""
    linked: bool = False
    """Its machine code says so too."""
    direct: bool = False
    """Only where the project itself asks for the distribution: others that depend on it do without."""
    unless: tuple[str, ...] = ()
    """Distributions beside which it does not need them."""
    cheaper: str | None = None
    """A way to need less."""

    def named(self, index: Index | AlpineIndex) -> tuple[str, ...]:
        """The packages, as the suite calls them; what it does not have at all is not in here."""
        found = (_first(alternatives, index) for alternatives in self.libraries)
        own = self.packages if isinstance(index, Index) and not self.lacking(index) else ()
        return (*(package for package in found if package is not None), *own)

    def lacking(self, index: Index | AlpineIndex) -> tuple[str, ...]:
        """The packages that the suite is known not to have."""
        suite = index.facts.name if index.facts is not None else None
        return self.packages if self.suites and suite is not None and suite not in self.suites else ()

    def variables(self, suite: str) -> dict[str, str]:
        """What its processes are told in a suite."""
        return {name: values.get(suite, values["*"]) for name, values in self.environment}

    def counts_for(self, version: str | None) -> bool:
        """Whether it is about this version too; None: nobody knows which one it is."""
        from packaging.version import InvalidVersion, Version

        if self.since is None or not version:
            return True
        try:
            return Version(version) >= Version(self.since)
        except InvalidVersion:
            return True


def _first(alternatives: str, index: Index | AlpineIndex) -> str | None:
    for soname in alternatives.split("|"):
        if providers := index.providers(soname.strip()):
            return providers[0]
    return None


@lru_cache(maxsize=1)
def curated() -> Mapping[str, Row]:
    """Distribution, normalized → its row."""
    import tomli

    document = tomli.loads((KNOWN / "curated.toml").read_text(encoding="utf-8"))
    return {name: _row(table) for name, table in document.items()}


def _row(table: Mapping[str, Any]) -> Row:
    return Row(
        because=table["because"],
        libraries=tuple(table.get("libraries", ())),
        packages=tuple(table.get("packages", ())),
        suites=tuple(table.get("suites", ())),
        since=table.get("since"),
        called=table.get("called"),
        environment=tuple(table.get("environment", {}).items()),
        spared=frozenset(table.get("spared", ())),
        linked=table.get("linked", False),
        direct=table.get("direct", False),
        unless=tuple(table.get("unless", ())),
        cheaper=table.get("cheaper"),
    )


def rows_for(held: Mapping[str, str | None], direct: frozenset[str] | None) -> Iterator[tuple[str, Row]]:
    """The rows that count beside all that is `held`, in its versions; `direct` are those that the project asks for, None: any may be."""
    for name in sorted(held.keys() & curated().keys()):
        row = curated()[name]
        if (row.direct and direct is not None and name not in direct) or not held.keys().isdisjoint(row.unless):
            continue
        if row.counts_for(held[name]):
            yield name, row
