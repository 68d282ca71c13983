"""The image that would be built: of a project, of every project of a repository, and with everything in it named by digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pottle.api.host import Host
from pottle.api.projects import facts_of, platforms, read_options, tree_of
from pottle.api.provisioning import facts_with_base, settings_for
from pottle.errors import PottleError
from pottle.progress import Progress
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.config.options import Options
    from pottle.oci.platform import Platform
    from pottle.plan.lock import LockedPlan
    from pottle.plan.model import ImagePlan
    from pottle.project.facts import Facts


def plan(root: Path, options: "Options", platform: "Platform", host: Host | None = None) -> "ImagePlan":
    """The image that would be built of the project, or of the script, at `root`. Reads the project, and what `host` knows of base images.

    Nobody is asked anything.
    """
    facts = facts_of(root, options)
    if host is not None:
        facts = facts_with_base(facts, root, options, (platform,), host)
    (planned,) = plans_for(facts, options, (platform,))
    return planned


def plan_resolved(root: Path, options: "Options", platform: "Platform", host: Host) -> "ImagePlan":
    """The same, and an index is asked for what no lock has decided: exact wheels, what they need of the system, and nothing written."""
    from pottle.plan.planner import make_plan, wanted
    from pottle.plan.system_pins import decided
    from pottle.project.facts import Pins
    from pottle.provision.archives import Archives
    from pottle.provision.locking import with_libraries
    from pottle.provision.pinning import pin

    facts = facts_with_base(facts_of(root, options), root, options, (platform,), host, ask=True)
    kept = facts.pins is not None and facts.pins.has_environment(str(platform))
    asked = wanted(facts, options, platform) if not kept and not options.locked else None
    if asked is not None:
        found = pin(asked, settings_for(root, options, host), None)
        facts = replace(facts, pins=Pins(Location("pottle.lock"), (found,), written=False))
    planned = make_plan(facts, options, platform)
    if decided(facts.pins, planned) is not None:
        return planned
    settings = settings_for(root, options, host)
    with Archives(settings) as archives:
        return with_libraries(planned, archives, settings)


def lock(root: Path, planned: "ImagePlan", options: "Options", host: Host) -> "LockedPlan":
    """The plan with every .deb and every wheel named by digest."""
    from pottle.plan.system_pins import decided
    from pottle.provision.archives import Archives
    from pottle.provision.locking import lock as lock_plan

    settings = settings_for(root, options, host)
    with Archives(settings) as archives:
        return lock_plan(planned, archives, settings, decided(facts_of(root, options).pins, planned))


def plans_for(facts: "Facts", options: "Options", platforms: "Sequence[Platform]") -> "tuple[ImagePlan, ...]":
    """One for each platform."""
    from pottle.plan.planner import make_plan

    return tuple(make_plan(facts, options, platform) for platform in platforms)


def warn_of(plans: "Sequence[ImagePlan]", progress: Progress) -> None:
    """Pass on what the plans warn of: with the platform, where it is not true of all."""
    for each in plans:
        for warning in each.warnings:
            common = all(warning in other.warnings for other in plans)
            progress.warn(warning if common else f"{each.platform}: {warning}")


@dataclass(frozen=True, slots=True)
class Member:
    """One project of a repository: its plans, by platform, or why it has none."""

    directory: str
    """Relative to where the search began."""
    plans: "tuple[ImagePlan, ...]" = ()
    error: PottleError | None = None


def plan_all(root: Path, environ: Mapping[str, str], flags: Mapping[str, Any]) -> tuple[Member, ...]:
    """Every project of the repository below `root`, planned by itself."""
    from pottle.project.members import members

    return tuple(_member(root, directory, environ, flags) for directory in members(tree_of(root)))


def _member(root: Path, directory: str, environ: Mapping[str, str], flags: Mapping[str, Any]) -> Member:
    try:
        options = read_options(root / directory, environ, flags)
        return Member(directory, tuple(plan(root / directory, options, platform) for platform in platforms(options)))
    except PottleError as error:
        return Member(directory, error=error)


def plans_as_json(plans: "Sequence[ImagePlan]") -> str:
    """One plan as an object, several as an array."""
    return _json(plans[0] if len(plans) == 1 else plans)


def members_as_json(members: Sequence[Member]) -> str:
    """An array: of each project its directory, its plans, and its error where it has one."""
    return _json(
        [
            {"directory": each.directory, "plans": each.plans, "error": each.error.what if each.error else None}
            for each in members
        ]
    )


def _json(value: object) -> str:
    import msgspec

    return (msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n").decode()
