"""All that `pottle.lock` is to hold of a project: an answer stays as long as it answers, and what has to be asked anew keeps its versions."""

import platform
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from pottle.config.options import Options
from pottle.errors import PottleError, SourceError
from pottle.oci.platform import InvalidPlatform, Platform
from pottle.plan import libraries as pinned
from pottle.plan import system_pins
from pottle.plan.lock import LockedPlan
from pottle.plan.model import ImagePlan
from pottle.plan.planner import make_plan, wanted
from pottle.project.facts import Facts, PinnedEnvironment, Pins
from pottle.project.pinned import PinnedBuild, PinnedCompiler, PinnedInterpreter, PinnedLibrary, PinnedSystem
from pottle.provision import build_pins, libraries, locking, pinning
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings
from pottle.text import Location

_NOWHERE = Location("pottle.lock")
HOSTS = ("amd64", "arm64")
"""Architectures of machines that build images."""

_Old = TypeVar("_Old", PinnedEnvironment, PinnedSystem)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What is chosen anew though it still answers."""

    everything: bool = False
    names: frozenset[str] = frozenset()
    """Of distributions and of Debian packages."""

    def asks(self, held: Collection[str]) -> bool:
        """Whether anything of what is `held` is to be chosen anew."""
        return self.everything or not self.names.isdisjoint(held)


@dataclass(slots=True)
class Answers:
    """What is asked for one project, platform after platform, and what came of it."""

    facts: Facts
    options: Options
    archives: Archives
    settings: Settings
    upgrade: Upgrade
    before: Pins
    builds: build_pins.SourceBuilds
    plans: dict[str, ImagePlan] = field(default_factory=dict)
    """Platform → what is planned for it."""

    def all(self, platforms: Sequence[Platform]) -> Pins:
        """Those for `platforms`, beside what is there of others."""
        environments = {each.platform: each for each in self.before.environments}
        systems = {each.platform: each for each in self.before.systems}
        for each in platforms:
            found = self._environment(each, environments.pop(str(each), None))
            if found is not None:
                environments[found.platform] = found
            if (plan := self._plan(each, found)) is not None:
                old = systems.get(plan.platform)
                wheels, libraries = self._libraries(plan, old)
                self.plans[plan.platform] = plan = pinned.added(plan, libraries)
                system = self._system(plan, old)
                systems[plan.platform] = msgspec.structs.replace(system, wheels=wheels, libraries=libraries)
        return replace(
            self.before,
            environments=tuple(environments.values()),
            systems=tuple(systems.values()),
            compilers=tuple(self._compilers(systems)),
            builds=tuple(self._builds(systems)),
            written=True,
        )

    def _environment(self, target: Platform, old: PinnedEnvironment | None) -> PinnedEnvironment | None:
        asked = wanted(self.facts, self.options, target)
        if asked is None:
            return None
        fresh = old is not None and (old.python, old.wanted) == (asked.python, asked.question)
        if old is not None and fresh and not self.upgrade.asks({str(pin.name) for pin in old.wheels}):
            return old
        return pinning.pin(asked, self.settings, self._kept(old), self.upgrade.names)

    def _plan(self, target: Platform, found: PinnedEnvironment | None) -> ImagePlan | None:
        """None, and a warning, where wheels were found, and the rest is not yet as far: what is to run may come later."""
        own = (found,) if found is not None else ()
        facts = replace(self.facts, pins=Pins(self.before.at, own))
        try:
            return make_plan(facts, replace(self.options, locked=False), target)
        except PottleError as error:
            if found is None:
                raise
            self.settings.progress.warn(f"only wheels are locked, since there is no image yet: {error.what}")
            return None

    def _libraries(self, plan: ImagePlan, old: PinnedSystem | None) -> tuple[str | None, tuple[PinnedLibrary, ...]]:
        """What stands for the wheels that decide, and what was found for them, now or before."""
        wheels, _ = locking.distributions(plan, self.settings)
        digest = pinned.digest(libraries.wheels_that_ask(plan, wheels))
        if digest is None:
            return None, ()
        if old is not None and (old.base, old.wheels) == (plan.base, digest):
            return digest, old.libraries
        layers, _ = locking.packages_of(plan, self.archives, self.settings)
        return digest, libraries.find(plan, wheels, locking.names_in(layers), self.settings)

    def _system(self, plan: ImagePlan, old: PinnedSystem | None) -> PinnedSystem:
        if old is not None and not self.upgrade.asks({deb.name for deb in old.debs}):
            was = (old.base, old.python, old.wanted)
            if was == (plan.base, plan.python, system_pins.question(plan.layers)):
                return old
        found = pinning.system(plan, self.archives, self.settings, self._kept(old), self.upgrade.names)
        return self._with_tools(plan, found)

    def _with_tools(self, plan: ImagePlan, found: PinnedSystem) -> PinnedSystem:
        """With all that the plan's sources turn out to be built with."""
        before = _locked(plan, found)
        try:
            after = self.builds.settled(before)
        except PottleError as error:
            if Platform.parse(plan.platform).debian_architecture == _own_architecture():
                raise
            self.settings.progress.warn(f"what sources are built with for {plan.platform} is not locked: {error.what}")
            return found
        return found if after is before else pinning.with_tools(found, after)

    def _kept(self, old: _Old | None) -> _Old | None:
        return None if self.upgrade.everything else old

    def _compilers(self, systems: Mapping[str, PinnedSystem]) -> Iterator[PinnedCompiler]:
        """For every system, whichever machine builds; those of platforms that were not asked for stay."""
        for base in dict.fromkeys(map(_base, systems.values())):
            old = {each.architecture: each for each in self.before.compilers if _base(each) == base}
            plan = next((plan for plan in self.plans.values() if (plan.base, plan.python) == base), None)
            if plan is None:
                yield from old.values()
            elif locking.wants_bytecode(plan):
                yield from self._compilers_of(plan, systems[plan.platform].interpreter, old)

    def _compilers_of(
        self, plan: ImagePlan, found: PinnedInterpreter | None, old: Mapping[str, PinnedCompiler]
    ) -> Iterator[PinnedCompiler]:
        """Ours, and those of other hosts that are of the same CPython: another would compile another image."""
        own = _own_architecture()
        ours = self._compiler(plan, own, found, old.get(own))
        yield ours
        for host in (host for host in HOSTS if host != own):
            try:
                other = self._compiler(plan, host, found, old.get(host))
                if cpython(other) == cpython(ours):
                    yield other
                    continue
                why = f"the archive has CPython {cpython(other)} for them, and {cpython(ours)} is locked"
            except SourceError as error:  # mirrors may be partial
                why = error.what
            self.settings.progress.warn(f"machines with {host} cannot build by this lock: {why}")

    def _compiler(
        self, plan: ImagePlan, host: str, found: PinnedInterpreter | None, old: PinnedCompiler | None
    ) -> PinnedCompiler:
        fresh = old is not None and (found.version if found is not None else None) == _version(old)
        if old is not None and fresh and not self.upgrade.asks({deb.name for deb in old.debs}):
            return old
        return pinning.compiler(plan, Platform.parse(host), found, self.archives, self.settings)

    def _builds(self, systems: Mapping[str, PinnedSystem]) -> Iterator[PinnedBuild]:
        """For whatever any of the plans builds; what platforms that were not asked for may build stays."""
        before = {each.of: each for each in self.before.builds}
        packaging = self.facts.packaging
        done: set[str] = set()
        within: dict[str, PinnedBuild] = {}
        own = _own_architecture()
        for plan in sorted(self.plans.values(), key=lambda plan: not plan.platform.endswith(own)):
            for name, question in system_pins.builds(plan.layers, packaging).items():
                if name in done:
                    continue
                done.add(name)
                old = before.get(name)
                fresh = old is not None and old.wanted == question
                inner = [each for each in before.values() if each.wanted == system_pins.within(name)]
                both = {one.name for each in (old, *inner) if each is not None for one in each.requires}
                if old is not None and fresh and not self.upgrade.asks(both):
                    found: Sequence[PinnedBuild] = (old, *inner)
                else:
                    locked = _locked(plan, systems[plan.platform])
                    found = build_pins.builds(name, locked, packaging, self.settings, self.builds)
                yield from (each for each in found if each.of == name)
                within |= {each.of: each for each in found if each.of != name}
        yield from (each for of, each in within.items() if of not in done)
        if systems.keys() - self.plans.keys():
            yield from (each for name, each in before.items() if name not in done | within.keys())


