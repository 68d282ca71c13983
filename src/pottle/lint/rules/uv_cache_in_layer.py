"""Everything is copied by uv out of a cache that stays in the layer.

uv links files from its cache into the environment, so that a cache in the same layer costs next to nothing. `UV_LINK_MODE=copy` is meant for a
cache that is mounted; without the mount every file is in the image twice.

Source: https://docs.astral.sh/uv/reference/settings/#link-mode; tried with uv 0.13: the layer is twice as large.

Quiet in stages that do not reach the image, under a cache mount, with `--no-cache` or `UV_NO_CACHE`, and where the same RUN removes the cache.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.caches import link_mode, mounted, mounting, removed, switched_off
from pottle.lint.installs import installs
from pottle.lint.rule import Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every install of uv that copies, in a layer of the image."""
    for found in build.invocations("uv"):
        if not installs(found) or not build.in_image(found.command.step) or link_mode(found) != "copy":
            continue
        if mounted(build, found) or switched_off(found) or removed(build, found):
            continue
        edits = mounting(build, found)
        yield Finding(
            found.span,
            "everything is in the layer twice: uv copies it out of its cache, and the cache stays",
            Fix("mount a cache", edits) if edits else None,
            hint="mount a cache, or add `--no-cache`",
        )


RULE = Rule(Build, "warning", "size", check)
