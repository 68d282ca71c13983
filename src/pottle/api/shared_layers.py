"""Where layers are found before they are made, and kept for others."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pottle.api.host import Host, registry_for
from pottle.api.products import Product
from pottle.errors import ConfigError

if TYPE_CHECKING:
    from pottle.config.options import Options
    from pottle.oci.reference import Reference
    from pottle.oci.registry.shared_layers import SharedLayers


@contextmanager
def layer_cache(
    options: "Options", host: Host, insecure: Sequence[str] = (), *, bytes_wanted: bool = True
) -> "Iterator[SharedLayers | None]":
    """The repositories in which layers are shared, if any are configured.

    Without `bytes_wanted` the record of a layer is enough: an image of such layers can be pushed, and nothing else.
    """
    if not options.cache_from and not options.cache_to:
        yield None
        return
    from pottle.oci.registry.shared_layers import SharedLayers

    sources = tuple(_repository(text, "cache_from", options) for text in options.cache_from)
    target = _repository(options.cache_to, "cache_to", options) if options.cache_to else None
    with registry_for(host, insecure, timeout=_CACHE_TIMEOUT, attempts=2) as registry:
        yield SharedLayers(registry, sources, target, host.progress, bytes_wanted)


def share(product: Product, shared: "SharedLayers", names: "Sequence[Reference]" = ()) -> int:
    """Put the layers of what was built where others find them; `names` were pushed before. Gives how many were not there yet."""
    layers = {key: layer for built in product.builds for key, layer in built.portable}
    return shared.keep(layers, product.builds[0].image.store, names)


_CACHE_TIMEOUT = 6.0
"""Seconds without a byte from a layer cache: what it can save is not worth more."""


def _repository(text: str, field: str, options: "Options") -> "Reference":
    """A repository by its name alone."""
    from pottle.oci.reference import InvalidReference, Reference

    try:
        found = Reference.parse(text)
        if found.tag is None and found.digest is None:
            return found
        why = "it names an image, not a repository"
    except InvalidReference as error:
        why = str(error)
    at = options.origins.get(field)
    raise ConfigError(
        f"{text!r} cannot be a layer cache: {why}", at=at, hint="write REGISTRY/REPOSITORY, without a tag"
    )
