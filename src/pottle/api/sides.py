"""One platform of those that are built side by side."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pottle.api.host import Host
from pottle.api.sandbox import Sandbox
from pottle.api.source_builds import Sources
from pottle.errors import PottleError
from pottle.progress import Of

if TYPE_CHECKING:
    from pottle.build.builder import Built, Order
    from pottle.build.project import ProjectFiles
    from pottle.config.options import Options
    from pottle.oci.registry.ahead import Ahead
    from pottle.oci.registry.shared_layers import SharedLayers
    from pottle.plan.lock import Decided, LockedPlan
    from pottle.plan.model import ImagePlan
    from pottle.project.facts import Pins
    from pottle.provision.archives import Archives
    from pottle.provision.settings import Settings
    from pottle.stop import Stop


@dataclass(frozen=True, slots=True)
class Side:
    """One of the platforms that are built side by side, with a stop, archives and supplies of its own."""

    planned: "ImagePlan"
    settings: "Settings"
    archives: "Archives"
    stop: "Stop"
    """Of all together: it stops this one too."""
    decided: "Decided | None"
    """What `pottle.lock` says of it."""
    host: Host

    @classmethod
    def of(
        cls, planned: "ImagePlan", pins: "Pins | None", settings: "Settings", host: Host, *, several: bool
    ) -> "Side":
        """Settings are those of all together."""
        from pottle.plan.system_pins import decided
        from pottle.provision.archives import Archives
        from pottle.stop import Stop

        stop = settings.stop
        if several:
            settings = replace(settings, stop=Stop(), progress=Of(planned.platform, settings.progress))
        return cls(planned, settings, Archives(settings), stop, decided(pins, planned), host)

    def lock(self) -> "LockedPlan":
        """The locked plan."""
        from pottle.provision.locking import lock as lock_plan

        with self._named():
            locked = lock_plan(self.planned, self.archives, self.settings, self.decided)
            sources = Sources(self.archives, self.settings, self.host)
            return sources.settled(locked, decided=self.decided is not None)

    def order(
        self,
        locked: "LockedPlan",
        files: "ProjectFiles",
        sandbox: "Sandbox",
        options: "Options",
        shared: "SharedLayers | None",
        ahead: "Ahead | None",
    ) -> "Order":
        """What has to be known for building it."""
        from pottle.build.builder import Order
        from pottle.build.workshop import Workshop
        from pottle.provision.supplies import Supplies

        settings = self.settings
        supplies = Supplies(locked, self.archives, settings)
        supplies.note_use()
        common = (sandbox, shared, options.compression)
        workshop = Workshop(settings.cache, supplies, settings.progress, settings.stop, *common, turns=settings.turns)
        if ahead is not None:
            send, store = ahead.layer, workshop.store
            workshop = replace(workshop, there=lambda layer: send(layer.descriptor, store))
        return Order(locked, files, workshop)

    def build(self, order: "Order", stand_in: "Order | None") -> "Built":
        """The image."""
        from pottle.build.builder import build as build_ordered

        with self._named():
            return build_ordered(order, stand_in)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Stopped with all the others; what goes wrong names the platform, where there are several."""
        if self.stop is self.settings.stop:
            yield
            return
        with self.stop.ending(self.settings.stop.set):
            try:
                yield
            except PottleError as error:
                if self.planned.platform not in error.what:
                    error.what = f"{self.planned.platform}: {error.what}"
                raise
