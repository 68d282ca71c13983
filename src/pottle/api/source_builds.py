"""Third parties' sources, built where the rooms meet that it takes: supplies, the sandbox, the build itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pottle.api.host import Host
from pottle.api.sandbox import Sandbox

if TYPE_CHECKING:
    from pottle.plan.lock import LockedPlan
    from pottle.plan.model import Source
    from pottle.provision.archives import Archives
    from pottle.provision.settings import Settings


def requirements(
    source: "Source", locked: "LockedPlan", archives: "Archives", settings: "Settings", host: Host
) -> Sequence[str]:
    """What the source is built with, as an index has it now: `setuptools==80.9.0` …"""
    from pottle.build.sources import Builder
    from pottle.build.workshop import Workshop
    from pottle.provision.supplies import Supplies

    supplies = Supplies(locked, archives, settings)
    workshop = Workshop(settings.cache, supplies, settings.progress, settings.stop, Sandbox(host), turns=settings.turns)
    with workshop.scratch() as work:
        return Builder.of(locked, workshop).requirements(source, work / "asked")
