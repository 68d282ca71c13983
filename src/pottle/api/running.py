"""Running an image that was built."""

from typing import TYPE_CHECKING

from pottle.api.host import Host, own_platform
from pottle.api.provisioning import complete
from pottle.errors import UsageError

if TYPE_CHECKING:
    from pottle.oci.image import Image
    from pottle.oci.reference import Reference
    from pottle.run.runner import Listener
    from pottle.run.settings import Settings as RunSettings


def stored(name: str, host: Host) -> "Image | None":
    """The image called `name` in pottle's store, if there is one: `shop`, `shop:1.2`; of an index the one for this machine."""
    from pottle.oci.image import ImageIndex
    from pottle.oci.image import load as load_image
    from pottle.oci.layout import Layout
    from pottle.oci.reference import InvalidReference, Reference
    from pottle.sharing import used

    store = Layout.create(host.cache / "store")
    try:
        found = store.references().get(str(Reference.parse(name).tagged))
    except InvalidReference:
        return None
    if found is None:
        return None
    used(store.path_of(found.digest))
    target, own = load_image(store, found), own_platform()
    if not isinstance(target, ImageIndex):
        return target
    if (image := target.select(own)) is None:
        there = ", ".join(str(each.config.platform) for each in target.images)
        raise UsageError(f"{name} is for {there}, and this machine is {own}", hint=f"build it with --platform {own}")
    return image


def run(image: "Image", name: "Reference", settings: "RunSettings", listener: "Listener", host: Host) -> int:
    """Run the image; gives the program's exit code."""
    from pottle.run.runner import run as run_image
    from pottle.run.settings import Host as RunHost
    from pottle.run.stored import stored_image

    complete(image, host, (name,))
    return run_image(stored_image(image, name), settings, RunHost(host.environ, host.cache), listener)
