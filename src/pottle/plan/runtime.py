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

_PREFIX = "org.opencontainers.image"
BASE = f"{_PREFIX}.base.name"
"""The base image; else the release whose packages the image is put together from. No `base.digest` stands beside that, because no
image of that name was taken: tools that rebase need both and leave this one alone."""
BASE_DIGEST = f"{_PREFIX}.base.digest"
"""The base image's manifest for this platform: the one whose layers are the lowest here."""


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
        environment=tuple(
            sorted({**_environment(base), **_port(start), **dict(start.environment), **dict(options.env)}.items())
        ),
        working_dir=APP,
        entrypoint=entrypoint,
        command=start.command,
        ports=(f"{start.port}/tcp",) if start.port is not None else (),
        stop_signal=start.stop_signal,
        health_check=check,
        labels=tuple(sorted({**_inherited_labels(base), **_labels(processes), **dict(options.labels)}.items())),
        volumes=tuple(sorted({*volumes, *(base.image.volumes if base.image else ())})),
    )
    return configured, reasons


_OWN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What engines take where an image names none."""
_NOT_INHERITED = ("PYTHONHOME",)
"""It would lead the environment's interpreter past the environment (site, "home")."""


def _environment(base: Base) -> Mapping[str, str]:
    """What every container has; on a base image its own variables too, those that name an existing place before ours."""
    if base.reference is None:
        return ENVIRON
    image = base.image
    own = dict(line.split("=", 1) for line in image.env) if image is not None else {}
    found = {**ENVIRON, **{name: value for name, value in own.items() if name not in _NOT_INHERITED}}
    found |= {"PATH": f"{ENVIRONMENT}/bin:{own.get('PATH') or _OWN_PATH}", "HOME": HOME}
    if image is not None:
        del found["SSL_CERT_FILE"]
        found |= {"SSL_CERT_FILE": image.ca_bundle} if image.ca_bundle else {}
    return found


def _inherited_labels(base: Base) -> Mapping[str, str]:
    """The base image's own, but for what they say of itself: title, version, source, revision, creation … are not ours."""
    labels = base.image.labels if base.image is not None else ()
    return {name: value for name, value in labels if not name.startswith(f"{_PREFIX}.")}


def in_labels(base: Base) -> bool:
    """Whether the image says of itself in labels what others say in annotations: Docker's manifests have none."""
    return base.image is not None and base.image.media_types == "docker"


def labelled(config: Runtime, annotations: Sequence[tuple[str, str]]) -> Runtime:
    """The same with these labels; of the base they win, whoever names others, since what lies below is found by them."""
    found = {**dict(annotations), **dict(config.labels), **{n: v for n, v in annotations if n in (BASE, BASE_DIGEST)}}
    return msgspec.structs.replace(config, labels=tuple(sorted(found.items())))


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
    found = {
        f"{_PREFIX}.title": facts.name.value,
        f"{_PREFIX}.version": facts.version.value if facts.version else None,
        f"{_PREFIX}.source": facts.source.value if facts.source else None,
        BASE: str(base.reference) if base.reference else base.name,
        BASE_DIGEST: base.image.digest if base.image else None,
    }
    return tuple(sorted((key, value) for key, value in found.items() if value is not None))
