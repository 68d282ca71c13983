"""A service waits for another's health that nobody checks.

`condition: service_healthy` needs a healthcheck: of the service, or of its image. Where there is none, `docker compose up` stops with
`container … has no healthcheck configured`, and the service is never started.

Source: https://docs.docker.com/reference/compose-file/services/#depends_on.

Quiet where the image is not known to have none, and where another compose file of the directory may complete the service.

Bad:

```yaml
services:
  web:
    image: shop
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:17
```

Good:

```yaml
services:
  web:
    image: shop
    depends_on:
      db:
        condition: service_healthy
  db:
    image: postgres:17
    healthcheck:
      test: pg_isready -U postgres
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.compose import Compose, Service
from pottle.lint.engine import kind_of
from pottle.lint.images import ImageName
from pottle.lint.knowledge.images import PROBES, WITHOUT_HEALTHCHECK
from pottle.lint.rule import Finding, Rule
from pottle.lint.services import services, text_of
from pottle.lint.yaml_file import InvalidYaml, Mapping, Scalar, read


def check(compose: Compose) -> Iterator[Finding]:
    """Every such condition on a service that surely has no healthcheck."""
    for service in compose.services.values():
        for name, condition, span in service.depends_on():
            other = compose.services.get(name)
            if condition != "service_healthy" or other is None or not _unchecked(compose, other):
                continue
            if _completed(compose, name):
                continue
            probe = PROBES.get(_official(other) or "")
            yield Finding(
                span,
                f"`{service.name}` is never started: it waits for the health of `{name}`, which has no healthcheck",
                hint=f"give `{name}` a `healthcheck:`" + (f" with `test: {probe}`" if probe else ""),
            )


def _unchecked(compose: Compose, service: Service) -> bool:
    check = service.get("healthcheck")
    if isinstance(check, Mapping):
        disabled = check.get("disable")
        test = check.get("test")
        none = isinstance(test, Scalar) and test.value == "NONE"
        return none or (isinstance(disabled, Scalar) and disabled.value == "true")
    if check is not None or service.get("extends") is not None:
        return False
    if service.get("build") is None:
        return _official(service) in WITHOUT_HEALTHCHECK
    build = compose.build(service)
    if build is None or build.final is None:
        return False
    base = build.base(build.final)
    known = base is not None and (base.official in WITHOUT_HEALTHCHECK or base.is_uv)
    own = build.healthcheck(build.final)
    if own is not None:
        inner = own.instruction.inner
        return inner is not None and inner.name == "NONE"
    return known


def _official(service: Service) -> str | None:
    return ImageName.parse(service.image).official if service.image is not None and "$" not in service.image else None


def _completed(compose: Compose, name: str) -> bool:
    """Whether another compose file beside it gives the service a healthcheck."""
    for path in compose.repository.tree(compose.directory).files():
        if "/" in path or kind_of(path) != "compose" or path == posixpath.basename(compose.path):
            continue
        text = text_of(compose.repository, posixpath.join(compose.directory, path))
        try:
            other = services(read(text)).get(name) if text is not None and "healthcheck" in text else None
        except InvalidYaml:
            continue
        if other is not None and other.get("healthcheck") is not None:
            return True
    return False


RULE = Rule(Compose, "error", "compose", check)
