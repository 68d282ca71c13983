"""`Facts` and `Options` become an `ImagePlan`: a pure function, the same plan for the same project on any host."""

from dataclasses import dataclass
from typing import Literal

from pottle.config.options import Options
from pottle.oci.platform import Platform
from pottle.plan import application, packages, python, wheels
from pottle.plan.application import Start
from pottle.plan.bases import Base
from pottle.plan.model import (
    CopyProject,
    CreateEnvironment,
    HealthCheck,
    ImagePlan,
    InstallPackages,
    InstallProject,
    InstallWheels,
    LayerPlan,
    Reason,
    Requirement,
    Runtime,
    Step,
    SumUp,
    SystemPackages,
)
from pottle.project.facts import Facts, LockedDistribution

ENVIRONMENT = "/opt/venv"
APP = "/app"
USER, UID = "nonroot", 65532
HOME = f"/home/{USER}"


def make_plan(facts: Facts, options: Options, platform: Platform) -> ImagePlan:
    """The image for `platform`. Raises `ProjectError` or `ConfigError` where the facts leave no, or no single, answer."""
    choice = python.choose(
        facts.python,
        base=options.base or "debian",
        python=options.python,
        missing=lambda base: wheels.missing(_selected(facts, base, platform), base, platform),
    )
    return _Draft(facts, options, platform, choice).plan()


def _selected(facts: Facts, base: Base, platform: Platform) -> tuple[LockedDistribution, ...]:
    return wheels.third_party(facts.lock, base, platform) if facts.lock else ()


