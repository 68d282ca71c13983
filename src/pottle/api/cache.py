"""What lies in the cache, and what of it can go."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from pottle.api.host import Host

if TYPE_CHECKING:
    from pottle.cache.item import Inventory
    from pottle.cache.pruning import Pruned, Wish
    from pottle.cache.survey import Formats


def cache_inventory(host: Host) -> "Inventory":
    """What lies in the cache."""
    from pottle.cache.item import Inventory
    from pottle.cache.survey import survey

    if not host.cache.is_dir():
        return Inventory(host.cache, (), {})
    return survey(host.cache, host.clock().timestamp(), _formats())


def prune(wish: "Wish", host: Host, *, dry_run: bool = False) -> "Pruned":
    """Remove from the cache what nothing refers to, and what is wished for besides; with `dry_run`, say what that would be.

    Waits for those who use the cache, so the caller's own `Use` has to have ended.
    """
    from pottle.cache.pruning import Pruner

    def waiting() -> AbstractContextManager[object]:
        return host.progress.task("Waiting for those who use the cache")

    pruner = Pruner(host.cache, _formats(), lambda: host.clock().timestamp(), waiting)
    return pruner.preview(wish) if dry_run else pruner.prune(wish)


def _formats() -> "Formats":
    from pottle.cache.survey import Formats
    from pottle.run.rootfs import LAYOUT
    from pottle.sources.debian.packages import FORMAT

    return Formats(FORMAT, LAYOUT)
