"""`Facts` and `Options` become an `ImagePlan`: a pure function, the same plan for the same project on any host."""

from packaging.specifiers import SpecifierSet

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan import native_needs, python, reasons, starting, system
from pottle.plan.evidence import packages_left
from pottle.plan.layers import Layers
from pottle.plan.model import ImagePlan, SystemPackages
from pottle.plan.needs import Needs, held
from pottle.plan.processes import Processes
from pottle.plan.runtime import annotations, runtime
from pottle.project.facts import Fact, Facts, PythonWish
from pottle.text import Location


def make_plan(facts: Facts, options: Options, platform: Platform) -> ImagePlan:
    """The image for `platform`. Raises `ProjectError` or `ConfigError` where the facts leave no, or no single, answer."""
    needs = Needs(facts, options, platform)
    choice = python.choose(facts.python, base=_base(options), python=_python(options), gaps=needs.gaps)
    base = choice.base
    requirements = needs.requirements(base)
    holds = held(requirements)
    start = starting.start(facts, options, holds)
    processes = Processes(facts, options, holds, start)
    config, health_reasons = runtime(start, processes.all, options, base)
    native = native_needs.needs(holds, {str(dependency.name) for dependency in facts.dependencies}, base)
    system_needs = system.needs(facts, options, (*start.needs, *processes.needs, *native))
    further = system.names(system_needs)
    return ImagePlan(
        name=facts.name.value,
        version=facts.version.value if facts.version else None,
        platform=str(platform),
        package_manager=facts.package_manager.value,
        lockfile=facts.lock.at.path if facts.lock and facts.lock.format != "pyproject" else None,
        python=base.python,
        framework=start.framework,
        kind=start.kind,
        command=start.command,
        port=start.port,
        processes=processes.all,
        base=base.name,
        system_packages=SystemPackages(runtime=further),
        layers=tuple(Layers(facts, options, base, requirements, needs.unresolved, further).all()),
        runtime=config,
        annotations=annotations(facts, base),
        reasons=(
            *reasons.told(facts, options),
            *system.reasons(system_needs),
            *choice.reasons,
            *start.reasons,
            *health_reasons,
        ),
        warnings=(
            *choice.warnings,
            *(f"{warning.at}: {warning.value}" for warning in facts.warnings),
            *start.warnings,
            *processes.warnings,
            *packages_left(facts.recipe, further),
        ),
        epoch=options.epoch,
        allow_expired=options.allow_expired,
    )


def _base(options: Options) -> Fact[str] | None:
    """The base that the configuration asks for."""
    return Fact(options.base, _origin(options, "base")) if options.base is not None else None


def _python(options: Options) -> PythonWish | None:
    """The Python that the configuration asks for."""
    if options.python is None:
        return None
    return PythonWish(SpecifierSet(), options.python, _origin(options, "python"))


def _origin(options: Options, field: str) -> Location:
    return options.origins.get(field, Location("configuration"))
