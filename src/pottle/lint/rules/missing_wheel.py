"""A locked distribution has no wheel for the Python of the base, and there is no compiler.

It is built from its source then: `error: command 'gcc' failed: No such file or directory`. The wheels that the lock lists are for other
versions of Python, or there are none; the slim images have no compiler.

Source: the file names in the lock (PEP 425, 600, 656); psycopg2, uwsgi and mysqlclient have no wheels for Linux at all.

A warning where the source may do without its C part, as PyYAML's does. Quiet where a compiler is installed, for what is needed on some
platforms alone, and where another Python may be fetched.

Bad:

```dockerfile
FROM python:3.14-slim-trixie
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir uv==0.13.8 && uv sync --locked
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
dependencies = ["psycopg2"]
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "psycopg2"
version = "2.9.10"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/psycopg2-2.9.10.tar.gz", hash = "sha256:00" }

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "psycopg2" }]

[package.metadata]
requires-dist = [{ name = "psycopg2" }]
```

Good:

```dockerfile
FROM python:3.14-slim-trixie
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir uv==0.13.8 && uv sync --locked
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
dependencies = ["psycopg2"]
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "psycopg2"
version = "2.9.10"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/psycopg2-2.9.10.tar.gz", hash = "sha256:00" }

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "psycopg2" }]

[package.metadata]
requires-dist = [{ name = "psycopg2" }]
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.images import ImageName
from pottle.lint.installing import Installing, installing
from pottle.lint.knowledge.native_sources import NATIVE
from pottle.lint.rule import Finding, Rule
from pottle.lint.wheels import Locked

_TOOLCHAIN = re.compile(
    r"(?:gcc|g\+\+|clang|cc|cpp|build-essential|build-base|alpine-sdk|musl-dev|rustc?|cargo|rustup|make|gfortran|meson|cmake)(?:[-=:].*)?"
)
_SHOWN = 3


def check(build: Build) -> Iterator[Finding]:
    """The first command of each base that builds what nothing there can build."""
    told: set[int] = set()
    for each in installing(build):
        stage = build.stage_of(each.found.command.step)
        image = build.base(stage)
        if stage.bottom.index in told or image is None or _has_compiler(image) or _installs_one(build, each):
            continue
        missing = [
            one
            for one in each.needed
            if _is_native(one) and not (one.fits(each.minor, "glibc") or one.fits(each.minor, "musl"))
        ]
        if missing:
            told.add(stage.bottom.index)
            names = ", ".join(f"{one.name} {one.version}" for one in missing[:_SHOWN])
            more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
            surely = any(one.name in NATIVE for one in missing)
            verb = "has" if len(missing) == 1 else "have"
            yield Finding(
                each.found.span,
                f"{names}{more} {verb} no wheel for Python 3.{each.minor} in {each.lock}, and there is no compiler here",
                severity=None if surely else "warning",
                hint="install a compiler and the headers in a stage that builds, or take a Python that the wheels are for",
            )


def _is_native(locked: Locked) -> bool:
    return locked.native or locked.name in NATIVE


def _has_compiler(image: ImageName) -> bool:
    """The images that are not slim have a compiler and many headers."""
    tag = image.tag or ""
    return "slim" not in tag and image.family != "alpine"


def _installs_one(build: Build, each: Installing) -> bool:
    before = build.commands_before(each.found.command)
    return any(
        _TOOLCHAIN.fullmatch(word.known) or word.known.endswith(".sh") for command in before for word in command.words
    )


RULE = Rule(Build, "error", "build", check)
