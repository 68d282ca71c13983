"""A service is started before its database answers.

`depends_on` with a list of names waits until the container of the other has started, not until the database in it is ready: the first seconds'
connections are refused. The program fails in CI, on a slow disk, at the first start that makes the database.

Source: https://docs.docker.com/compose/how-tos/startup-order/.

Quiet where the service is restarted until it holds (`restart:`), where its command waits by itself, and for images of others.

Bad:

```yaml
services:
  web:
    build: .
    command: gunicorn --bind 0.0.0.0:8000 shop:app
    depends_on:
      - db
  db:
    image: postgres:17
```

Good:

```yaml
services:
  web:
    build: .
    command: gunicorn --bind 0.0.0.0:8000 shop:app
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:17
    healthcheck:
      test: pg_isready -U postgres
      interval: 2s
```
"""

import re
from collections.abc import Iterator

from pottle.lint.compose import Compose, Service
from pottle.lint.images import ImageName
from pottle.lint.knowledge.images import SLOW
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.lint.yaml_file import Scalar, Sequence

_WAITS = re.compile(
    r"wait|dockerize|until|while|pg_isready|\bnc\b|entrypoint|\.sh\b|\bjust\b|\bmake\b|migrat\w*\.py|sleep"
)


def check(compose: Compose) -> Iterator[Finding]:
    """Every database that is named in a list, or whose start alone is awaited."""
    for service in compose.services.values():
        if service.get("build") is None or _restarted(service) or _waits(compose, service):
            continue
        for name, condition, span in service.depends_on():
            other = compose.services.get(name)
            if condition in (None, "service_started") and other is not None and _slow(other):
                yield Finding(
                    span,
                    f"`{service.name}` is started before `{name}` answers: this waits for its container alone",
                    _fix(compose, service, other),
                    hint=f"give `{name}` a `healthcheck:`, and wait with `condition: service_healthy`",
                )


def _slow(service: Service) -> bool:
    image = ImageName.parse(service.image).repository if service.image is not None else ""
    return image.rpartition("/")[2] in SLOW


def _restarted(service: Service) -> bool:
    if service.get("deploy", "restart_policy") is not None:
        return True
    text = service.text("restart")
    return text is not None and text != "no"


def _waits(compose: Compose, service: Service) -> bool:
    """Whether what it runs waits, or may: a script, or nobody knows."""
    words = compose.words(service)
    return words is None or _WAITS.search(" ".join(words)) is not None


def _fix(compose: Compose, service: Service, other: Service) -> Fix | None:
    """The list as a table, where the database has a healthcheck."""
    found = service.get("depends_on")
    if (
        not isinstance(found, Sequence)
        or other.get("healthcheck") is None
        or compose.source.at(found.span).startswith("[")
    ):
        return None
    if not all(isinstance(item, Scalar) for item in found.items):
        return None
    end = "\r\n" if "\r\n" in compose.source.text else "\n"
    indent = " " * (compose.source.position(found.span.start).column - 1)
    lines = []
    for item in found.items:
        assert isinstance(item, Scalar)
        known = compose.services.get(item.value)
        healthy = known is not None and known.get("healthcheck") is not None
        lines += [f"{item.value}:", f"  condition: service_{'healthy' if healthy else 'started'}"]
    if "#" in compose.source.at(found.span):
        return None
    return Fix("wait for its health", (Edit(found.span, f"{end}{indent}".join(lines)),), safe=False)


RULE = Rule(Compose, "warning", "compose", check)
