"""Everything is downloaded again whenever one dependency changes.

A layer is made anew as a whole: one changed line of the lock, and all distributions are downloaded and unpacked again. A cache mount keeps
them between builds, and out of the image.

Source: https://docs.docker.com/build/cache/optimize/#use-cache-mounts.

Quiet where a cache is mounted, switched off (`--no-cache-dir`, `UV_NO_CACHE`) or its directory not known, for the installers themselves
(`pip install uv`), for the project itself (`pip install .`), and where another rule tells of the cache that stays in the image.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_LINK_MODE=copy
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.caches import link_mode, mounted, mounting, removed, switched_off
from pottle.lint.installs import installs, only_tools
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every install of dependencies without a mount."""
    for found in build.invocations("pip", "uv", "poetry"):
        if not installs(found) or only_tools(found) or switched_off(found) or _stays(build, found):
            continue
        edits = mounting(build, found)
        if not edits or mounted(build, found) or removed(build, found) or _paths_alone(found):
            continue
        yield Finding(
            found.span,
            "all dependencies are downloaded again whenever one changes",
            Fix("mount a cache", edits),
        )


def _stays(build: Build, found: Invocation) -> bool:
    """Whether the cache that stays in the image is another rule's finding."""
    if not build.in_image(found.command.step):
        return False
    return found.tool != "uv" or link_mode(found) == "copy"


def _paths_alone(found: Invocation) -> bool:
    """Whether nothing is named but the project itself or archives of it: its dependencies are there by then."""
    editable = [option.value or "" for option in found.all("-e", "--editable")]
    words = [word.known for word in found.arguments] + editable
    return (
        bool(words) and all(word.startswith((".", "/")) for word in words) and not found.option("-r", "--requirement")
    )


RULE = Rule(Build, "info", "build", check)
