"""Hard links are tried out of a cache that is mounted.

A cache mount is a filesystem of its own, and a hard link does not cross filesystems. uv tries it all the same, warns `Failed to hardlink files;
falling back to full copy`, and copies. `UV_LINK_MODE=copy` says so from the start.

Source: https://docs.astral.sh/uv/guides/integration/docker/#caching; tried with uv 0.13.

Quiet where a link mode is set, also in `[tool.uv]`.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project
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
from pottle.lint.caches import copying, mounted, switched_off
from pottle.lint.edits import line_before
from pottle.lint.installs import installs
from pottle.lint.rule import Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """The first such install of every stage."""
    seen: set[int] = set()
    for found in build.invocations("uv"):
        step = found.command.step
        if (
            not installs(found)
            or not copying(build, found)
            or seen & {each.index for each in build.stage_of(step).chain}
        ):
            continue
        mount = mounted(build, found, surely=True)
        if mount is None or mount.kind != "cache" or switched_off(found):
            continue
        seen.add(step.stage)
        yield Finding(
            mount.flag.span,
            "uv tries to link files out of this mount, warns that it cannot, and copies",
            Fix("set `UV_LINK_MODE=copy`", (line_before(build.source, step, "ENV UV_LINK_MODE=copy"),)),
        )


RULE = Rule(Build, "info", "build", check)
