"""The lock is not the one of this project any more.

Somebody has changed `pyproject.toml` and not run `uv lock`. `uv sync --frozen` installs what the old lock says and tells nobody: the
new dependency is missing at run time. `uv sync --locked` and `poetry install` stop, and the image does not build.

Source: https://docs.astral.sh/uv/concepts/projects/sync/ ("Checking the lockfile"); tried: `--frozen` exits 0, `--locked` fails.

Quiet where another file than the repository's lies in the stage, and for what changes nothing about what is installed.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
dependencies = ["flask"]
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
dependencies = ["flask"]
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "flask" }]

[package.metadata]
requires-dist = [{ name = "flask" }]

[[package]]
name = "flask"
version = "3.1.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/flask-3.1.0-py3-none-any.whl", hash = "sha256:00" }]
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.invocations import Invocation
from pottle.lint.locks import beside, file_of, is_stale_for_poetry, stale_uv, treatment
from pottle.lint.project import Project
from pottle.lint.rule import Finding, Rule

_AGAIN = {"uv": "run `uv lock`", "poetry": "run `poetry lock`"}


def check(build: Build) -> Iterator[Finding]:
    """Every command that installs from a lock that is stale."""
    for found in build.invocations("uv", "poetry"):
        if found.action not in (("sync",), ("install",)) or found.option("--script", "--help") or build.project is None:
            continue
        lock = "uv.lock" if found.tool == "uv" else "poetry.lock"
        project = _project(build, build.project, found, lock)
        if project is None:
            continue
        if found.tool == "poetry":
            if is_stale_for_poetry(project):
                what = f"`{found.name}` stops: pyproject.toml has changed since poetry.lock was made"
                yield Finding(found.span, what, hint=_AGAIN["poetry"])
            continue
        way = treatment(found)
        why = stale_uv(project) if way in ("locked", "frozen") else None
        if why is not None and way == "locked":
            yield Finding(found.span, f"`uv sync --locked` stops, since uv.lock is stale: {why}", hint=_AGAIN["uv"])
        elif why is not None:
            what = f"uv.lock is stale and installed all the same: {why}"
            yield Finding((found.option("--frozen") or found).span, what, severity="warning", hint=_AGAIN["uv"])


def _project(build: Build, project: Project, found: Invocation, name: str) -> Project | None:
    """The directory of the context that both files come from."""
    lock, declared = file_of(build, found, name), file_of(build, found, "pyproject.toml")
    if not isinstance(lock, str) or not isinstance(declared, str) or beside(lock, "pyproject.toml") != declared:
        return None
    return project.below(posixpath.dirname(lock)) if posixpath.basename(lock) == name else None


RULE = Rule(Build, "error", "reproducibility", check)
