"""What packages come to with all that they need: how many, and how large."""

from collections.abc import Collection
from dataclasses import dataclass

from pottle.provision.archives import Archives


@dataclass(frozen=True, slots=True)
class Closure:
    """Packages with what they depend on, less what is there already."""

    packages: tuple[str, ...]
    """By name."""
    download: int
    """Bytes of all .debs."""
    installed: int
    """Bytes, as the packages state it; documentation included, which pottle's own base leaves out."""


def closure(
    archives: Archives, suite: str, architecture: str, packages: Collection[str], there: Collection[str]
) -> Closure:
    """That of `packages` on a system that holds `there`. Raises `SourceError` where the archive cannot be asked, or has no such package."""
    archive = archives.archive(suite, architecture)
    given = archive.resolve(there)
    found = archive.resolve(packages, given=given)
    return Closure(
        packages=tuple(each.name for each in found),
        download=sum(each.size for each in found),
        installed=sum(each.installed_size for each in found) * 1024,
    )
