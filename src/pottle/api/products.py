"""What a project is built into, and by which names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pottle.errors import UsageError

if TYPE_CHECKING:
    from pottle.build.builder import Built
    from pottle.oci.image import AnyImage
    from pottle.oci.reference import Reference
    from pottle.oci.registry.shared_layers import SharedLayers


@dataclass(frozen=True, slots=True)
class Product:
    """What a project was built into."""

    builds: "tuple[Built, ...]"
    """One for each platform, in the index's order."""
    target: "AnyImage"
    """What is named, written and loaded: the image, or the index of several platforms."""
    shared: "SharedLayers | None" = None
    """Where its layers are found and kept for others."""
    anew: "Callable[[], Product] | None" = None
    """Builds it once more, for whoever finds that a layer of others is lost."""

    @property
    def origins(self) -> "tuple[Reference, ...]":
        """Repositories that have layers whose bytes nobody wanted here: such an image can be pushed, and nothing else."""
        return self.shared.origins if self.shared is not None and not self.shared.bytes_wanted else ()

    @property
    def name(self) -> str:
        """The project's."""
        return self.builds[0].plan.name


def references(product: Product, tags: Sequence[str]) -> "tuple[Reference, ...]":
    """The names of the image: those that were asked for, each once, else the project's own."""
    return tuple(dict.fromkeys(reference(tag) for tag in (tags or [product.name])))


def reference(text: str) -> "Reference":
    """The name that `text` is, with the tag `latest` where it says none."""
    from pottle.oci.reference import InvalidReference, Reference

    try:
        return Reference.parse(text).tagged
    except InvalidReference as error:
        raise UsageError(f"this cannot be an image's name: {error}", hint="write `-t NAME:TAG`") from error
