"""What lies below the wheels in `pottle.lock`: the question that archives were asked, kept with their answer, and whether it still answers.

docs/reference/pottle-lock.md is the contract; `pottle.plan.pins` is the same for an index.
"""

from collections.abc import Iterable, Iterator, Sequence

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan.lock import Build, BuildRequirement, Compiler, Decided, LockedInterpreter, LockedPackage
from pottle.plan.model import (
    BuildWheels,
    ImagePlan,
    InstallInterpreter,
    InstallProject,
    LayerPlan,
    Reason,
    Source,
    compiles,
    installs,
)
from pottle.plan.pins import AGAIN, PATH, missing
from pottle.project.facts import Facts, Packaging, Pins
from pottle.project.pinned import PinnedBuild, PinnedCompiler, PinnedDeb, PinnedInterpreter, PinnedSystem
from pottle.text import Location

# --- the question ---------------------------------------------------------------------------------


def question(layers: Sequence[LayerPlan]) -> tuple[str, ...]:
    """What archives are asked for the image, sorted: a line for each layer that has packages, and what layers do without."""
    lines = []
    without: dict[tuple[str, ...], list[str]] = {}
    for name, step in ((layer.name, step) for layer in layers for step in layer.steps):
        if (asked := installs(step)) is not None:
            lines.append(f"{name}: {' '.join(sorted(asked.packages))}")
            without.setdefault(asked.without, []).append(name)
        if isinstance(step, InstallInterpreter):
            lines.append(f"{name}: {step.source} {step.version}")
    lines += [
        f"{', '.join(sorted(names))}, without: {' '.join(sorted(left))}" for left, names in without.items() if left
    ]
    return tuple(sorted(lines))


def builds(layers: Sequence[LayerPlan], packaging: Packaging | None) -> dict[str, tuple[str, ...]]:
    """What is built, by name → what decides which requirements its build has. A compiler stands there by its own name."""
    found: dict[str, tuple[str, ...]] = {}
    for step in (step for layer in layers for step in layer.steps):
        if isinstance(step, InstallProject):
            own = packaging.requires if step.path == "." and packaging is not None else ()
            found[step.name] = tuple(sorted((f"--backend {step.backend}", *own)))
    if (program := compiles(layers)) is not None:
        found[program.compiler] = (f"--compile {program.compiler}",)
    return found | {source.name: (source_line(source),) for source in sources(layers)}


def sources(layers: Sequence[LayerPlan]) -> Iterator[Source]:
    """What third parties' sources are built."""
    for step in (step for layer in layers for step in layer.steps):
        if isinstance(step, BuildWheels):
            yield from step.sources


def within(name: str) -> tuple[str, ...]:
    """What decides of something that is built only for the building of `name`."""
    return (f"--for {name}",)


def source_line(source: Source) -> str:
    """The source, by its content."""
    return f"--source {source.commit or f'sha256:{source.sha256}'}"


# --- whether it is answered -----------------------------------------------------------------------


def told(facts: Facts, plan: ImagePlan, options: Options) -> tuple[Reason, str | None]:
    """How the image's packages are decided, and what there is to warn of.

    Raises `ProjectError` where `pottle.lock` answers another question, or where nothing but locks is to count and it has no answer.
    """
    pins = facts.pins if facts.pins is not None and facts.pins.written else None
    suite = plan.base.partition(":")[2]
    kept = _kept(pins, plan) if pins is not None else None
    if kept is not None:
        _check(kept, plan)
        _check_builds(facts, plan, options)
        because = f"{PATH} has every one by its digest"
        return Reason(decision="base_packages", value="locked", because=because, at=kept.at), None
    if options.locked:
        raise missing(pins, plan.platform, options.origins.get("locked"))
    because = f"no {PATH} has them: the base moves with {suite}"
    reason = Reason(decision="base_packages", value="newest", because=because)
    if pins is None:
        return reason, None
    what = f"{pins.at}: it has no packages for {plan.platform}, which are chosen anew by every build"
    return reason, f"{what}: run `pottle lock --platform {plan.platform}`"


def _kept(pins: Pins, plan: ImagePlan) -> PinnedSystem | None:
    return next((each for each in pins.systems if each.platform == plan.platform), None)


