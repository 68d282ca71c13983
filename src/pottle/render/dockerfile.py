"""The plan as a Dockerfile: what `build` executes natively, in the words of Docker. How its stages are cut is the layout's business."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pottle import generated
from pottle.dockerfile.parser import parse
from pottle.errors import ProjectError
from pottle.plan import libraries
from pottle.plan.model import ImagePlan
from pottle.render import compiled, single_stage, stages, wheel_house
from pottle.render import instructions as write
from pottle.render.bases import stand
from pottle.render.context import Context, UvLock
from pottle.render.installing import Installer
from pottle.render.instructions import Stage
from pottle.render.job import Job
from pottle.render.managers import Manager, manager
from pottle.render.steps import steps
from pottle.render.style import Layout, Style
from pottle.render.uv import UV, Uv
from pottle.text import Source

KIND = "dockerfile"

_LAYOUTS: Mapping[Layout, Callable[[Job, Installer], Iterator[Stage]]] = {
    "stages": stages.stages,
    "single-stage": single_stage.stages,
    "wheel-house": wheel_house.stages,
}
_PINNED = re.compile(r'^ARG (?:BASE|BUILD|UV)="?(?P<image>[^\s"@]+)@(?P<digest>sha256:[0-9a-f]{64})"?$', re.MULTILINE)


def render(
    plans: Sequence[ImagePlan],
    context: Context,
    style: Style | None = None,
    digests: Mapping[str, str] | None = None,
) -> str:
    """The Dockerfile for all of `plans`, which differ in their platforms alone. `digests`: image → digest."""
    style = style or Style()
    base, plan = stand(libraries.of_all(plans), style.image)
    job = Job(plan, steps(plan), plans, context, style, base, digests or {})
    compiled.check(job)
    return _Dockerfile(job, _installer(job)).text()


def images(plans: Sequence[ImagePlan], context: Context, style: Style) -> tuple[str, ...]:
    """The images that the Dockerfile would name and that have no digest yet."""
    base, plan = stand(libraries.of_all(plans), style.image)
    job = Job(plan, steps(plan), plans, context, style, base)
    return tuple(image for _, image in _Dockerfile(job, _installer(job)).images() if "@" not in image)


def pinned(text: str) -> Mapping[str, str]:
    """Image → digest, as a Dockerfile has them."""
    return {match["image"]: match["digest"] for match in _PINNED.finditer(text)}


def check_place(text: str, path: str) -> None:
    """Raises `ProjectError` where a region of a Dockerfile stands below a stage of somebody's: its ARGs have to come before every FROM."""
    try:
        region = generated.region(text)
    except generated.InvalidRegion:
        return  # whoever writes the file says so
    if region is None:
        return
    source = Source(path, region.before)
    first = next((each for each in parse(source).instructions if each.name == "FROM"), None)
    if first is not None:
        what = "the generated region stands below this stage, and its ARGs count above every stage alone"
        hint = "move the region to the top: what is yours may stand on its stages, `FROM image`"
        raise ProjectError(what, at=source.location(first.span), hint=hint)


def _installer(job: Job) -> Installer:
    if job.style.layout == "wheel-house":
        return Manager(job)
    if not job.style.native or isinstance(job.context.lock, UvLock):
        return Uv(job)
    return manager(job)


_MORE = """\
Besides, it has what `optimize = "size"` leaves out of distributions there (tests, headers, stubs, symbols):
what of a wheel nothing needs is found out by reading it, which no few lines of a Dockerfile do safely."""


@dataclass(frozen=True)
class _Dockerfile:
    job: Job
    installer: Installer

    def text(self) -> str:
        job = self.job
        head = write.comment(
            f"{job.plan.name}: the image that `pottle build` makes, by `pottle generate dockerfile{job.style.flags}`.\n"
            f"Build it with `docker build {self._arguments()}`. Yours to change. {generated.WORD}"
        )
        if job.steps.trim is not None:
            head += write.comment(_MORE)
        arguments = "\n".join(str(write.argument(name, job.named(image))) for name, image in self.images())
        return generated.marked("\n\n".join([head + arguments, *map(str, self._stages())]) + "\n", KIND)

    def images(self) -> Iterator[tuple[str, str]]:
        """ARG → the image that it names."""
        base = self.job.base
        yield "BASE", base.image
        if base.builder is not None:
            yield "BUILD", base.builder
        yield from self.installer.images
        if base.standalone is not None and not self.installer.images:
            yield "UV", UV

    def _arguments(self) -> str:
        job = self.job
        file = f"-f {job.context.path('Dockerfile')} " if job.context.directory else ""
        own = job.steps.own
        given = "--build-arg VERSION=1.2.3 " if own is not None and own.version_tool else ""
        secrets = "".join(f"--secret id={each},src=FILE " for each in job.style.secrets)
        return f"{file}{given}{secrets}-t {job.plan.name} ."

    def _stages(self) -> Iterator[Stage]:
        if self.job.base.standalone is not None and not self.installer.images:
            yield Stage("${UV}", "uv", ())
        if self.installer.images:
            yield self.installer.tools()
        yield from _LAYOUTS[self.job.style.layout](self.job, self.installer)
