"""What an index is asked for one platform, before anything else of an image is decided."""

from dataclasses import dataclass

from pottle.base_image import BaseImage
from pottle.plan.model import InstallWheels


@dataclass(frozen=True, slots=True)
class EnvironmentPlan:
    """The base that wheels have to fit, and what is wanted of them."""

    platform: str
    """`linux/amd64`"""
    base: str
    base_image: BaseImage | None
    python: str
    """`3.13`"""
    epoch: int
    step: InstallWheels
    question: tuple[str, ...]
    """What is asked, as `pottle.lock` keeps it (`pottle.plan.pins`)."""
    sources: tuple[str, ...] = ()
    """Distributions that are built, whose machine code nobody knows before."""