def _check(kept: PinnedSystem, plan: ImagePlan) -> None:
    was, now = (kept.base, kept.python), (plan.base, plan.python)
    if was != now:
        raise _stale(
            f"it was made for {was[0]} with Python {was[1]}, and the plan is for {now[0]} with {now[1]}", kept.at
        )
    old, new = _words(kept.wanted), _words(question(plan.layers))
    for name in sorted({*old, *new}):
        before, after = old.get(name, []), new.get(name, [])
        if more := [word for word in after if word not in before]:
            raise _stale(f"it was made without {' '.join(more)} ({name})", kept.at)
        if gone := [word for word in before if word not in after]:
            raise _stale(f"it was made for {' '.join(gone)} ({name}), which is no longer asked for", kept.at)
    layers = {layer.name for layer in plan.layers}
    if strange := next((deb for deb in kept.debs if deb.layer not in layers), None):
        raise _stale(f"{strange.name} is of no layer that the image has", strange.at)
    own = (Platform.parse(plan.platform).debian_architecture, "all")
    if strange := next((deb for deb in kept.debs if deb.architecture not in own), None):
        raise _stale(f"{strange.name} is for {strange.architecture}", strange.at)
    asks = any(isinstance(step, InstallInterpreter) for layer in plan.layers for step in layer.steps)
    if asks != (kept.interpreter is not None):
        raise _stale("it was made with" + ("out an interpreter" if asks else " an interpreter"), kept.at)


def _words(question: Iterable[str]) -> dict[str, list[str]]:
    """`base: libc6 libgcc-s1` → the layer, and what is asked for it."""
    found: dict[str, list[str]] = {}
    for line in question:
        head, _, words = line.partition(": ")
        found.setdefault(head, []).extend(words.split())
    return found


def _check_builds(facts: Facts, plan: ImagePlan, options: Options) -> None:
    assert facts.pins is not None
    kept = {each.of: each for each in facts.pins.builds}
    for name, wanted in builds(plan.layers, facts.packaging).items():
        found = kept.get(name)
        if found is None and options.locked:
            what = f"everything has to come from locks, and {PATH} does not say what {name} is built with"
            raise ProjectError(what, at=facts.pins.at, hint=AGAIN)
        if found is None or found.wanted == wanted:
            continue
        changed = [
            *(line for line in wanted if line not in found.wanted),
            *(x for x in found.wanted if x not in wanted),
        ]
        raise _stale(f"{name} is built with something else now ({changed[0]})", found.at)


def _stale(what: str, at: str | None) -> ProjectError:
    return ProjectError(f"{PATH} is stale: {what}", at=Location.parse(at) if at else None, hint=AGAIN)


# --- the answer -----------------------------------------------------------------------------------


def decided(pins: Pins | None, plan: ImagePlan) -> Decided | None:
    """The answer that was kept for the plan's platform; whether it is one to this plan, `told` has seen."""
    kept = _kept(pins, plan) if pins is not None else None
    if pins is None or kept is None:
        return None
    names = [layer.name for layer in plan.layers if any(map(installs, layer.steps))]
    compilers = [each for each in pins.compilers if (each.base, each.python) == (plan.base, plan.python)]
    return Decided(
        packages=tuple((name, tuple(locked(deb) for deb in kept.debs if deb.layer == name)) for name in names),
        interpreter=locked_interpreter(kept.interpreter) if kept.interpreter is not None else None,
        compilers=tuple((each.architecture, _compiler(each)) for each in compilers),
        builds=tuple(map(_build, pins.builds)),
        wheels=kept.wheels,
        at=kept.at,
    )


def locked(deb: PinnedDeb) -> LockedPackage:
    """The package, as a build takes it."""
    return LockedPackage(
        deb.name, deb.version, deb.architecture, deb.suite, deb.filename, deb.sha256, deb.size, deb.released, deb.at
    )


def locked_interpreter(found: PinnedInterpreter) -> LockedInterpreter:
    """The build, as a build takes it."""
    return LockedInterpreter(found.version, found.build, found.machine, found.url, found.sha256, found.size)


def _compiler(each: PinnedCompiler) -> Compiler:
    interpreter = locked_interpreter(each.interpreter) if each.interpreter is not None else None
    return Compiler(each.python, tuple(map(locked, each.debs)), interpreter)


def _build(each: PinnedBuild) -> Build:
    requires = tuple(BuildRequirement(one.name, one.version, one.sha256, one.marker) for one in each.requires)
    return Build(each.of, requires, each.at)
