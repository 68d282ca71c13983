"""Removes what nobody needs, and more where that is wanted: while nobody else uses the cache, and in no time.

The cache is surveyed twice: at leisure, which measures everything, and once more when nobody uses it, which decides. What is to go is then
moved aside; that takes milliseconds, and the cache is free again before the first byte is deleted.
"""

from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from pottle import sharing
from pottle.cache.item import Blob, Inventory, Item, Sizes
from pottle.cache.survey import Formats, survey
from pottle.oci.layout import Layout
from pottle.writing import host_errors, staged_directory

PATIENCE = 300.0
"""Seconds to wait for those who use the cache."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to go besides that which nothing refers to."""

    unused_since: float | None = None
    """Everything whose last use was before that, in seconds since 1970."""
    max_size: int | None = None
    """Whatever has not been used for longest, until the rest is no larger than this many bytes."""
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Pruned:
    """What went, or would go."""

    items: tuple[Item, ...]
    blobs: tuple[Blob, ...]
    before: int
    """Bytes on the disk."""

    @property
    def freed(self) -> int:
        """Bytes on the disk."""
        return sum(item.size for item in self.items) + sum(blob.size for blob in self.blobs)

    @property
    def after(self) -> int:
        """Bytes on the disk."""
        return self.before - self.freed


def chosen(inventory: Inventory, wish: Wish, in_use: Container[Item] = ()) -> Pruned:
    """What `prune` removes of this; nothing that is `in_use`."""
    going = _Going(inventory, in_use)
    for item in inventory.items:
        old = wish.unused_since is not None and item.used < wish.unused_since
        if item.useless or wish.everything or old:
            going.take(item)
    going.take_orphans()
    if wish.max_size is not None:
        for item in sorted(inventory.items, key=lambda item: item.used):
            if going.left <= wish.max_size:
                break
            going.take(item)
            going.take_orphans()
    return Pruned(tuple(item for item in inventory.items if item in going.items), tuple(going.blobs), inventory.size)


class _Going:
    """Items that are to go, and the blobs that go with the last item that needs them."""

    def __init__(self, inventory: Inventory, in_use: Container[Item]) -> None:
        self.items: set[Item] = set()
        self._inventory, self._in_use = inventory, in_use
        self._needed: dict[str, int] = {}
        for item in inventory.items:
            for digest in item.blobs:
                self._needed[digest] = self._needed.get(digest, 0) + 1
        self.left = inventory.size - sum(blob.size for blob in inventory.loose(inventory.items).values())

    @property
    def blobs(self) -> Iterator[Blob]:
        """Those that nothing needs any more."""
        return (blob for digest, blob in self._inventory.blobs.items() if not self._needed.get(digest))

    def take(self, item: Item) -> None:
        if item in self.items or item in self._in_use:
            return
        self.items.add(item)
        self.left -= item.size
        for digest in item.blobs:
            self._needed[digest] -= 1
            if not self._needed[digest] and digest in self._inventory.blobs:
                self.left -= self._inventory.blobs[digest].size

    def take_orphans(self) -> None:
        """What is of no use without a blob that goes, and what is of no use without that."""
        before = -1
        while before != len(self.items):
            before = len(self.items)
            for item in self._inventory.items:
                if item.within is not None and not self._needed.get(item.within):
                    self.take(item)


@dataclass(frozen=True, slots=True)
class Pruner:
    """One cache directory, and what is needed to tidy it."""

    directory: Path
    formats: Formats
    clock: Callable[[], float]
    waiting: Callable[[], AbstractContextManager[object]] = nullcontext
    """What is shown while others use the cache."""

    def preview(self, wish: Wish) -> Pruned:
        """What `prune` would remove now; roots that programs run in stay."""
        return self._chosen(Sizes(), wish)

    def prune(self, wish: Wish) -> Pruned:
        """Removes it."""
        if not self.directory.is_dir():
            return Pruned((), (), 0)
        sizes = Sizes()
        self._survey(sizes)
        with (
            host_errors(self.directory),
            staged_directory(self.directory, ".pruned-") as aside,
            sharing.alone(self.directory, PATIENCE, self.waiting),
        ):
            pruned = self._chosen(sizes, wish)
            self._forget(pruned.items)
            _move(pruned, aside)
        return pruned

    def _chosen(self, sizes: Sizes, wish: Wish) -> Pruned:
        inventory = self._survey(sizes)
        return chosen(inventory, wish, _running(inventory))

    def _survey(self, sizes: Sizes) -> Inventory:
        return survey(self.directory, self.clock(), self.formats, sizes)

    def _forget(self, items: Iterable[Item]) -> None:
        """Names go before what they stand for: a name that leads nowhere would be worse than a blob that nobody wants."""
        names = {item.name for item in items if item.kind == "images"}
        if names:
            Layout.open(self.directory / "store").forget(names)


def _running(inventory: Inventory) -> frozenset[Item]:
    """The roots in which a program runs."""
    roots = (item for item in inventory.items if item.kind == "roots")
    return frozenset(item for item in roots if any(map(sharing.is_occupied, item.paths)))


def _move(pruned: Pruned, aside: Path) -> None:
    own = [path for item in pruned.items for path in item.paths]
    for number, path in enumerate((*own, *(blob.path for blob in pruned.blobs))):
        with suppress(FileNotFoundError):
            path.rename(aside / str(number))
    for parent in {path.parent for path in own}:
        with suppress(OSError):
            parent.rmdir()  # where nothing is left in it
