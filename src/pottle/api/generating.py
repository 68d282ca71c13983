"""Files for others to build with: Dockerfile, `.dockerignore`, bake file."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pottle.api.files import files_of
from pottle.api.host import Host, registry_for
from pottle.api.plans import warn_of
from pottle.api.projects import directory_of, platforms, read_options, script_of, tree_of
from pottle.api.provisioning import facts_with_base
from pottle.errors import PottleError

if TYPE_CHECKING:
    from pottle.config.options import Options
    from pottle.oci.platform import Platform
    from pottle.plan.model import ImagePlan
    from pottle.render.bake import Target
    from pottle.render.context import Context
    from pottle.render.files import Output
    from pottle.render.style import Style


def generate(
    kinds: Sequence[str],
    root: Path,
    options: "Options",
    host: Host,
    style: "Style | None" = None,
    *,
    upgrade: bool = False,
) -> "tuple[Output, ...]":
    """The files of these kinds (`dockerfile`, `dockerignore`, `bake`) for the project at `root`: as they should be, not written.

    `style` None: the one in which the Dockerfile that is there was written. Where that pins images, registries are asked for those
    that the Dockerfile has not yet; `upgrade`: for all.
    """
    return _generated(kinds, (_written(root, options, host, style, upgrade=upgrade),), root, host)


def generate_all(
    kinds: Sequence[str],
    root: Path,
    flags: Mapping[str, Any],
    host: Host,
    style: "Style | None" = None,
    *,
    upgrade: bool = False,
) -> "tuple[Output, ...]":
    """The same for every project of the repository below `root` that has something to run; one bake file names them all."""
    from pottle.errors import NothingToRun
    from pottle.project.members import members

    found = []
    for directory in members(tree_of(root)):
        try:
            options = read_options(root / directory, host.environ, flags)
            found.append(_written(root / directory, options, host, style, upgrade=upgrade))
        except NothingToRun as error:
            host.progress.warn(f"{directory}: {error.what}")
    return _generated(kinds, found, root, host)


@dataclass(frozen=True, slots=True)
class _Written:
    """What the files of one project are written from."""

    directory: Path
    plans: "tuple[ImagePlan, ...]"
    context: "Context"
    style: "Style"
    platforms: tuple[str, ...]
    """Those that are configured."""
    digests: Mapping[str, str]
    """Image → digest, where images are pinned."""
    development: "tuple[ImagePlan, ...]" = ()
    """The plans with what developers need besides, where no other file names it."""

    @property
    def ignore_file(self) -> Path:
        """The one that Docker reads: beside the Dockerfile, where the context is a directory above."""
        return self.directory / ("Dockerfile.dockerignore" if self.context.directory else ".dockerignore")


def _written(root: Path, options: "Options", host: Host, style: "Style | None", *, upgrade: bool) -> _Written:
    from pottle.plan.planner import make_plan
    from pottle.project.reader import read_project
    from pottle.render import dockerfile, listed
    from pottle.render.context import context, development_groups
    from pottle.render.style import remembered

    tree = tree_of(root)
    before = tree.read("Dockerfile") or ""
    dockerfile.check_place(before, str(directory_of(root) / "Dockerfile"))
    style = style or remembered(before)
    facts = read_project(tree, options.lockfile, script_of(root))

    def planned(platform: "Platform", options: "Options" = options) -> "ImagePlan":
        known = facts_with_base(facts, root, options, (platform,), host, ask=style.pin)
        return make_plan(known, options, platform)

    plans = _for_platforms(options, planned)
    warn_of(plans, host.progress)
    around = context(tree, facts, options, plans[0], files_of(root, options, host), style)
    configured = tuple(map(str, platforms(options))) if options.platforms else ()
    named = dockerfile.images(plans, around, style) if style.pin else ()
    digests = _digests(named, {} if upgrade else dockerfile.pinned(before), host)
    development: tuple[ImagePlan, ...] = ()
    if around.path(listed.DEVELOPMENT) in around.development:
        more = replace(options, groups=development_groups(facts, options))
        development = _for_platforms(options, lambda platform: planned(platform, more))
    return _Written(directory_of(root), plans, around, style, configured, digests, development)


def _digests(images: Sequence[str], known: Mapping[str, str], host: Host) -> Mapping[str, str]:
    """Image → digest; registries are asked for what is not `known`."""
    missing = [image for image in images if image not in known]
    if not missing:
        return {image: known[image] for image in images}
    from pottle.provision.image_digests import resolved

    with registry_for(host) as registry:
        found = resolved(missing, registry, host.progress)
    return {image: found.get(image) or known[image] for image in images}


def _generated(kinds: Sequence[str], projects: Sequence[_Written], root: Path, host: Host) -> "tuple[Output, ...]":
    if "dockerfile" in kinds and "dockerignore" not in kinds:
        for each in projects:
            if not each.ignore_file.exists():
                what = f"there is no {each.ignore_file}: a builder would be sent secrets and caches as well"
                host.progress.warn(f"{what}; `pottle generate dockerignore` writes it")
    return tuple(output for kind in kinds for output in _outputs(kind, projects, root))


def _outputs(kind: str, projects: Sequence[_Written], root: Path) -> "Iterator[Output]":
    from pottle.render import bake, dockerfile, listed
    from pottle.render.files import Output

    if kind == "bake":
        targets = [_target(each, directory_of(root)) for each in projects]
        if targets:
            yield Output(directory_of(root) / bake.NAME, bake.render(targets))
        return
    for each in projects:
        if kind == "dockerignore":
            yield Output(each.ignore_file, each.context.ignore)
        else:
            yield Output(
                each.directory / "Dockerfile", dockerfile.render(each.plans, each.context, each.style, each.digests)
            )
            if each.context.lists and (text := listed.render(each.plans)) is not None:
                yield Output(each.directory / listed.NAME, text)
            if (text := listed.render(each.development)) is not None:
                yield Output(each.directory / listed.DEVELOPMENT, text)


def _target(project: _Written, below: Path) -> "Target":
    """The project's target in a bake file in `below`."""
    from pottle.render.bake import Target

    up = [".."] * len(project.context.directory.split("/")) if project.context.directory else []
    directory = os.path.relpath(project.directory, below)
    return Target(
        plan=project.plans[0],
        directory=directory,
        context=os.path.normpath(os.path.join(directory, *up)),
        dockerfile=project.context.path("Dockerfile"),
        platforms=project.platforms,
        secrets=project.style.secrets,
    )


def _for_platforms(options: "Options", make: "Callable[[Platform], ImagePlan]") -> "tuple[ImagePlan, ...]":
    """A plan for each platform: those that are configured, else those of the two usual ones that there are wheels for.

    The host's own does not count: generated files are the same wherever they are made.
    """
    from pottle.oci.platform import Platform

    if options.platforms:
        return tuple(map(make, platforms(options)))
    plans: list[ImagePlan] = []
    errors: list[PottleError] = []
    for name in ("linux/amd64", "linux/arm64"):
        try:
            plans.append(make(Platform.parse(name)))
        except PottleError as error:
            errors.append(error)
    if not plans:
        raise errors[0]
    return tuple(plans)
