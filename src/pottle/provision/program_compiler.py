"""The compiler of a plan that becomes a program: the version that pottle knows, unless `pottle.lock` names one."""

from collections.abc import Sequence

from pottle.plan import nuitka
from pottle.plan.lock import Build, BuildRequirement
from pottle.plan.model import ImagePlan, compiles
from pottle.provision import indexes
from pottle.provision.settings import Settings


def build(plan: ImagePlan, builds: Sequence[Build], settings: Settings) -> tuple[Build, ...]:
    """The `builds`, and with them what the program is built with, where the plan has one."""
    step = compiles(plan.layers)
    if step is None or any(each.of == step.compiler for each in builds):
        return tuple(builds)
    with settings.progress.task(f"Finding {step.compiler}"):
        return (*builds, Build(step.compiler, found(plan, step.compiler, settings)))


def found(plan: ImagePlan, compiler: str, settings: Settings) -> tuple[BuildRequirement, ...]:
    """Its source archive, as an index has it: wheels of it hold the same for every platform, and there are none of Nuitka."""
    from pottle.sources.pypi.build_requirements import pinned

    session = indexes.session(plan, settings)
    pins = pinned(session, [f"{compiler}=={nuitka.VERSION}"], plan.python, archives=True)
    return tuple(BuildRequirement(one.name, one.version, one.sha256, one.marker) for one in pins)
