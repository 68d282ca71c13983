"""Where the files that `pottle.lock` names are kept besides the cache: a folder of the project, so far as one is configured."""

import posixpath
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pottle.plan.pins import PATH
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.debian.folder import Folder


def is_ours(path: str, debs: str | None) -> bool:
    """Whether that file of a project, by its path there, is `pottle.lock` or lies where .debs are kept: no part of the project itself."""
    kept = PurePosixPath(posixpath.normpath(debs)) if debs is not None and "://" not in debs else None
    return path == PATH or (kept is not None and kept.parts != () and PurePosixPath(path).is_relative_to(kept))


def of(settings: Settings) -> "Folder | None":
    """The one that is configured, if any is."""
    from pottle.sources.debian.folder import Folder

    if settings.debs is None:
        return None
    return Folder(settings.project / Path(settings.debs))
