"""A cache is mounted, and the installer is told not to use any.

The mount keeps downloads between builds; `--no-cache-dir` (pip) and `--no-cache` (uv) throw them away. Every build downloads and builds
everything again. Without the option nothing gets into the image either: the cache lies in the mount.

Source: https://docs.docker.com/build/cache/optimize/; every value of `PIP_NO_CACHE_DIR` switches the cache off, `0` included (tried with pip 25).

Bad:

```dockerfile
FROM python:3.13-slim
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir -r requirements.txt
```

Good:

```dockerfile
FROM python:3.13-slim
COPY requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.caches import OFF, mounted, switched_off
from pottle.lint.edits import without
from pottle.lint.rule import Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every install under a mount of its own cache that switches the cache off."""
    for found in build.invocations("pip", "uv"):
        mount = mounted(build, found, surely=True)
        off = switched_off(found) if mount is not None else None
        if mount is None or off is None:
            continue
        option = found.option(*OFF[found.tool])
        at = mount.target or "its directory"
        if option is not None:
            yield Finding(
                option.span,
                f"`{option.name}` switches off the cache that is mounted at {at}",
                Fix(f"drop `{option.name}`", (without(build.source, option.span),)),
            )
        else:
            yield Finding(
                mount.flag.span,
                f"`{off}` switches off the cache that is mounted at {at}",
                hint=f"unset {off}, or drop the mount",
            )


RULE = Rule(Build, "warning", "size", check)
