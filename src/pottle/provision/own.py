"""What a project needs that its files do not say: its own backend is asked, as it is when the project's wheel is built."""

import zipfile
from collections.abc import Iterator, Sequence
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.base_images import of_plan
from pottle.plan.environment import marker_environment
from pottle.project import metadata, version
from pottle.project.detectors import versioning
from pottle.project.survey import Survey
from pottle.project.tree import DirectoryTree, Tree
from pottle.provision import indexes, places
from pottle.provision.indexes import Stands
from pottle.provision.settings import Settings

if TYPE_CHECKING:
    from pottle.sources.pypi.build_requirements import Given, Observer
    from pottle.sources.pypi.resolve import Wanted
    from pottle.sources.pypi.uv import Session


def requirements(plan: Stands, extras: Sequence[str], settings: Settings) -> "list[Wanted]":
    """`Requires-Dist` of the project's wheel, as far as it counts in the image with these extras."""
    from pottle.sources.pypi import uv
    from pottle.sources.pypi.resolve import Wanted

    session = indexes.session(plan, settings)
    with settings.progress.task("Asking the project's backend what it needs"), uv.scratch(session) as work:
        wheel = built(session, settings.project, plan.epoch, work, settings)
        return [Wanted(text) for text in _counting(_required(wheel), plan, extras)]


def built(
    session: "Session",
    directory: Path,
    epoch: int,
    into: Path,
    settings: Settings,
    requires: "Given | Observer | None" = None,
) -> Path:
    """The wheel of the project in `directory`, below `into`: for what it says, and what it is built with."""
    from pottle.sources.pypi.project_wheel import build_project

    tree = DirectoryTree(directory)
    return build_project(
        session, _files(tree, directory, settings.debs), into, epoch, _pretence(tree, settings), requires
    )


def _pretence(tree: Tree, settings: Settings) -> version.Pretence:
    """The copy that is built has no version control, and nobody gets to see this wheel: any version will do."""
    survey = Survey(tree)
    found, name = next(versioning.detect(survey), None), metadata.read(survey, sources=False).name
    if found is None:
        return version.given(settings.environ)
    return version.pretence(found.tool, name.value if name is not None else "", version.UNKNOWN)


def _files(tree: Tree, root: Path, debs: str | None) -> Iterator[tuple[str, Path]]:
    return ((path, root / path) for path in tree.files() if tree.exists(path) and not places.is_ours(path, debs))


def _required(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return BytesHeaderParser().parsebytes(archive.read(name)).get_all("Requires-Dist", [])


def _counting(texts: Sequence[str], plan: Stands, extras: Sequence[str]) -> Iterator[str]:
    environment = marker_environment(of_plan(plan.base, plan.base_image), Platform.parse(plan.platform))
    asked = ["", *map(canonicalize_name, extras)]
    for text in texts:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            raise ProjectError(f"the project's backend asks for {text!r}, which is no requirement") from error
        if requirement.marker is None or any(_holds(requirement.marker, environment, extra) for extra in asked):
            requirement.marker = None
            yield str(requirement)


def _holds(marker: Marker, environment: dict[str, str], extra: str) -> bool:
    return marker.evaluate({**environment, "extra": extra})
