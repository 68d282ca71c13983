"""`Facts` and `Options` become an `ImagePlan`: a pure function, the same plan for the same project on any host."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec
from packaging.specifiers import SpecifierSet

from pottle.config.options import Options
from pottle.errors import ProjectError
from pottle.oci.platform import Platform
from pottle.plan import (
    base_images,
    base_packages,
    libraries,
    messages,
    musl,
    pins,
    python,
    reasons,
    refusals,
    starting,
    system,
    system_pins,
    trimming,
)
from pottle.plan.compiled import compiled
from pottle.plan.environment_plan import EnvironmentPlan
from pottle.plan.evidence import distributions_left, made_elsewhere, packages_left
from pottle.plan.layers import Layers
from pottle.plan.model import ImagePlan, SystemPackages
from pottle.plan.native_needs import Wants
from pottle.plan.needs import Needs, held, versions
from pottle.plan.port import VARIABLE
from pottle.plan.processes import Processes
from pottle.plan.runtime import annotations, in_labels, labelled, runtime
from pottle.plan.volumes import volumes
from pottle.project.facts import DECLARED, Fact, Facts, Lock, PythonWish
from pottle.text import Location

STRICT = "make it so, or do without `strict`"
"""What to do about a warning that `strict` makes an error."""


def make_plan(facts: Facts, options: Options, platform: Platform) -> ImagePlan:
    """The image for `platform`. Raises `ProjectError` or `ConfigError` where the facts leave no, or no single, answer."""
    refusals.refuse([refusals.compiled(facts.packaging)])
    needs = Needs(facts, options, platform)
    if options.locked and needs.unresolved:
        raise pins.missing(facts.pins, str(platform), options.origins.get("locked"))
    wishes = (*facts.python, *_locked(facts.lock))
    choice = _choice(facts, options, platform, wishes, needs)
    pinned = needs.pins is not None and needs.pins.written
    told = (*choice.warnings, *(() if pinned else facts.unpinned))
    if options.strict:
        refusals.refuse(ProjectError(fact.value, at=fact.at, hint=STRICT) for fact in told)
    base = choice.base
    installed = needs.installed(base)
    holds = held(installed)
    listening = replace(options, port=_port(options))
    start = starting.start(facts, listening, holds)
    processes = Processes(facts, listening, holds, start)
    kept = volumes(facts, options)
    direct = {str(dependency.name) for dependency in facts.dependencies}
    native = Wants(holds, versions(installed), direct, base, facts.browser)
    told_by_both = replace(start, environment=(*native.environment.items(), *start.environment))
    config, health_reasons = runtime(told_by_both, processes.all, options, base, kept.paths)
    if in_labels(base):
        config = labelled(config, annotations(facts, base))
    found = libraries.pinned(facts.pins, base, str(platform), holds)
    system_needs = system.needs(facts, options, (*start.needs, *processes.needs, *native.needs, *found))
    further = system.names(system_needs)
    missing = base_packages.missing(base, system_needs)
    plan = ImagePlan(
        name=facts.name.value,
        version=facts.version.value if facts.version else None,
        platform=str(platform),
        package_manager=facts.package_manager.value,
        lockfile=_lockfile(facts, needs),
        python=base.python,
        framework=start.framework,
        kind=start.kind,
        command=start.command,
        port=start.port,
        processes=processes.all,
        base=base.name,
        base_image=base.image,
        system_packages=SystemPackages(runtime=further, build=options.build_packages),
        layers=tuple(Layers(facts, options, base, installed, needs.unresolved, further, kept.paths).all()),
        runtime=config,
        annotations=() if in_labels(base) else annotations(facts, base),
        reasons=(
            *reasons.told(replace(facts, pins=needs.pins), options),
            *system.reasons(system_needs),
            *choice.reasons,
            *musl.told(needs.picks(base), base, platform),
            *trimming.reasons(options, base, further),
            *messages.reasons(facts, options, base),
            *start.reasons,
            *health_reasons,
            *kept.reasons,
        ),
        warnings=(
            *(f"{fact.at}: {fact.value}" for fact in (*told, *facts.warnings)),
            *base_images.warnings(base),
            *messages.warnings(facts, options, base),
            *missing,
            *native.lacking,
            *installed.warnings,
            *start.warnings,
            *processes.warnings,
            *kept.warnings,
            *packages_left(facts.recipe, further),
            *made_elsewhere(facts.recipe),
            *distributions_left(facts.recipe, {*holds, facts.name.value}),
        ),
        epoch=options.epoch,
        allow_expired=options.allow_expired,
    )
    if options.compile is not None:
        plan = compiled(plan, start, facts, options, base)
    return _with_packages(plan, facts, options, image=base.reference is not None)


def _with_packages(plan: ImagePlan, facts: Facts, options: Options, *, image: bool) -> ImagePlan:
    """The plan, with how its Debian packages are decided told beside its base."""
    reason, warning = system_pins.told(facts, plan, options)
    if image:
        return plan  # it has its packages itself
    place = next((n for n, each in enumerate(plan.reasons, 1) if each.decision == "base"), len(plan.reasons))
    reasons = (*plan.reasons[:place], reason, *plan.reasons[place:])
    warnings = (*plan.warnings, *([warning] if warning else []))
    return msgspec.structs.replace(plan, reasons=reasons, warnings=warnings)


def _lockfile(facts: Facts, needs: Needs) -> str | None:
    """The file that has decided what is installed, or lists what shall be."""
    if needs.pins is not None and needs.pins.written:
        return needs.pins.at.path
    return facts.lock.at.path if facts.lock and facts.lock.format not in DECLARED else None


def wanted(facts: Facts, options: Options, platform: Platform) -> EnvironmentPlan | None:
    """What an index has to be asked for `platform`; None where a lock leaves nothing open. Whatever runs does not matter."""
    facts = replace(facts, pins=None)
    return environment(facts, options, platform) if Needs(facts, options, platform).unresolved else None


def environment(facts: Facts, options: Options, platform: Platform) -> EnvironmentPlan | None:
    """What is installed for `platform`, whatever runs; None where nothing says."""
    if facts.lock is None:
        return None
    needs = Needs(facts, options, platform)
    choice = _choice(facts, options, platform, (*facts.python, *_locked(facts.lock)), needs)
    installed = needs.installed(choice.base)
    layers = Layers(facts, options, choice.base, installed, unresolved=needs.unresolved, further=())
    return EnvironmentPlan(
        platform=str(platform),
        base=choice.base.name,
        base_image=choice.base.image,
        python=choice.base.python,
        epoch=options.epoch,
        step=layers.install_wheels(),
        question=tuple(pins.asked(installed.requirements, facts.lock, options)),
        sources=tuple(source.name for source in installed.sources),
    )


def _choice(
    facts: Facts, options: Options, platform: Platform, wishes: Sequence[PythonWish], needs: Needs
) -> python.Choice:
    """The base: an image that is named, or one of the suites."""
    image, base, wanted = base_images.reference(options), _base(options), _python(options)
    if image is None or base is None:
        return python.choose(wishes, base=base, python=wanted, gaps=needs.gaps, strict=options.strict)
    found = base_images.known(image, platform, facts.base_images)
    if options.locked and (found is None or not found.written):
        raise base_images.not_locked(image, platform, options.origins.get("locked"))
    return python.choose_on_image(
        wishes, image, found, base=base, python=wanted, gaps=needs.gaps, strict=options.strict
    )


def _base(options: Options) -> Fact[str] | None:
    """The base that the configuration asks for."""
    return Fact(options.base, _origin(options, "base")) if options.base is not None else None


def _python(options: Options) -> PythonWish | None:
    """The Python that the configuration asks for."""
    if options.python is None:
        return None
    return PythonWish(SpecifierSet(), options.python, _origin(options, "python"))


def _locked(lock: Lock | None) -> Iterator[PythonWish]:
    """The Pythons that the lock was resolved for."""
    if lock is not None and lock.requires_python:
        yield PythonWish(lock.requires_python, None, lock.at)


def _origin(options: Options, field: str) -> Location:
    return options.origins.get(field, Location("configuration"))


def _port(options: Options) -> int | None:
    """The port that the configuration asks for, be it by a variable of the container's."""
    variable = dict(options.env).get(VARIABLE, "")
    return options.port or (int(variable) if variable.isdecimal() and 0 < int(variable) < 65536 else None)
