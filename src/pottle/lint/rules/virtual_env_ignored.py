"""`uv` does not install into the environment that `VIRTUAL_ENV` names.

`uv sync` and `uv run` have one environment, `.venv` beside `pyproject.toml`, whichever is active: `uv pip` alone heeds `VIRTUAL_ENV`. What
is on the path stays empty, and the program does not find what it imports.

Source: https://docs.astral.sh/uv/concepts/projects/config/#project-environment-path; tried with uv 0.9 and 0.13:
`VIRTUAL_ENV=/opt/venv does not match the project environment path .venv and will be ignored`.

Quiet with `UV_PROJECT_ENVIRONMENT` or `--active`, where `.venv` is on the path too, and where the directory of the project is not known.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
COPY . .
RUN uv sync --locked --no-dev
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
ENV VIRTUAL_ENV=/opt/venv PATH=/opt/venv/bin:$PATH
COPY . .
ENV UV_PROJECT_ENVIRONMENT=/opt/venv
RUN uv sync --locked --no-dev
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.edits import line_before
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Finding, Fix, Rule

_ELSEWHERE = ("--active", "--project", "--directory", "--script", "-s", "--no-project", "--isolated", "--help")
_PLAIN = re.compile(r"/[\w./+-]+")


def check(build: Build) -> Iterator[Finding]:
    """The first call of each stage."""
    told = set()
    for found in build.invocations("uv"):
        step = found.command.step
        ignored = _ignored(build, found)
        if ignored is None or step.stage in told:
            continue
        named, used = ignored
        told.add(step.stage)
        line = line_before(build.source, step, f"ENV UV_PROJECT_ENVIRONMENT={named}")
        yield Finding(
            found.span,
            f"`{found.name}` ignores VIRTUAL_ENV={named} and installs into {used}",
            Fix("set `UV_PROJECT_ENVIRONMENT` too", (line,)),
        )


def _ignored(build: Build, found: Invocation) -> tuple[str, str] | None:
    """The environment that is named, and the one that is taken."""
    before = found.command.step.before
    scope = {**before.variables, **found.command.environment}
    named, directory = scope.get("VIRTUAL_ENV"), before.directory
    if found.action not in (("sync",), ("run",)) or named is None or directory is None or not _PLAIN.fullmatch(named):
        return None
    if "UV_PROJECT_ENVIRONMENT" in scope or "UV_PROJECT" in scope or found.option(*_ELSEWHERE):
        return None
    own = [each for each in build.commands(found.command.step) if each.span.start < found.command.span.start]
    if any(each.program in ("cd", "pushd") for each in own):
        return None
    used = posixpath.join(directory, ".venv")
    # The project may begin in a directory above.
    if posixpath.basename(named) == ".venv" and f"{used}/".startswith(
        f"{posixpath.dirname(posixpath.normpath(named))}/"
    ):
        return None
    path = scope.get("PATH")
    if path is None or f"{used}/bin" in path.split(":"):
        return None
    return posixpath.normpath(named), used


RULE = Rule(Build, "warning", "runtime", check)
