"""A mount hides the environment that the image has installed.

`.:/app` puts the host's directory in the place of the image's `/app`, with all that lies below: its `.venv` is not there any more. The
container ends with `ModuleNotFoundError`, or with `.venv/bin/python: no such file`.

Source: https://docs.docker.com/engine/storage/bind-mounts/#bind-mounting-over-existing-data, https://docs.astral.sh/uv/guides/integration/docker/#mounting-the-project-with-docker-run.

Quiet where something is mounted on the environment itself, where it lies elsewhere, where the container installs when it starts (`uv run`,
`uv sync`), and where the Dockerfile cannot be read.

Bad:

```yaml
services:
  web:
    build: .
    volumes:
      - .:/app
```

```
# Dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project
COPY . .
CMD [".venv/bin/python", "main.py"]
```

Good:

```yaml
services:
  web:
    build: .
    volumes:
      - .:/app
```

```
# Dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project
COPY . .
CMD ["/opt/venv/bin/python", "main.py"]
```
"""

import re
from collections.abc import Iterator

from pottle.lint.compose import Compose, Service, Volume
from pottle.lint.environments import environments
from pottle.lint.rule import Finding, Rule

INSTALLS = re.compile(
    r"\buv (?:run|sync)\b|\b(?:poetry|pdm|pipenv) (?:install|sync)\b|\bpip3? install\b|\.sh\b|entrypoint|\bmake\b|\bjust\b"
)
"""What may bring the environment up to date when the container starts."""


def check(compose: Compose) -> Iterator[Finding]:
    """Every bind mount over a directory that an environment of the image lies in."""
    for service in compose.services.values():
        mounts = list(service.volumes())
        binds = [each for each in mounts if each.bind and each.target.startswith("/")]
        for path in _environments(compose, service) if binds else ():
            hiding = next((each for each in binds if path.startswith(f"{each.target.rstrip('/')}/")), None)
            if hiding is not None and not _shown(path, hiding, mounts):
                yield Finding(
                    hiding.span,
                    f"it hides {path}, which the image has installed",
                    hint="install it elsewhere: `ENV UV_PROJECT_ENVIRONMENT=/opt/venv`, `python -m venv /opt/venv`",
                )


def _environments(compose: Compose, service: Service) -> list[str]:
    """Those of the image, where it runs out of one as it is."""
    words = compose.words(service)
    build = compose.build(service)
    if build is None or build.final is None or words is None or INSTALLS.search(" ".join(words)):
        return []
    return list(environments(build, build.final))


def _shown(path: str, hiding: Volume, mounts: list[Volume]) -> bool:
    """Whether something else is mounted between the two, or on the environment."""
    below = (each.target.rstrip("/") for each in mounts if each is not hiding)
    return any(len(each) > len(hiding.target.rstrip("/")) and f"{path}/".startswith(f"{each}/") for each in below)


RULE = Rule(Compose, "error", "compose", check)
