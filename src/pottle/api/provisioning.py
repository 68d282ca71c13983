"""What those are told who ask archives, indexes and registries, and what is known of a base image."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.host import Host, registry_for
from pottle.api.projects import directory_of
from pottle.errors import SourceError

if TYPE_CHECKING:
    from pottle.config.options import Options
    from pottle.oci.image import AnyImage, Image
    from pottle.oci.platform import Platform
    from pottle.oci.reference import Reference
    from pottle.project.facts import Facts
    from pottle.provision.settings import Settings


def settings_for(root: Path, options: "Options", host: Host) -> "Settings":
    """What locking and supplying have to know; with a stop and turns of its own, where `host` has none."""
    from pottle.provision.settings import Settings
    from pottle.stop import Stop
    from pottle.turns import Turns

    return Settings(
        cache=host.cache,
        environ=host.environ,
        project=directory_of(root).absolute(),
        progress=host.progress,
        clock=host.clock,
        max_age=host.max_age,
        mirror=options.mirror,
        debs=options.debs,
        ca_bundle=host.ca_bundle,
        archive_keys=host.archive_keys,
        stop=host.stop or Stop(),
        turns=host.turns or Turns(),
    )


def facts_with_base(
    facts: "Facts", root: Path, options: "Options", platforms: "Sequence[Platform]", host: Host, *, ask: bool = False
) -> "Facts":
    """The facts with what is known of the base image that is named, if one is."""
    from pottle.plan.base_images import reference

    if reference(options) is None:
        return facts
    from pottle.provision.base_images import BaseImages, informed

    with registry_for(host) as registry:
        images = BaseImages(settings_for(root, options, host), registry)
        return informed(facts, options, platforms, images, ask=ask)


def complete(target: "AnyImage", host: Host, names: "Sequence[Reference]" = ()) -> None:
    """Fetch the layers that are not here, for whoever needs their bytes: where the base image is, or where the image itself was pushed.

    What is made of layers of others and only pushed has none of its bytes here; the repositories of its `names` have all.
    """
    for image in target.images:
        _complete(image, host, [place for place in (image.base, *names) if place is not None])


def _complete(image: "Image", host: Host, places: "Sequence[Reference]") -> None:
    for number, place in enumerate(places, 1):
        if not (layers := image.missing):
            return
        from pottle.http import NotFound
        from pottle.oci.registry.pull import fetch_layers

        try:
            with registry_for(host) as registry:
                fetch_layers(image, place, registry, layers=layers, progress=host.progress)
        except NotFound as error:
            if number == len(places):
                what = f"{len(image.missing)} layers of the image are neither here nor in {place.familiar}"
                raise SourceError(what, hint="build it anew") from error
