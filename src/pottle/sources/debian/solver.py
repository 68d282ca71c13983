"""Which packages a set of names needs ([Debian policy §7]).

Of every package only its newest version over all pockets counts, as for apt. What leaves no choice is taken first; of
alternatives the first that leads to a whole solution, one that is there anyhow preferred. The answer depends on nothing
but the archive and the names: not on their order.

[Debian policy §7]: https://www.debian.org/doc/debian-policy/ch-relationships.html
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from pottle.errors import SourceError
from pottle.sources.debian import version as versions
from pottle.sources.debian.control import Clause, Relation
from pottle.sources.debian.packages import BinaryPackage, Index

_MOST_TRIALS = 5_000


@dataclass(frozen=True, slots=True)
class Resolution:
    """The packages that were asked for, with all that they need."""

    packages: tuple[BinaryPackage, ...]
    """In the order of their names."""
    wanted_by: Mapping[str, str]
    """Name → the package that first needed it; those that were asked for are not in here."""
    left_out: Mapping[str, str]
    """What was needed and not wanted → the package that needs it."""


class Universe:
    """All indexes together, where of each name only the newest version counts."""

    def __init__(self, indexes: Sequence[Index], architecture: str) -> None:
        self._indexes = indexes
        self.architecture = architecture
        self._newest: dict[str, BinaryPackage | None] = {}

    def having(self, packages: Iterable[BinaryPackage]) -> "Universe":
        """The same, in which these are what there is of their names."""
        other = Universe(self._indexes, self.architecture)
        other._newest |= {package.name: package for package in packages}
        return other

    def newest(self, name: str) -> BinaryPackage | None:
        """The newest version of the package called `name`; of equal ones that of the first index."""
        if name not in self._newest:
            self._newest[name] = self._find(name)
        return self._newest[name]

    def providers(self, name: str) -> tuple[BinaryPackage, ...]:
        """The packages whose newest version provides `name`: the weightiest priority first, then by name."""
        names = set(chain.from_iterable(index.providing(name) for index in self._indexes))
        found = (package for package in map(self.newest, names) if package and _provides(package, name))
        return tuple(sorted(found, key=lambda package: (package.rank, package.name)))

    def similar(self, name: str) -> list[str]:
        """Names close to one that does not exist."""
        known = set(chain.from_iterable(index.names() for index in self._indexes))
        stem = name.rstrip("0123456789.-")
        close = [other for other in known if other.startswith(stem)] if len(stem) > 3 else []
        return difflib.get_close_matches(name, close, 3, 0.6) or difflib.get_close_matches(name, known, 3, 0.8)

    def _find(self, name: str) -> BinaryPackage | None:
        newest: BinaryPackage | None = None
        for package in chain.from_iterable(index.named(name) for index in self._indexes):
            if package.architecture not in {self.architecture, "all"}:
                continue
            if newest is None or versions.compare(package.version, newest.version) > 0:
                newest = package
        return newest


Names: TypeAlias = Iterable[str]


class UnknownPackage(SourceError):
    """There is no package of that name."""


def solve(universe: Universe, names: Names, without: Names = (), given: Sequence[BinaryPackage] = ()) -> Resolution:
    """The packages that `names` need, less those named in `without` and what only they need.

    What is `given` is there already, whatever it needs itself: it answers demands, makes none, and is not in the answer.
    """
    return _Search(universe, frozenset(without), tuple(given)).run(sorted(set(names)))


class _Unsatisfiable(Exception):
    """There is no solution this way; says why."""

    def __init__(self, reason: str, *, unknown: bool = False) -> None:
        super().__init__(reason)
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class _Demand:
    clause: Clause
    by: str | None

    def __str__(self) -> str:
        return " | ".join(map(str, self.clause))


@dataclass(slots=True)
class _State:
    """How far one way has come."""

    chosen: dict[str, BinaryPackage] = field(default_factory=dict)
    wanted_by: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    choices: tuple[_Demand, ...] = ()

    def copy(self) -> "_State":
        return _State(dict(self.chosen), dict(self.wanted_by), dict(self.left_out), self.choices)


@dataclass(slots=True)
class _Search:
    universe: Universe
    without: frozenset[str]
    given: tuple[BinaryPackage, ...] = ()
    trials: int = 0

    def run(self, names: Sequence[str]) -> Resolution:
        there = {package.name: package for package in self.given}
        for name in names:
            self._check_name(name, [*names, *there])
        try:
            state = self._settle(_State(dict(there)), [_Demand((Relation(name),), None) for name in names])
        except _Unsatisfiable as reason:
            kind = UnknownPackage if reason.unknown else SourceError
            raise kind(str(reason), hint="ask for other packages, or another suite") from None
        packages = tuple(state.chosen[name] for name in sorted(state.chosen) if name not in there)
        return Resolution(packages, state.wanted_by, state.left_out)

    def _check_name(self, name: str, names: Sequence[str]) -> None:
        """A name that was asked for has to mean one package."""
        if self.universe.newest(name):
            return
        providers = [package.name for package in self.universe.providers(name)]
        if len(providers) > 1 and self.without.union(names).isdisjoint(providers):
            what = f"{name} is a virtual package, which {len(providers)} packages provide"
            raise SourceError(what, hint=f"name one of them: {', '.join(providers[:5])}")
        if not providers:
            similar = ", ".join(self.universe.similar(name))
            hint = f"there is {similar}" if similar else "check its name on packages.debian.org or packages.ubuntu.com"
            raise UnknownPackage(f"the archive has no package {name} for {self.universe.architecture}", hint=hint)

    def _settle(self, state: _State, demands: list[_Demand]) -> _State:
        """Takes whatever has no alternative, then decides on the alternatives one by one."""
        waiting = list(state.choices)
        while demands:
            demand = demands.pop(0)
            if self._is_met(state, demand):
                continue
            options = self._options(state, demand)
            if len(options) == 1:
                demands += self._take(state, options[0], demand)
            else:
                waiting.append(demand)
        state.choices = tuple(sorted(set(waiting), key=lambda demand: (demand.by or "", str(demand))))
        return self._decide(state)

    def _decide(self, state: _State) -> _State:
        while state.choices and self._is_met(state, state.choices[0]):
            state.choices = state.choices[1:]
        if not state.choices:
            return state
        demand, state.choices = state.choices[0], state.choices[1:]
        failure: _Unsatisfiable | None = None
        for option in self._options(state, demand):
            try:
                branch = state.copy()
                return self._settle(branch, self._take(branch, option, demand))
            except _Unsatisfiable as reason:
                failure = failure or reason
        raise failure or _Unsatisfiable(_chain(state, demand))

    def _is_met(self, state: _State, demand: _Demand) -> bool:
        """Whether something that is there, or that is left out, answers the demand."""
        for wish in demand.clause:
            if any(self._answers(package, wish) for package in state.chosen.values()):
                return True
        for wish in demand.clause:
            candidates = (wish.name, *(package.name for package in self._candidates(wish)))
            for name in candidates:
                if name in self.without:
                    state.left_out.setdefault(name, demand.by or "")
                    return True
        return False

    def _options(self, state: _State, demand: _Demand) -> list[BinaryPackage]:
        """Every package that would answer the demand, the preferred first."""
        found = list(dict.fromkeys(chain.from_iterable(map(self._candidates, demand.clause))))
        if not found:
            there = [package for wish in demand.clause if (package := self.universe.newest(wish.name))]
            raise _Unsatisfiable(f"{_chain(state, demand)} {_available(there)}", unknown=not there)
        return found

    def _candidates(self, wish: Relation) -> Iterator[BinaryPackage]:
        named = self.universe.newest(wish.name)
        if named and self._answers(named, wish):
            yield named
        for provider in self.universe.providers(wish.name):
            if self._answers(provider, wish):
                yield provider

    def _answers(self, package: BinaryPackage, wish: Relation) -> bool:
        if wish.qualifier == "any" and package.multi_arch != "allowed":
            return False
        if wish.qualifier not in {None, "any", "native", self.universe.architecture}:
            return False
        if package.name == wish.name and wish.admits(package.version):
            return True
        return any(wish.admits(version) for version in package.provided(wish.name))

    def _take(self, state: _State, package: BinaryPackage, demand: _Demand) -> list[_Demand]:
        """Adds a package; gives what it demands in turn."""
        self.trials += 1
        if self.trials > _MOST_TRIALS:
            raise SourceError("these packages have too many alternatives to try", hint="name the ones you want")
        for other in state.chosen.values():
            if reason := _exclusion(package, other) or _exclusion(other, package):
                raise _Unsatisfiable(f"{_chain(state, demand)} {reason}")
        state.chosen[package.name] = package
        if demand.by is not None:
            state.wanted_by[package.name] = demand.by
        return [_Demand(clause, package.name) for clause in package.demands]


def _available(packages: Sequence[BinaryPackage]) -> str:
    if not packages:
        return "does not exist in the archive"
    return f"cannot be had: there is {', '.join(f'{package.name} {package.version}' for package in packages)}"


def _provides(package: BinaryPackage, name: str) -> bool:
    return any(True for _ in package.provided(name))


def _exclusion(package: BinaryPackage, other: BinaryPackage) -> str | None:
    """Why the two cannot be together, if `package` says so (policy §7.3, §7.4); what it excludes never means itself."""
    if package.name == other.name:
        return f"is needed at {package.version} and at {other.version}"
    for wish in chain.from_iterable(package.exclusions):
        named = other.name == wish.name and wish.admits(other.version)
        if named or any(wish.admits(version) for version in other.provided(wish.name)):
            return f"cannot be had: {package.name} excludes {wish}, which is {other.name} {other.version}"
    return None


def _chain(state: _State, demand: _Demand) -> str:
    """How the demand came about: `python3.13 → libssl3t64 (>= 3.5)`."""
    names, by = [str(demand)], demand.by
    while by is not None:
        names.append(by)
        by = state.wanted_by.get(by)
    return " → ".join(reversed(names))
