"""How the container runs (the image config), and what the image says of itself (its annotations)."""

from collections.abc import Mapping

from pottle.config.options import Options
from pottle.plan.application import Start
from pottle.plan.bases import Base
from pottle.plan.health import health
from pottle.plan.model import HealthCheck, Reason, Runtime
from pottle.plan.places import APP, ENVIRONMENT, HOME, UID
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


def runtime(
    start: Start, options: Options, base: Base, volumes: tuple[str, ...] = ()
) -> tuple[Runtime, tuple[Reason, ...]]:
    """The image config, and why the health check is what it is."""
    check: HealthCheck | None = None
    reasons: tuple[Reason, ...] = ()
    if start.port is not None:
        route = start.application.health if start.application is not None else None
        check, reason = health(start.port, route, f"/usr/bin/python{base.python}")
        reasons = (reason,)
    configured = Runtime(
        user=f"{UID}:{UID}",
        environment=tuple(sorted({**ENVIRON, **dict(options.env)}.items())),
        working_dir=APP,
        entrypoint=(),
        command=start.command,
        ports=(f"{start.port}/tcp",) if start.port is not None else (),
        stop_signal=start.stop_signal,
        health_check=check,
        labels=options.labels,
        volumes=volumes,
    )
    return configured, reasons


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
