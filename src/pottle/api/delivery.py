"""Where a built image goes: a name in the store, a file, an engine, a registry."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.host import Host, registry_for
from pottle.api.provisioning import complete
from pottle.errors import HostError, UsageError

if TYPE_CHECKING:
    from pottle.api.products import Product
    from pottle.oci.image import AnyImage
    from pottle.oci.reference import Reference
    from pottle.oci.registry.ahead import Ahead
    from pottle.oci.registry.push import Pushed


def tag(target: "AnyImage", names: "Sequence[Reference]") -> None:
    """Name the image in pottle's store, where `pottle run NAME` finds it."""
    target.store.tag(target.descriptor, names)


def check_output(output: str) -> bool:
    """Whether `output` is an OCI image layout, `DIR/`, and not an archive, `FILE.tar`; raises `UsageError` for anything else."""
    path = Path(output)
    layout = output.endswith("/") or path.is_dir()
    if not layout and path.suffix != ".tar":
        raise UsageError(f"what should {output} be?", hint="end it with .tar for an archive, with / for an OCI layout")
    return layout


def save(target: "AnyImage", output: str, names: "Sequence[Reference]", host: Host) -> Path:
    """Write the image to `output`: `FILE.tar` is an archive for every engine, `DIR/` an OCI image layout."""
    from pottle.oci.archive import write_archive
    from pottle.oci.image import copy_image
    from pottle.oci.layout import Layout

    complete(target, host)
    path = Path(output)
    if check_output(output):
        copy_image(target, Layout.create(path), names)
    else:
        write_archive(target, path, names)
    return path


def write_digest(target: "AnyImage", path: Path) -> None:
    """Write the image's digest to a file, for scripts."""
    from pottle.writing import replacing

    with replacing(path) as file:
        file.write(f"{target.digest}\n".encode())


def load(target: "AnyImage", names: "Sequence[Reference]", host: Host) -> tuple[str, str]:
    """Give the image, or of an index the one for the engine's platform, to docker or podman: (the engine, the name to run it by)."""
    from pottle.oci.media_types import LAYER_ZSTD
    from pottle.run.loading import load as load_image
    from pottle.run.settings import Host as RunHost
    from pottle.run.stored import stored_image

    complete(target, host)
    images = {str(image.config.platform): stored_image(image, *names) for image in target.images}
    with host.progress.task("Loading the image"):
        try:
            return load_image(images, RunHost(host.environ, host.cache))
        except HostError as error:
            if error.hint is None and any(layer.media_type == LAYER_ZSTD for layer in target.images[0].layers):
                error.hint = "if the engine is older than Docker 23 it cannot read zstd: build with --compression gzip"
            raise


def push(
    target: "AnyImage",
    names: "Sequence[Reference]",
    host: Host,
    insecure: Sequence[str] = (),
    origins: "Sequence[Reference]" = (),
    ahead: "Ahead | None" = None,
) -> "Pushed":
    """Put the image where each name says. `insecure` are hosts that may be spoken to without TLS.

    Layers that are not in the store are in one of the repositories `origins`, or in that of the base image.
    """
    from pottle.oci.registry.push import push as push_image

    below = tuple(image.base for image in target.images if image.base is not None)
    origins = tuple(dict.fromkeys((*origins, *below)))
    with nullcontext(ahead.registry) if ahead is not None else registry_for(host, insecure) as registry:
        return push_image(target, names, registry, origins=origins, progress=host.progress, ahead=ahead)


@contextmanager
def pushing_ahead(name: "Reference", host: Host, insecure: Sequence[str] = ()) -> "Iterator[Ahead]":
    """For a build whose image is pushed under `name`: layers are on their way while others are made."""
    from pottle.oci.registry.ahead import Ahead

    with registry_for(host, insecure) as registry, closing(Ahead(name, registry)) as ahead:
        yield ahead


def push_product(
    product: "Product",
    names: "Sequence[Reference]",
    host: Host,
    insecure: Sequence[str] = (),
    ahead: "Ahead | None" = None,
) -> "tuple[Product, Pushed]":
    """Push what was built. A layer that a layer cache has lost since it was looked for is made here, and the product another then."""
    from pottle.oci.registry.push import LayerLost

    while True:
        try:
            return product, push(product.target, names, host, insecure, product.origins, ahead)
        except LayerLost as lost:
            if product.shared is None or product.anew is None or not product.shared.lose(lost.digest):
                raise
            # What goes on ahead has ended with the push that failed.
            product, ahead = product.anew(), None
