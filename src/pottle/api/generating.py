"""Files for others to build and to run with: Dockerfile, `.dockerignore`, bake file, compose files."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pottle.api.files import files_of
from pottle.api.host import Host, registry_for
from pottle.api.plans import warn_of
from pottle.api.products import reference
from pottle.api.projects import directory_of, platforms, read_options, repository, script_of, tree_of
from pottle.api.provisioning import facts_with_base
from pottle.errors import PottleError

if TYPE_CHECKING:
    from pottle.config.options import Options
    from pottle.oci.platform import Platform
    from pottle.plan.model import ImagePlan
    from pottle.project.tree import Tree
    from pottle.render.bake import Target
    from pottle.render.compose import Project
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
    image: str | None = None,
    upgrade: bool = False,
) -> "tuple[Output, ...]":
    """The files of these kinds (`KINDS`) for the project at `root`: as they should be, not written.

    `style` None: the one in which the Dockerfile that is there was written. Where that pins images, registries are asked for those
    that the Dockerfile has not yet; `upgrade`: for all. `image` is what manifests name; None: what those name that are there, else
    the project itself.
    """
    if image is not None:
        reference(image)  # what is none is told
    return _generated(kinds, (_written(root, options, host, style, image=image, upgrade=upgrade),), root, host)


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
    return _generated(kinds, found, root, host, every=True)


def refreshed(outputs: "Sequence[Output]") -> "tuple[Output, ...]":
    """Those that are there as pottle wrote them, now or before: what somebody has changed is theirs."""
    return tuple(output for output in outputs if output.state in ("current", "outdated"))


def ci_provider(root: Path) -> str:
    """Whose pipelines the repository of the project at `root` has: "gitlab" where it says so, else "github"."""
    return "gitlab" if (repository(directory_of(root)) / ".gitlab-ci.yml").exists() else "github"


KINDS = (
    "dockerfile",
    "dockerignore",
    "bake",
    "compose",
    "compose-production",
    "kubernetes",
    "ci-github",
    "ci-gitlab",
    "devcontainer",
)


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
    tree: "Tree"
    development: "tuple[ImagePlan, ...]" = ()
    """The plans with what developers need besides, where no other file names it."""
    image: str | None = None
    """What manifests name."""
    script: str | None = None
    """The file that is meant, where it is no directory."""

    @property
    def ignore_file(self) -> Path:
        """The one that Docker reads: beside the Dockerfile, where the context is a directory above."""
        return self.directory / ("Dockerfile.dockerignore" if self.context.directory else ".dockerignore")


def _written(
    root: Path, options: "Options", host: Host, style: "Style | None", *, upgrade: bool, image: str | None = None
) -> _Written:
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
    script = script_of(root)
    return _Written(directory_of(root), plans, around, style, configured, digests, tree, development, image, script)


def _digests(images: Sequence[str], known: Mapping[str, str], host: Host) -> Mapping[str, str]:
    """Image → digest; registries are asked for what is not `known`."""
    missing = [image for image in images if image not in known]
    if not missing:
        return {image: known[image] for image in images}
    from pottle.provision.image_digests import resolved

    with registry_for(host) as registry:
        found = resolved(missing, registry, host.progress)
    return {image: found.get(image) or known[image] for image in images}


def _generated(
    kinds: Sequence[str], projects: Sequence[_Written], root: Path, host: Host, *, every: bool = False
) -> "tuple[Output, ...]":
    for each in projects:
        for kind, other, file, why in _needs(each):
            if kind in kinds and other not in kinds and not file.exists():
                host.progress.warn(f"there is no {file}: {why}; `pottle generate {other}` writes it")
    return tuple(output for kind in kinds for output in _outputs(kind, projects, root, every=every))


def _needs(project: _Written) -> "Iterator[tuple[str, str, Path, str]]":
    """What is of little use without another file: its kind, the other's kind, that file, and why."""
    from pottle.render import compose

    yield "dockerfile", "dockerignore", project.ignore_file, "a builder would be sent secrets and caches as well"
    yield "compose", "dockerfile", project.directory / "Dockerfile", "it is what the service is built of"
    yield "devcontainer", "compose", project.directory / compose.NAME, "it is what the container is started by"


def _outputs(kind: str, projects: Sequence[_Written], root: Path, *, every: bool) -> "Iterator[Output]":
    from pottle.render import bake, compose, devcontainer, dockerfile, kubernetes, listed
    from pottle.render.files import Output

    if kind.startswith("ci-"):
        yield from _pipelines(kind.removeprefix("ci-"), projects, root, every=every)
        return
    if kind == "bake":
        targets = [_target(each, directory_of(root)) for each in projects]
        if targets:
            yield Output(directory_of(root) / bake.NAME, bake.render(targets))
        return
    for each in projects:
        if kind == "dockerignore":
            yield Output(each.ignore_file, each.context.ignore)
        elif kind == "compose":
            yield Output(each.directory / compose.NAME, compose.development(_composed(each)))
        elif kind == "compose-production":
            yield Output(each.directory / compose.PRODUCTION, compose.production(_composed(each)))
        elif kind == "kubernetes":
            yield Output(each.directory / kubernetes.NAME, _manifests(each))
        elif kind == "devcontainer":
            yield Output(each.directory / devcontainer.NAME, devcontainer.render(each.plans[0]))
        else:
            yield Output(
                each.directory / "Dockerfile", dockerfile.render(each.plans, each.context, each.style, each.digests)
            )
            if each.context.lists and (text := listed.render(each.plans)) is not None:
                yield Output(each.directory / listed.NAME, text)
            if (text := listed.render(each.development)) is not None:
                yield Output(each.directory / listed.DEVELOPMENT, text)


def _composed(written: _Written) -> "Project":
    """The project as a compose file beside its Dockerfile sees it."""
    from pottle.plan.places import APP
    from pottle.project.survey import Survey
    from pottle.project.variables import variables
    from pottle.render.compose import Project
    from pottle.render.job import SOURCE

    plan, context = written.plans[0], written.context
    up = "/".join([".."] * len(context.directory.split("/"))) if context.directory else "."
    return Project(
        plan=plan,
        variables=variables(written.tree),
        context=up,
        dockerfile=context.path("Dockerfile"),
        target="dev" if written.style.dev else None,
        mount=SOURCE if written.style.dev and context.directory else APP,
        roots=tuple(sorted({module.root for module in Survey(written.tree).modules})) or ("",),
        secrets=written.style.secrets,
        lockfiles=(plan.lockfile,) if plan.lockfile else (),
    )


def _pipelines(provider: str, projects: Sequence[_Written], root: Path, *, every: bool) -> "Iterator[Output]":
    """The one file of the repository, for a project in it or for all."""
    from pottle.render import pipelines
    from pottle.render.files import Output
    from pottle.render.steps import steps

    if not projects:
        return
    top = repository(directory_of(root)).absolute()
    directory = os.path.relpath(root.absolute(), top)
    own = [steps(each.plans[0]).own for each in projects]
    built = pipelines.Built(
        name=projects[0].plans[0].name,
        directory="" if directory == "." else directory,
        every=every,
        history=any(step is not None and step.version_tool is not None for step in own),
    )
    path = pipelines.GITHUB if provider == "github" else pipelines.GITLAB
    yield Output(top / path, pipelines.render(provider, built))


def _manifests(written: _Written) -> str:
    from pottle.project.variables import variables
    from pottle.render import kubernetes

    image = written.image or kubernetes.remembered(written.tree.read(kubernetes.NAME) or "")
    return kubernetes.render(written.plans[0], variables(written.tree), image, script=written.script or ".")


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
