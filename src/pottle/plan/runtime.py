"""How the container runs (the image config), and what the image says of itself (its annotations)."""

from collections.abc import Mapping, Sequence

import msgspec

from pottle.config.options import Options
from pottle.plan.application import Start
from pottle.plan.bases import Base
from pottle.plan.health import health
from pottle.plan.model import HealthCheck, ProcessPlan, Reason, Runtime
from pottle.plan.places import APP, ENVIRONMENT, HOME, UID
from pottle.plan.port import VARIABLE, launcher
from pottle.project.facts import Facts

ENVIRON: Mapping[str, str] = {
    "PATH": f"{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin",
    "HOME": HOME,
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
}
"""What every container has; the configuration adds to it or overrides it."""

BASE = "org.opencontainers.image.base.name"
"""The release whose packages the image is put together from. No `base.digest` stands beside it, because no image of that name
was taken: tools that rebase need both and leave this one alone."""


PROCESS = "pottle.process."
"""Labels of an image that has several processes: how each is started."""


def runtime(
    start: Start,
    processes: Sequence[ProcessPlan],
    options: Options,
    base: Base,
    volumes: tuple[str, ...] = (),
) -> tuple[Runtime, tuple[Reason, ...]]:
    """The image config, and why the entry point and the health check are what they are."""
    interpreter = base.interpreter
    entrypoint, reasons = _entrypoint(start, interpreter)
    check: HealthCheck | None = None
    if start.port is not None:
        route = start.application.health if start.application is not None else None
        check, reason = health(start.port, route, interpreter, follows=start.follows, probe=start.probe)
        reasons = (*reasons, reason)
    configured = Runtime(
        user=f"{UID}:{UID}",
        environment=tuple(sorted({**ENVIRON, **_port(start), **dict(start.environment), **dict(options.env)}.items())),
        working_dir=APP,
        entrypoint=entrypoint,
        command=start.command,
        ports=(f"{start.port}/tcp",) if start.port is not None else (),
        stop_signal=start.stop_signal,
        health_check=check,
        labels=tuple(sorted({**_labels(processes), **dict(options.labels)}.items())),
        volumes=volumes,
    )
    return configured, reasons


def _port(start: Start) -> Mapping[str, str]:
    return {VARIABLE: str(start.port)} if start.follows else {}


def _entrypoint(start: Start, interpreter: str) -> tuple[tuple[str, ...], tuple[Reason, ...]]:
    """What makes the command listen on `$PORT`; nothing where the program does so itself, or cannot be told to."""
    others = tuple(name for name in start.variables if name != VARIABLE)
    if start.port is None or not (start.in_command or others):
        return (), ()
    because = "where $PORT is set to another, the program listens there"
    reason = Reason(decision="runtime.entrypoint", value=f"${VARIABLE}", because=because)
    return launcher(interpreter, start.port, others), (reason,)


def _labels(processes: Sequence[ProcessPlan]) -> Mapping[str, str]:
    """How each process is started, where there are several: `pottle run --process` reads it from the image."""
    if len(processes) < 2:
        return {}
    return {f"{PROCESS}{process.name}": _label(process) for process in processes}


def _label(process: ProcessPlan) -> str:
    told = {"command": process.command, "environment": dict(process.environment), "stop_signal": process.stop_signal}
    return msgspec.json.encode(told).decode()


def annotations(facts: Facts, base: Base) -> tuple[tuple[str, str], ...]:
    """The pre-defined keys of OCI's annotations.md that have a value, and the base."""
    prefix = "org.opencontainers.image"
    found = {
        f"{prefix}.title": facts.name.value,
        f"{prefix}.version": facts.version.value if facts.version else None,
        f"{prefix}.source": facts.source.value if facts.source else None,
        BASE: base.name,
    }
    return tuple(sorted((key, value) for key, value in found.items() if value is not None))
