"""A port is named on which nothing listens.

The command says 8080, and EXPOSE, the health check or the compose file says 8000: a published port answers nobody, the container is never
healthy, and whoever believes EXPOSE (`docker run -P`, a proxy that finds its services by it) is sent to the wrong door.

Source: each server's documentation of its default; see `pottle.lint.knowledge.servers`.

Quiet where the server is not known, and where a variable, a configuration or a word that is not known before it runs may name the port;
for a service with a command of its own, or with a value of its own for a variable that the image's command asks for.

Bad:

```dockerfile
FROM python:3.13-slim
EXPOSE 8000
CMD ["uvicorn", "shop:app", "--host", "0.0.0.0", "--port", "8080"]
```

Good:

```dockerfile
FROM python:3.13-slim
EXPOSE 8080
CMD ["uvicorn", "shop:app", "--host", "0.0.0.0", "--port", "8080"]
```
"""

import re
from collections.abc import Iterator, Mapping

from pottle.dockerfile.expansion import resolved
from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build
from pottle.lint.compose import Compose, Service
from pottle.lint.probes import probes
from pottle.lint.rule import Finding, Rule
from pottle.lint.servers import port_of
from pottle.lint.yaml_file import Mapping as YamlMapping
from pottle.lint.yaml_file import Node, Scalar, Sequence

_ASKED = re.compile(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(\d{1,5})\b")
_EXPOSED = re.compile(r"(\d+)(?:/tcp)?")
_PUBLISHED = re.compile(r"(?:(?:[\d.]+|\[[\da-f:]+\]):)?(?:\d*:)?(\d+)(?:/tcp)?")
_OWN = ("command", "entrypoint", "network_mode", "env_file")


def check(subject: Build | Compose) -> Iterator[Finding]:
    """EXPOSE and HEALTHCHECK of an image, ports and health checks of a service that is built here."""
    if isinstance(subject, Build):
        stage = subject.final
        port = _listens(subject, stage, stage.after.environment) if stage is not None else None
        if stage is not None and port is not None:
            yield from _exposed(stage, port)
            yield from _probed(subject, port)
        return
    for service in subject.services.values():
        yield from _of_service(subject, service)


def _of_service(compose: Compose, service: Service) -> Iterator[Finding]:
    build = compose.build(service) if not any(service.get(key) is not None for key in _OWN) else None
    if build is None:
        return
    stage = build.stages.named(service.target) if service.target is not None else build.final
    if stage is None:
        return
    variables = {each.name: each.value for each in service.environment()}
    if any(_asks_for(build, stage, name) for name in variables):
        return
    port = _listens(build, stage, {**stage.after.environment, **variables})
    if port is not None:
        yield from _published(service, port)
        yield from _probed(compose, port, service)


def _asks_for(build: Build, stage: Stage, name: str) -> bool:
    """Whether what the image starts is written with a variable: its value is not that of the image."""
    asked = re.compile(rf"\$\{{?{re.escape(name)}\b")
    started = (each for each in stage.all_steps if each.instruction.name in ("CMD", "ENTRYPOINT"))
    return any(asked.search(build.source.at(each.instruction.whole)) for each in started)


def _listens(build: Build, stage: Stage, environment: Mapping[str, str | None]) -> int | None:
    start = build.start(stage)
    return port_of(build, start.command, environment) if start is not None else None


def _exposed(stage: Stage, port: int) -> Iterator[Finding]:
    words = [
        (word, resolved(word.text, step.before.variables))
        for step in stage.all_steps
        if step.instruction.name == "EXPOSE"
        for word in step.instruction.words
    ]
    found = [_EXPOSED.fullmatch(text or "") for _, text in words]
    if words and all(found) and str(port) not in [each[1] for each in found if each is not None]:
        yield Finding(words[0][0].span, f"nothing listens here: the server listens on {port}")


def _published(service: Service, port: int) -> Iterator[Finding]:
    ports = service.get("ports")
    items = ports.items if isinstance(ports, Sequence) else []
    inside = [_inside(item) for item in items]
    if items and all(inside) and str(port) not in inside:
        yield Finding(
            items[0].span, f"nothing listens on port {inside[0]} of the container: the server listens on {port}"
        )


def _inside(item: Node) -> str | None:
    """The container's port of an entry of `ports`."""
    if isinstance(item, YamlMapping):
        target = item.get("target")
        return target.value if isinstance(target, Scalar) and target.value.isdecimal() else None
    found = _PUBLISHED.fullmatch(item.value) if isinstance(item, Scalar) else None
    return found[1] if found else None


def _probed(subject: Build | Compose, port: int, service: Service | None = None) -> Iterator[Finding]:
    for probe in probes(subject):
        if service is not None and probe.service != service.name:
            continue
        words = [word for command in probe.commands for word in command.words]
        asked = [(word, found[1]) for word in words if (found := _ASKED.search(word.known))]
        if asked and all(number != str(port) for _, number in asked):
            word, number = asked[0]
            yield Finding(
                word.span, f"the health check asks port {number}, and the server listens on {port}", severity="error"
            )


RULE = Rule((Build, Compose), "warning", "runtime", check)
