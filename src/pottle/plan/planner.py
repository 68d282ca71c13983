"""`Facts` and `Options` become an `ImagePlan`: a pure function, the same plan for the same project on any host."""

from packaging.specifiers import SpecifierSet

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan import application, python, reasons, refusals
from pottle.plan.application import Held, Start
from pottle.plan.layers import Layers, further_packages
from pottle.plan.model import ImagePlan, SystemPackages
from pottle.plan.needs import Needs, held
from pottle.plan.runtime import annotations, runtime
from pottle.plan.volumes import volumes
from pottle.project.facts import Fact, Facts, PythonWish
from pottle.text import Location


def make_plan(facts: Facts, options: Options, platform: Platform) -> ImagePlan:
    """The image for `platform`. Raises `ProjectError` or `ConfigError` where the facts leave no, or no single, answer."""
    refusals.refuse([refusals.compiled(facts.packaging)])
    needs = Needs(facts, options, platform)
    choice = python.choose(facts.python, base=_base(options), python=_python(options), gaps=needs.gaps)
    base = choice.base
    requirements = needs.requirements(base)
    start = _start(facts, options, held(requirements))
    kept = volumes(facts, options)
    config, health_reasons = runtime(start, options, base, kept.paths)
    return ImagePlan(
        name=facts.name.value,
        version=facts.version.value if facts.version else None,
        platform=str(platform),
        package_manager=facts.package_manager.value,
        lockfile=facts.lock.at.path if facts.lock and facts.lock.format != "pyproject" else None,
        python=base.python,
        framework=start.application.framework if start.application else None,
        kind=start.application.kind if start.application else "script",
        command=start.command,
        port=start.port,
        base=base.name,
        system_packages=SystemPackages(runtime=further_packages(facts, options)),
        layers=tuple(Layers(facts, options, base, requirements, needs.unresolved, kept.paths).all()),
        runtime=config,
        annotations=annotations(facts, base),
        reasons=(*reasons.told(facts, options), *choice.reasons, *start.reasons, *health_reasons, *kept.reasons),
        warnings=(*choice.warnings, *(f"{warning.at}: {warning.value}" for warning in facts.warnings), *kept.warnings),
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


def _start(facts: Facts, options: Options, holds: Held) -> Start:
    if options.command is not None:
        at = options.origins.get("command")
        return application.configured(options.command, facts.applications, port=options.port, at=at)
    app = application.choose(facts.applications, holds, wanted=options.app)
    return application.start(app, holds, port=options.port, manager=facts.package_manager.value)