def _locked(plan: ImagePlan, system: PinnedSystem) -> LockedPlan:
    """The plan with what it takes to build in it; nothing else of the image is wanted."""
    decided = system_pins.decided(Pins(_NOWHERE, systems=(system,)), plan)
    assert decided is not None, "it is of this plan"
    sources = tuple(system_pins.sources(plan.layers))
    return LockedPlan(plan, decided.packages, (), sources, None, decided.interpreter)


def _own_architecture() -> str:
    """Of this machine, as Debian calls it; where none of ours is it, that of the first."""
    try:
        own = Platform.parse(platform.machine()).debian_architecture
    except InvalidPlatform:
        return HOSTS[0]
    return own if own in HOSTS else HOSTS[0]


def _version(compiler: PinnedCompiler) -> str | None:
    """Of an interpreter that is not the base's own."""
    return compiler.interpreter.version if compiler.interpreter is not None else None


def cpython(compiler: PinnedCompiler) -> str:
    """Its version, without the number of a rebuild (binNMU), which may be another for each architecture."""
    named = f"python{compiler.python}-minimal"
    packaged = next((deb.version for deb in compiler.debs if deb.name == named), "")
    return _version(compiler) or re.sub(r"\+b\d+$", "", packaged)


def _base(each: PinnedSystem | PinnedCompiler) -> tuple[str, str]:
    return each.base, each.python
