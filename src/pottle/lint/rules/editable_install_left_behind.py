"""The environment is copied, and the project in it is only a link to source that is not.

`uv sync` and `poetry install` install the project as editable: a `.pth` file names the directory of its source in the stage that
builds. In a stage with the environment alone it names nothing, and the first import of the project fails.

Source: https://docs.astral.sh/uv/guides/integration/docker/ ("Non-editable installs"); PEP 660.

Quiet where the source, or anything that may hold it, comes along.

Bad:

```dockerfile
FROM python:3.13-slim-trixie AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev

FROM python:3.13-slim-trixie
COPY --from=build /app/.venv /app/.venv
CMD ["/app/.venv/bin/python", "-m", "shop"]
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# uv.lock
version = 1

[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
```

```
# src/shop/__main__.py
```

Good:

```dockerfile
FROM python:3.13-slim-trixie AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev --no-editable

FROM python:3.13-slim-trixie
COPY --from=build /app/.venv /app/.venv
CMD ["/app/.venv/bin/python", "-m", "shop"]
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# uv.lock
version = 1

[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
```

```
# src/shop/__main__.py
```
"""

import posixpath
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build, Copy
from pottle.lint.environments import Moved, moved
from pottle.lint.packaged import Own, own_installs
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span


def check(build: Build) -> Iterator[Finding]:
    """The command that installs the project last into an environment that arrives in the image without its source."""
    arrived = [each for each in moved(build) if build.final is not None and each.into in build.final.chain]
    if not arrived:
        return
    last: dict[int, Own] = {}
    for own in own_installs(build):
        last[own.found.command.step.stage] = own
    for stage, own in last.items():
        for each in arrived:
            if each.environment.stage.index == stage and own.editable and own.sources and not _brings(build, each, own):
                yield _finding(own)
                break


def _finding(own: Own) -> Finding:
    at = Span(own.found.behind_action, own.found.behind_action)
    fix = Fix("add `--no-editable`", (Edit(at, " --no-editable"),)) if own.found.action == ("sync",) else None
    return Finding(
        own.found.span,
        f"the project is installed as a link to {own.directory}, which the image does not have: it cannot be imported",
        fix if own.found.tool == "uv" else None,
        hint="install it as a wheel, or copy the source to the same place",
    )


def _brings(build: Build, each: Moved, own: Own) -> bool:
    """Whether any other copy of the stage may bring modules of the project."""
    return any(_may_bring(build, copy, each, own) for copy in _copies(build, each.into))


def _copies(build: Build, stage: Stage) -> Iterator[Copy]:
    for step in stage.all_steps:
        copy = build.copy(step)
        if copy is not None:
            yield copy
        elif step.instruction.name == "RUN" and any(mount.kind == "bind" for mount in build.mounts(step)):
            yield Copy(step, (), None, None)


def _may_bring(build: Build, copy: Copy, each: Moved, own: Own) -> bool:
    if copy.destination is None:
        return True
    for word in copy.sources:
        if word.text is None or any(c in word.text for c in "*?["):
            return True
        if copy.origin is None:
            source = posixpath.normpath(posixpath.join("/", word.text)).lstrip("/")
            if source == "" or any(path.startswith(f"{source}/") or path == source for path in _modules(build)):
                return True
        else:
            source = posixpath.normpath(posixpath.join("/", word.text))
            whole = f"{own.directory.rstrip('/')}/".startswith(f"{source.rstrip('/')}/")
            inside = source.startswith(f"{own.directory.rstrip('/')}/") and not f"{source}/".startswith(
                f"{each.environment.path}/"
            )
            if whole or inside or source.endswith((".whl", "site-packages", "dist", "wheels")):
                return True
    return False


def _modules(build: Build) -> Iterator[str]:
    return (path for path in (build.project.files if build.project is not None else ()) if path.endswith(".py"))


RULE = Rule(Build, "error", "build", check)
