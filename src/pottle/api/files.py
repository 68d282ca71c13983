"""Which files of a project there are for an image, and what its build backend is shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.host import Host
from pottle.api.projects import directory_of, tree_of

if TYPE_CHECKING:
    from pottle.build.project import ProjectFiles
    from pottle.config.options import Options
    from pottle.plan.model import ImagePlan
    from pottle.project.tree import Tree
    from pottle.project.version import Pretence
    from pottle.render.context import Files


def files_of(root: Path, options: "Options", host: Host) -> "Files":
    """The files of the project at `root`: all of them, and those that belong to its image."""
    from pottle.project.assets import collect, own
    from pottle.project.checkout import listed
    from pottle.render.context import Files

    tree = tree_of(root)
    in_checkout = listed(directory_of(root), host.environ)
    app = collect(tree, in_checkout, options.exclude)
    secret = tuple(each.path for each in app.withheld)
    return Files(tuple(own(tree, in_checkout, options.exclude)), tuple(asset.path for asset in app.files), secret)


def wheels_of(plans: "Sequence[ImagePlan]") -> dict[str, str]:
    """The projects whose wheels the plans want, their own (".") among them: directory → name."""
    from pottle.plan.model import InstallProject

    steps = [step for planned in plans for layer in planned.layers for step in layer.steps]
    return {step.path: step.name for step in steps if isinstance(step, InstallProject)}


def project_files(root: Path, options: "Options", host: Host, wheels: Mapping[str, str]) -> "ProjectFiles":
    """What is built: the files of the project at `root`, and of its neighbours whose `wheels` are wanted."""
    from pottle.build.project import ProjectFiles
    from pottle.project.assets import collect, own
    from pottle.project.checkout import listed
    from pottle.project.version import NOTHING
    from pottle.provision.places import is_ours

    tree = tree_of(root)  # not the plan's: locking may have taken a while, and what lies here now is what is built
    root = directory_of(root)
    in_checkout = listed(root, host.environ)
    if in_checkout is None and (root / ".git").exists():
        host.progress.warn("git cannot say which files it ignores: all but caches and secrets may get into the image")
    assets = collect(tree, in_checkout, options.exclude)
    for withheld in assets.withheld:
        host.progress.warn(f"{withheld.path} stays out of the image: {withheld.because}")
    beside = {path: _neighbour_files(root, path, name, host) for path, name in wheels.items() if path != "."}
    pretence = _pretence(root, wheels["."], tree, host) if "." in wheels else NOTHING
    everything = tuple(path for path in own(tree, in_checkout, options.exclude) if not is_ours(path, options.debs))
    files = tuple(asset for asset in assets.files if not is_ours(asset.path, options.debs))
    return ProjectFiles(root.absolute(), everything, files, pretence, beside)


def _neighbour_files(root: Path, path: str, name: str, host: Host) -> "ProjectFiles":
    """What the backend of another project of the repository may need; nothing of it is copied as it is."""
    from pottle.build.project import ProjectFiles
    from pottle.project.assets import own
    from pottle.project.checkout import listed
    from pottle.provision.places import is_ours

    directory = (root / path).resolve()
    tree = tree_of(directory)
    everything = tuple(path for path in own(tree, listed(directory, host.environ)) if not is_ours(path, None))
    return ProjectFiles(directory, everything, (), _pretence(directory, name, tree, host))


def _pretence(root: Path, name: str, tree: "Tree", host: Host) -> "Pretence":
    """What the backend is shown for the version control that its copy of the project has not."""
    from pottle.project import version
    from pottle.project.checkout import described
    from pottle.project.detectors import versioning
    from pottle.project.survey import Survey

    found = next(iter(versioning.detect(Survey(tree))), None)
    if found is None:
        return version.given(host.environ)
    derived = version.derive(found, name, tree, described(root, host.environ, found.tags), host.environ)
    if derived.warning:
        host.progress.warn(f"{found.at}: {derived.warning}")
    return version.pretence(found.tool, name, derived.version)
