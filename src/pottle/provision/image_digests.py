"""The digests of images that a Dockerfile names: of the whole index, so that one name serves every platform."""

from collections.abc import Mapping, Sequence

from pottle.errors import PottleError, UsageError, combined
from pottle.oci.reference import InvalidReference, Reference
from pottle.oci.registry.client import Registry
from pottle.progress import Progress

_HINT = (
    "leave --pin out, or try again where the registry can be reached: digests that the Dockerfile has already are kept"
)


def resolved(images: Sequence[str], registry: Registry, progress: Progress) -> Mapping[str, str]:
    """Image, as it is written → what its tag stands for now. Raises one error for all that cannot be told."""
    found: dict[str, str] = {}
    errors: list[PottleError] = []
    for image in images:
        try:
            with progress.task(f"Asking for {image}"):
                found[image] = str(registry.repository(_reference(image)).resolve().digest)
        except PottleError as error:
            errors.append(type(error)(f"{image} cannot be pinned: {error.what}", at=error.at, hint=_HINT))
    if errors:
        raise combined(errors)
    return found


def _reference(image: str) -> Reference:
    try:
        return Reference.parse(image).tagged
    except InvalidReference as error:
        raise UsageError(str(error), hint="name an image as `docker pull` would") from error
