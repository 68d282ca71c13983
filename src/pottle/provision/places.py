"""Where the files that `pottle.lock` names are kept besides the cache, so far as that is configured: a folder, or a registry's repository."""

import posixpath
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Protocol

from pottle.errors import ConfigError
from pottle.plan.pins import PATH
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.http import Expected

_SCHEME = "oci://"


class Kept(Protocol):
    """Files by their names, each sure to be what is expected."""

    def take(self, name: str, expected: "Expected", target: Path) -> bool:
        """Place the file called `name` at `target`; False: it is not there."""

    def fill(self, files: "Mapping[tuple[str, Expected], Path]", gone: Collection[str]) -> None:
        """Keep these files; those that only an older lock named need not stay."""

    def close(self) -> None:
        """Nothing more is wanted of it."""


def is_ours(path: str, debs: str | None) -> bool:
    """Whether that file of a project, by its path there, is `pottle.lock` or lies where .debs are kept: no part of the project itself."""
    kept = PurePosixPath(posixpath.normpath(debs)) if debs is not None and "://" not in debs else None
    return path == PATH or (kept is not None and kept.parts != () and PurePosixPath(path).is_relative_to(kept))


def of(settings: Settings) -> Kept | None:
    """The one that is configured, if any is."""
    if settings.debs is None:
        return None
    if not settings.debs.startswith(_SCHEME):
        from pottle.sources.debian.folder import Folder

        return Folder(settings.project / Path(settings.debs))
    from pottle.oci.reference import InvalidReference, Reference
    from pottle.provision.repository import InRepository

    try:
        return InRepository(Reference.parse(settings.debs.removeprefix(_SCHEME)), settings)
    except InvalidReference as error:
        hint = 'write `debs = "oci://registry.example/team/debs"`, or name a folder'
        raise ConfigError(f"`debs`: {error}", hint=hint) from error
