"""A cache is mounted where the installer does not look.

A mount at `/root/.cache/uv` is root's. Another user's cache lies in that user's home, and with `UV_CACHE_DIR`, `PIP_CACHE_DIR` or
`POETRY_CACHE_DIR` wherever they say: the mount stays empty, every build downloads everything again, and the cache gets into the layer.

Source: https://docs.astral.sh/uv/concepts/cache/#cache-directory, https://pip.pypa.io/en/stable/topics/caching/#where-is-the-cache-stored.

Quiet where the directory is not known, where no installer runs, and where another mount holds the cache.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_CACHE_DIR=/var/cache/uv UV_LINK_MODE=copy
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_CACHE_DIR=/var/cache/uv UV_LINK_MODE=copy
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/var/cache/uv uv sync --locked --no-install-project
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build, Mount
from pottle.lint.caches import copying, directory, mounted, switched_off, variable
from pottle.lint.installs import installs
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Edit, Finding, Fix, Rule

_CACHE = {"pip": re.compile(r".*/\.cache(?:/pip)?"), "uv": re.compile(r".*/\.cache(?:/uv)?"),
          "poetry": re.compile(r".*/\.cache(?:/pypoetry)?")}  # fmt: skip
_VARIABLES = {"pip": "PIP_CACHE_DIR", "uv": "UV_CACHE_DIR", "poetry": "POETRY_CACHE_DIR"}


def check(build: Build) -> Iterator[Finding]:
    """Every mount that looks like the cache of an installer that runs, and is not."""
    told: set[int] = set()
    for found in build.invocations("pip", "uv", "poetry"):
        if not installs(found) or switched_off(found) or _held(build, found):
            continue
        for mount in build.mounts(found.command.step):
            if mount.flag.span.start not in told and _missed(build, found, mount):
                told.add(mount.flag.span.start)
                yield Finding(mount.flag.span, _what(build, found), _fix(build, found, mount), hint=_hint(found))


def _held(build: Build, found: Invocation) -> bool:
    """Whether a mount holds the cache; where nobody knows where that is, one outside of root's home may."""
    if directory(build, found) is not None:
        return mounted(build, found, surely=True) is not None
    return any(
        mount.kind in ("cache", "tmpfs") and not f"{mount.target or ''}/".startswith("/root/")
        for mount in build.mounts(found.command.step)
    )


def _missed(build: Build, found: Invocation, mount: Mount) -> bool:
    target = mount.target
    if mount.kind != "cache" or target is None or not _CACHE[found.tool].fullmatch(target):
        return False
    return directory(build, found) is not None or _not_root(found)


def _not_root(found: Invocation) -> bool:
    """Whether a user runs it whose home is surely not root's."""
    if found.option("--cache-dir") or any(
        variable(found, n) for n in (_VARIABLES[found.tool], "XDG_CACHE_HOME", "HOME")
    ):
        return False
    return found.command.step.before.user not in (None, "root", "0")


def _what(build: Build, found: Invocation) -> str:
    at = directory(build, found)
    where = at if at is not None else f"in the home of `{found.command.step.before.user}`"
    return f"{found.tool} does not look into this mount: its cache is {where}"


def _fix(build: Build, found: Invocation, mount: Mount) -> Fix | None:
    at = directory(build, found)
    plain = at is not None and re.fullmatch(r"/[\w./-]+", at)
    return (
        Fix(f"mount it at {at}", (Edit(mount.fields["target"].span, at), *copying(build, found)))
        if at is not None and plain
        else None
    )


def _hint(found: Invocation) -> str:
    return f"mount the cache of that user, with its `uid=`, or set {_VARIABLES[found.tool]}"


RULE = Rule(Build, "warning", "build", check)
