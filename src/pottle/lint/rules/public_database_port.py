"""A database's port is published to everybody.

`5432:5432` binds 0.0.0.0, and Docker's own firewall rules come before the host's: ufw does not hold it back. Services of one compose file
reach each other without any published port; a developer's client needs the loopback interface alone.

An info in files for development and tests by their names: nobody's customers are in there, and the network may be everybody's all the same.

Source: https://docs.docker.com/engine/network/packet-filtering-firewalls/#docker-and-ufw.

Bad:

```yaml
services:
  db:
    image: postgres:17
    ports:
      - "5432:5432"
```

Good:

```yaml
services:
  db:
    image: postgres:17
    ports:
      - "127.0.0.1:5432:5432"
```
"""

import re
from collections.abc import Iterator

from pottle.lint.compose import Compose, Service
from pottle.lint.images import ImageName
from pottle.lint.purposes import for_development
from pottle.lint.rule import Edit, Finding, Fix, Rule, Severity
from pottle.lint.yaml_file import Mapping, Scalar, Sequence
from pottle.text import Span

PORTS = {
    "postgres": 5432, "postgis": 5432, "pgvector": 5432, "timescaledb": 5432, "mysql": 3306, "mariadb": 3306,
    "redis": 6379, "valkey": 6379, "mongo": 27017, "memcached": 11211, "elasticsearch": 9200, "clickhouse": 8123,
}  # fmt: skip
_PUBLISHED = re.compile(r"(\d+|\$\{[^}]*\}):(\d+)(?:/tcp)?")


def check(compose: Compose) -> Iterator[Finding]:
    """Every such port without a host's address."""
    severity: Severity = "info" if for_development(compose.path) else "warning"
    for service in compose.services.values():
        port = _port(service)
        listed = service.get("ports")
        for item in listed.items if isinstance(listed, Sequence) and port is not None else ():
            if isinstance(item, Scalar) and (found := _PUBLISHED.fullmatch(item.value)) and int(found[2]) == port:
                yield Finding(
                    item.span, _what(service), Fix("bind 127.0.0.1", (_edit(compose, item),), safe=False), severity
                )
            elif isinstance(item, Mapping) and (key := _published(item, port)) is not None:
                yield Finding(key.span, _what(service), severity=severity, hint="add `host_ip: 127.0.0.1`")


def _published(item: Mapping, port: int | None) -> Scalar | None:
    """The key of the long form that publishes the port on every interface."""
    target = item.get("target")
    fits = isinstance(target, Scalar) and target.value == str(port) and item.get("host_ip") is None
    return item.key("published") if fits else None


def _port(service: Service) -> int | None:
    image = ImageName.parse(service.image).repository if service.image is not None else ""
    return PORTS.get(image.rpartition("/")[2])


def _what(service: Service) -> str:
    return f"the database `{service.name}` is published on every interface of the host, past its firewall"


def _edit(compose: Compose, item: Scalar) -> Edit:
    quoted = compose.source.at(item.span)[:1] in ("'", '"')
    at = item.span.start + quoted
    return Edit(Span(at, at), "127.0.0.1:") if quoted else Edit(item.span, f'"127.0.0.1:{item.value}"')


RULE = Rule(Compose, "warning", "compose", check)
