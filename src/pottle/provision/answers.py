"""All that `pottle.lock` is to hold of a project: an answer stays as long as it answers, and what has to be asked anew keeps its versions."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pottle.config.options import Options
from pottle.errors import PottleError
from pottle.oci.platform import Platform
from pottle.plan import system_pins
from pottle.plan.model import ImagePlan
from pottle.plan.planner import make_plan, wanted
from pottle.project.facts import Facts, PinnedEnvironment, Pins
from pottle.project.pinned import PinnedBuild, PinnedCompiler, PinnedSystem
from pottle.provision import build_pins, pinning
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings

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
    plans: dict[str, ImagePlan] = field(default_factory=dict)
    """Platform → what is planned for it."""

    def all(self, platforms: Sequence[Platform]) -> Pins:
        """Those for `platforms`, beside what is there of others."""
        environments = {each.platform: each for each in self.before.environments}
        systems = {each.platform: each for each in self.before.systems}
        for platform in platforms:
            found = self._environment(platform, environments.pop(str(platform), None))
            if found is not None:
                environments[found.platform] = found
            if (plan := self._plan(platform, found)) is not None:
                self.plans[plan.platform] = plan
                systems[plan.platform] = self._system(plan, systems.get(plan.platform))
        return replace(
            self.before,
            environments=tuple(environments.values()),
            systems=tuple(systems.values()),
            compilers=tuple(self._compilers(systems)),
            builds=tuple(self._builds(systems)),
            written=True,
        )

    def _environment(self, platform: Platform, old: PinnedEnvironment | None) -> PinnedEnvironment | None:
        asked = wanted(self.facts, self.options, platform)
        if asked is None:
            return None
        fresh = old is not None and (old.python, old.wanted) == (asked.python, asked.question)
        if old is not None and fresh and not self.upgrade.asks({str(pin.name) for pin in old.wheels}):
            return old
        return pinning.pin(asked, self.settings, self._kept(old), self.upgrade.names)

    def _plan(self, platform: Platform, found: PinnedEnvironment | None) -> ImagePlan | None:
        """None, and a warning, where wheels were found, and the rest is not yet as far: what is to run may come later."""
        own = (found,) if found is not None else ()
        facts = replace(self.facts, pins=Pins(self.before.at, own))
        try:
            return make_plan(facts, replace(self.options, locked=False), platform)
        except PottleError as error:
            if found is None:
                raise
            self.settings.progress.warn(f"only wheels are locked, since there is no image yet: {error.what}")
            return None

    def _system(self, plan: ImagePlan, old: PinnedSystem | None) -> PinnedSystem:
        if old is not None and not self.upgrade.asks({deb.name for deb in old.debs}):
            was = (old.base, old.python, old.wanted)
            if was == (plan.base, plan.python, system_pins.question(plan.layers)):
                return old
        return pinning.system(plan, self.archives, self.settings, self._kept(old), self.upgrade.names)

    def _kept(self, old: _Old | None) -> _Old | None:
        return None if self.upgrade.everything else old

    def _compilers(self, systems: Mapping[str, PinnedSystem]) -> Iterator[PinnedCompiler]:
        """For every system, whichever machine builds; those of platforms that were not asked for stay."""
        kept = {_base(each): [c for c in self.before.compilers if _base(c) == _base(each)] for each in systems.values()}
        for base, old in kept.items():
            plan = next((plan for plan in self.plans.values() if (plan.base, plan.python) == base), None)
            if plan is None or self._compile(old, systems[plan.platform]):
                yield from old
            else:
                interpreter = systems[plan.platform].interpreter
                yield from pinning.compilers(plan, interpreter, self.archives, self.settings)

    def _compile(self, old: Sequence[PinnedCompiler], system: PinnedSystem) -> bool:
        """Whether those of before compile what the system will run."""
        version = system.interpreter.version if system.interpreter is not None else None
        alike = all((each.interpreter.version if each.interpreter else None) == version for each in old)
        names = {deb.name for each in old for deb in each.debs}
        return len(old) == len(pinning.HOSTS) and alike and not self.upgrade.asks(names)

    def _builds(self, systems: Mapping[str, PinnedSystem]) -> Iterator[PinnedBuild]:
        """For whatever any of the plans builds; what platforms that were not asked for may build stays."""
        before = {each.of: each for each in self.before.builds}
        packaging = self.facts.packaging
        done: set[str] = set()
        for plan in self.plans.values():
            allowed = {source.name for source in system_pins.sources(plan.layers) if source.allowed}
            for name, question in system_pins.builds(plan.layers, packaging).items():
                if name in done or (name not in allowed and question[0].startswith("--source")):
                    continue
                done.add(name)
                old = before.get(name)
                fresh = old is not None and old.wanted == question
                if old is not None and fresh and not self.upgrade.asks({one.name for one in old.requires}):
                    yield old
                else:
                    yield build_pins.build(name, plan, packaging, self.settings)
        if systems.keys() - self.plans.keys():
            yield from (each for name, each in before.items() if name not in done)


def _base(each: PinnedSystem | PinnedCompiler) -> tuple[str, str]:
    return each.base, each.python
