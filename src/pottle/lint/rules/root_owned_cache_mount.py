"""A cache is mounted that its user may not write.

BuildKit makes the directory of a cache mount for root (`uid=0`, mode 0755) whoever runs the command. uv stops: `Could not acquire lock … Permission
denied`. pip says nothing, and caches nothing.

Source: https://docs.docker.com/reference/dockerfile/#run---mounttypecache (`uid`, `gid`, `mode`); tried with
uv 0.13 and pip 23.

Quiet where the user is root or not known, with `uid=`, with a `mode=` that lets others write, and where the cache is elsewhere: another user's is
not in root's home (`missed-cache-mount` says that).

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_LINK_MODE=copy UV_CACHE_DIR=/var/cache/uv
WORKDIR /app
USER 1000
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/var/cache/uv uv sync --locked --no-install-project
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_LINK_MODE=copy UV_CACHE_DIR=/var/cache/uv
WORKDIR /app
USER 1000
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/var/cache/uv,uid=1000 uv sync --locked --no-install-project
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build, Mount
from pottle.lint.caches import directory, mounted, switched_off
from pottle.lint.commands import Command
from pottle.lint.installs import installs
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_WITH_VALUE = re.compile(r"-[a-z]*u|--uid")


def check(build: Build) -> Iterator[Finding]:
    """Every mount of an installer's cache that belongs to root, where another user installs."""
    told: set[int] = set()
    for found in build.invocations("pip", "uv", "poetry"):
        user = found.command.step.before.user
        if user in (None, "root", "0") or not installs(found) or switched_off(found) or _as_root(found.command):
            continue
        mount = mounted(build, found)
        if mount is not None and directory(build, found) is None and f"{mount.target or ''}/".startswith("/root/"):
            continue
        if mount is None or mount.kind != "cache" or _writable(mount) or mount.flag.span.start in told:
            continue
        told.add(mount.flag.span.start)
        uid = user if user is not None and user.isdecimal() else _uid(build, found.command, user)
        at = mount.flag.span.end
        yield Finding(
            mount.flag.span,
            f"`{user}` may not write into this mount: it belongs to root",
            Fix(f"add `uid={uid}`", (Edit(Span(at, at), f",uid={uid}"),)) if uid is not None else None,
            severity=None if found.tool == "uv" else "warning",
            hint="add the user's `uid=`",
        )


def _as_root(command: Command) -> bool:
    return any(word.known == "sudo" for word in command.whole)


def _writable(mount: Mount) -> bool:
    """Whether it is not root's alone, or cannot be known."""
    mode = mount.fields.get("mode")
    text = mode.value if mode is not None else None
    others = mode is not None and (text is None or text[-1:] in ("2", "3", "6", "7"))
    uid = mount.fields.get("uid")
    return others or "gid" in mount.fields or (uid is not None and uid.value != "0") or "from" in mount.fields


def _uid(build: Build, command: Command, user: str | None) -> str | None:
    """What the file itself says of the user's number."""
    for each in build.commands_before(command):
        if each.program in ("useradd", "adduser") and each.argv[-1:] == (user,):
            for number, word in enumerate(each.words[:-1]):
                name, equals, value = word.known.partition("=")
                if _WITH_VALUE.fullmatch(name):
                    value = value if equals else each.words[number + 1].known
                    return value if value.isdecimal() else None
    return None


RULE = Rule(Build, "error", "build", check)