@dataclass(frozen=True)
class _Draft:
    """What the parts of a plan share while it is being drawn."""

    facts: Facts
    options: Options
    platform: Platform
    choice: python.Choice

    def plan(self) -> ImagePlan:
        requirements = wheels.requirements(
            _selected(self.facts, self.choice.base, self.platform), self.choice.base, self.platform
        )
        start = self._start({r.name for r in requirements})
        runtime, health_reasons = self._runtime(start)
        facts = self.facts
        return ImagePlan(
            name=facts.name.value,
            version=facts.version.value if facts.version else None,
            platform=str(self.platform),
            package_manager=facts.package_manager.value,
            lockfile=facts.lock.at.path if facts.lock else None,
            python=self.choice.base.python,
            framework=start.application.framework if start.application else None,
            kind=start.application.kind if start.application else "script",
            command=start.command,
            port=start.port,
            base=self.choice.base.name,
            system_packages=SystemPackages(runtime=self._packages),
            layers=self._layers(requirements),
            runtime=runtime,
            annotations=self._annotations(),
            reasons=(*self._reasons(), *self.choice.reasons, *start.reasons, *health_reasons),
            warnings=(*self.choice.warnings, *(f"{w.at}: {w.value}" for w in facts.warnings)),
            epoch=self.options.epoch,
            allow_expired=self.options.allow_expired,
        )

    def _start(self, distributions: set[str]) -> Start:
        options = self.options
        if options.command is not None:
            reason = Reason(decision="command", value=" ".join(options.command), because="it is configured")
            return Start(None, options.command, options.port, "SIGTERM", (reason,))
        app = application.choose(self.facts.applications, wanted=options.app)
        return application.start(app, distributions, port=options.port)

    # --- layers -----------------------------------------------------------------------------------

    def _layers(self, requirements: tuple[Requirement, ...]) -> tuple[LayerPlan, ...]:
        layers = [self._base_layer(), self._interpreter_layer()]
        if self._packages:
            layers.append(self._packages_layer())
        layers.append(self._system_layer())
        if requirements or self._unresolved:
            layers.append(self._environment_layer(requirements))
        layers.append(self._app_layer())
        return tuple(layers)

    def _install(self, names: tuple[str, ...]) -> InstallPackages:
        return InstallPackages(suite=self.choice.base.suite, packages=names, without=tuple(sorted(packages.WITHOUT)))

    def _base_layer(self) -> LayerPlan:
        because = "the C library and what wheels expect of any Linux change least"
        return LayerPlan(name="base", steps=(self._install(packages.RUNTIME),), because=because)

    def _interpreter_layer(self) -> LayerPlan:
        base = self.choice.base
        steps: tuple[Step, ...] = (
            self._install(packages.interpreter(base)),
            CreateEnvironment(
                path=ENVIRONMENT,
                interpreter=f"/usr/bin/python{base.python}",
                bytecode="unchecked-hash" if self._bytecode else None,
            ),
        )
        return LayerPlan(name="interpreter", steps=steps, because=f"CPython {base.python} is the same in every project")

    def _packages_layer(self) -> LayerPlan:
        because = "further packages change less often than the lock"
        return LayerPlan(name="packages", steps=(self._install(self._packages),), because=because)

    def _system_layer(self) -> LayerPlan:
        steps: tuple[Step, ...] = (self._install(packages.SYSTEM), SumUp(uid=UID, gid=UID, user=USER, home=HOME))
        return LayerPlan(name="system", steps=steps, because="sums up the packages below, which stay shared")

    def _environment_layer(self, requirements: tuple[Requirement, ...]) -> LayerPlan:
        step = InstallWheels(
            into=ENVIRONMENT,
            requirements=requirements,
            bytecode="unchecked-hash" if self._bytecode else None,
            unresolved=self._unresolved,
        )
        return LayerPlan(name="environment", steps=(step,), because="changes with the lock, not with the code")

    def _app_layer(self) -> LayerPlan:
        mode: Literal["checked-hash"] | None = "checked-hash" if self._bytecode else None
        packaging = self.facts.packaging
        copy = CopyProject(into=APP, less_wheel=packaging is not None, bytecode=mode)
        steps: tuple[Step, ...] = (copy,)
        if packaging is not None:
            steps = (InstallProject(into=ENVIRONMENT, backend=packaging.backend, bytecode=mode), copy)
        return LayerPlan(name="app", steps=steps, because="changes with every commit, so it lies on top")

    @property
    def _packages(self) -> tuple[str, ...]:
        """Debian packages beyond the interpreter's: those configured, and a shell where one is needed or wanted."""
        wanted = [*self.options.packages]
        if self.facts.shell is not None:
            wanted += packages.SHELL
        if self.options.variant == "debug":
            wanted += packages.DEBUG
        return tuple(sorted(set(wanted)))

    @property
    def _bytecode(self) -> bool:
        return self.options.optimize == "speed"

    @property
    def _unresolved(self) -> bool:
        return self.facts.lock is not None and not self.facts.lock.complete

    # --- the image config -------------------------------------------------------------------------

    def _runtime(self, start: Start) -> tuple[Runtime, tuple[Reason, ...]]:
        check: HealthCheck | None = None
        reasons: tuple[Reason, ...] = ()
        if start.port is not None and start.application is not None:
            check, reason = application.health(
                start.application, start.port, f"/usr/bin/python{self.choice.base.python}"
            )
            reasons = (reason,)
        runtime = Runtime(
            user=f"{UID}:{UID}",
            environment=self._environment(),
            working_dir=APP,
            entrypoint=(),
            command=start.command,
            ports=(f"{start.port}/tcp",) if start.port is not None else (),
            stop_signal=start.stop_signal,
            health_check=check,
            labels=self.options.labels,
        )
        return runtime, reasons

    def _environment(self) -> tuple[tuple[str, str], ...]:
        ours = {
            "PATH": f"{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin",
            "HOME": HOME,
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
        }
        return tuple(sorted({**ours, **dict(self.options.env)}.items()))

    def _annotations(self) -> tuple[tuple[str, str], ...]:
        facts, prefix = self.facts, "org.opencontainers.image"
        found = {
            f"{prefix}.title": facts.name.value,
            f"{prefix}.version": facts.version.value if facts.version else None,
            f"{prefix}.source": facts.source.value if facts.source else None,
            f"{prefix}.base.name": self.choice.base.name,
        }
        return tuple(sorted((key, value) for key, value in found.items() if value is not None))

    def _reasons(self) -> tuple[Reason, ...]:
        facts = self.facts
        told = [
            Reason(decision="name", value=facts.name.value, because="the project says so", at=str(facts.name.at)),
            Reason(
                decision="package_manager",
                value=facts.package_manager.value,
                because="its files are here",
                at=str(facts.package_manager.at),
            ),
            self._packaging_reason(),
            Reason(
                decision="bytecode",
                value="yes" if self._bytecode else "no",
                because=f"optimize is {self.options.optimize!r}",
            ),
        ]
        if facts.shell is not None:
            told.append(Reason(decision="shell", value="/bin/sh", because=facts.shell.value, at=str(facts.shell.at)))
        return tuple(told)

    def _packaging_reason(self) -> Reason:
        packaging = self.facts.packaging
        if packaging is None:
            return Reason(
                decision="project", value="copied", because="it has no build system: its files run where they lie"
            )
        because = f"{packaging.backend} builds its wheel, which is installed like any other"
        return Reason(decision="project", value="installed", because=because, at=str(packaging.at))
