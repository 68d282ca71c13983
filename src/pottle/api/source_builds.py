"""Third parties' sources, built where the rooms meet that it takes: supplies, the sandbox, the build itself.

It is done when a plan is locked: only a build shows what it needs, and the packages that it turns out to need are a part of the lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pottle.api.host import Host, own_platform
from pottle.api.sandbox import Sandbox
from pottle.errors import ProjectError, SourceError
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.build.sources import Builder, Required
    from pottle.build.workshop import Workshop
    from pottle.plan.lock import LockedPlan
    from pottle.plan.model import Source
    from pottle.provision.archives import Archives
    from pottle.provision.build_tools import BuildTools
    from pottle.provision.settings import Settings

_MOST_ATTEMPTS = 8
"""A build says one thing at a time that it misses."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Builds sources on this machine."""

    archives: "Archives"
    settings: "Settings"
    host: Host

    def requirements(self, source: "Source", locked: "LockedPlan") -> "Sequence[Required]":
        """What the source is built with, as an index has it now, and what of that has to be built."""
        workshop = self._workshop(locked)
        with workshop.scratch() as work:
            return _builder(locked, workshop).requirements(source, work / "asked")

    def settled(self, locked: "LockedPlan", *, decided: bool = False) -> "LockedPlan":
        """The locked plan with all that its sources turn out to be built with; their wheels are kept.

        Where `pottle.lock` has `decided` that, nobody is asked. For another platform than this machine's they are built for this one,
        which is as good where what comes of it is the same everywhere.
        """
        if not locked.sources:
            return locked
        if locked.plan.platform != str(own_platform()):
            return self._stand_in(locked, decided=decided)
        return self._attempt(locked) if decided else self._found_out(locked)

    def _found_out(self, locked: "LockedPlan") -> "LockedPlan":
        from pottle.build import cache
        from pottle.build.sources import BuildFailed
        from pottle.plan.lock import LockedPackage
        from pottle.provision.build_tools import BuildTools, tools_in, with_tools

        named = [(each.name, each.version, each.commit, each.sha256) for each in locked.sources]
        key = cache.key("tools-3", named, [[p.sha256 for p in packages] for _, packages in locked.packages])
        workshop = self._workshop(locked)
        _builder(locked, workshop)  # says where nothing can be built
        if (before := workshop.findings.find(key, tuple[LockedPackage, ...])) is not None:
            return self._attempt(with_tools(locked, before))
        tools, asked = BuildTools(locked, self.archives, self.settings), frozenset[str]()
        found = _adding(tools, self._known(tools, locked, workshop), locked)
        for _ in range(_MOST_ATTEMPTS):
            try:
                self._attempt(found)
                break
            except BuildFailed as failed:
                more = tools.named(failed.said) - asked
                if not more:
                    raise
                asked |= more
                found = tools.adding(more)
        if more := self._loaded(found, found):
            found = self._attempt(tools.adding(more))
        workshop.findings.keep(key, tools_in(found))
        return found

    def _loaded(self, locked: "LockedPlan", plan: "LockedPlan") -> frozenset[str]:
        """The packages that what was built by `locked` needs besides, to be run, and that are not among the tools of `plan`."""
        from pottle.provision.build_tools import tools_in

        workshop = self._workshop(locked)
        builder = _builder(locked, workshop)
        with workshop.scratch() as work:
            built = [one for n, source in enumerate(locked.sources) for one in builder.built(source, work / str(n))]
            return builder.loaded(built) - {package.name for package in tools_in(plan)}

    def _known(self, tools: "BuildTools", locked: "LockedPlan", workshop: "Workshop") -> frozenset[str]:
        """What is known before anything is built: what Debian builds them with, and the Rust that they need."""
        from pottle.build.sources import of_suite

        builder = _builder(locked, workshop)
        with workshop.scratch() as work:
            found = [builder.rust(source, work / str(number)) for number, source in enumerate(locked.sources)]
        rust, known = [each for each in found if each is not None], tools.of_debian()
        if not rust:
            return known
        if not of_suite(locked) and all(each.locks or each.vendored for each in rust):
            known = frozenset(name for name in known if not name.startswith("librust-"))
        needed = max((each.needed for each in rust if each.needed is not None), default=None)
        return (known - {"cargo", "rustc"}) | tools.rust(needed)

    def _attempt(self, locked: "LockedPlan") -> "LockedPlan":
        workshop = self._workshop(locked)
        builder = _builder(locked, workshop)
        with workshop.scratch() as work:
            for number, source in enumerate(locked.sources):
                builder.wheel(source, work / str(number))
        return locked

    def _stand_in(self, locked: "LockedPlan", *, decided: bool) -> "LockedPlan":
        """Builds them for this machine, where that is as good, and the plan with what it takes to run them."""
        from msgspec.structs import replace
        from packaging.utils import parse_wheel_filename

        from pottle.provision import locking
        from pottle.provision.build_tools import BuildTools

        theirs = _builder(locked, self._workshop(locked))
        missing = [source for source in locked.sources if not theirs.has(source)]
        if not missing:
            return locked
        plan = replace(locked.plan, platform=str(own_platform()))
        packages, _ = locking.packages_of(plan, self.archives, self.settings)
        interpreter = locking.interpreter_of(plan, self.settings)
        ours = replace(locked, plan=plan, packages=packages, interpreter=interpreter, sources=tuple(missing))
        ours = self._found_out(ours)
        workshop = self._workshop(ours)
        builder, wheels = _builder(ours, workshop), []
        with workshop.scratch() as work:
            for number, source in enumerate(missing):
                wheel = builder.wheel(source, work / str(number))
                if wheel is None:
                    continue
                if any(tag.platform != "any" for tag in parse_wheel_filename(wheel.name)[3]):
                    return self._elsewhere(source, locked, decided=decided)
                wheels.append((source, wheel))
        if not decided and (more := self._loaded(ours, locked)):
            locked = BuildTools(locked, self.archives, self.settings).adding(more)
            theirs = _builder(locked, self._workshop(locked))
        for source, wheel in wheels:
            theirs.adopt(source, wheel)
        return locked

    def _elsewhere(self, source: "Source", locked: "LockedPlan", *, decided: bool) -> "LockedPlan":
        """Builds for another platform by means of an engine that runs it. Raises `ProjectError` where there is none."""
        from pottle.errors import HostError

        try:
            return self._attempt(locked) if decided else self._found_out(locked)
        except HostError as error:
            told = _for_this_machine(source, locked.plan.platform)
            _, also, why = error.what.partition("; docker: ")
            told.what += f"{also}{why}"
            raise told from error

    def _workshop(self, locked: "LockedPlan") -> "Workshop":
        from pottle.build.workshop import Workshop
        from pottle.provision.supplies import Supplies

        settings, sandbox = self.settings, Sandbox(self.host)
        supplies = Supplies(locked, self.archives, settings)
        return Workshop(settings.cache, supplies, settings.progress, settings.stop, sandbox, turns=settings.turns)


def _builder(locked: "LockedPlan", workshop: "Workshop") -> "Builder":
    from pottle.build.sources import Builder

    return Builder.of(locked, workshop)


def _adding(tools: "BuildTools", names: frozenset[str], locked: "LockedPlan") -> "LockedPlan":
    """What Debian builds with is a help and no need: where it does not fit together, it is left out."""
    try:
        return tools.adding(names) if names else locked
    except SourceError:
        return locked


def _for_this_machine(source: "Source", platform: str) -> ProjectError:
    name = " ".join(filter(None, (source.name, source.version)))
    what = f"{name} has compiled code, and this machine, which is {own_platform()}, builds none for {platform}"
    at = Location.parse(source.at) if source.at else None
    way = f"build on a machine that is {platform}, have a Docker engine that runs it (qemu by binfmt_misc)"
    return ProjectError(what, at=at, hint=f"{way}, or lock a version that has a wheel")
