"""An environment is made and copied, and nothing is installed into it.

`pip install` without the environment on the path, and without its own `pip`, installs beside it. What is copied to the next stage is an
environment with nothing but pip in it: the first import fails.

Source: https://docs.python.org/3/library/venv.html ("How venvs work").

Quiet where any command names the environment, activates it or has it on its path.

Bad:

```dockerfile
FROM python:3.13-slim-trixie AS build
RUN python -m venv /opt/venv
RUN pip install --no-cache-dir flask==3.1.0

FROM python:3.13-slim-trixie
COPY --from=build /opt/venv /opt/venv
```

Good:

```dockerfile
FROM python:3.13-slim-trixie AS build
RUN python -m venv /opt/venv
RUN /opt/venv/bin/pip install --no-cache-dir flask==3.1.0

FROM python:3.13-slim-trixie
COPY --from=build /opt/venv /opt/venv
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.environments import Environment, moved
from pottle.lint.rule import Finding, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every environment of venv or virtualenv that is copied empty."""
    told: set[int] = set()
    for each in moved(build):
        command = each.environment.command
        if command.program == "uv" or command.span.start in told or _is_used(build, each.environment):
            continue
        beside = _installed_beside(build, each.environment)
        if beside is not None:
            told.add(command.span.start)
            yield Finding(
                beside.span,
                f"this installs beside {each.environment.path}, which is copied into another stage with nothing in it",
                hint=f"call {each.environment.path}/bin/pip, or put {each.environment.path}/bin on the path",
            )


def _after(build: Build, environment: Environment) -> Iterator[Command]:
    start = environment.command.span.start
    return (
        each
        for each in build.run_commands
        if each.span.start > start
        and build.stage_of(each.step) in build.stages.stages
        and each.step.stage == environment.stage.index
    )


def _is_used(build: Build, environment: Environment) -> bool:
    name = posixpath.basename(environment.path)
    for each in _after(build, environment):
        variables = {**each.step.before.variables, **each.environment}
        path = variables.get("PATH")
        if path is None or environment.path in path or variables.get("VIRTUAL_ENV", "") != "":
            return True
        if any(word.text is None or name in word.known for word in each.whole) or each.program in (
            ".",
            "source",
            "make",
            "eval",
        ):
            return True
    return False


def _installed_beside(build: Build, environment: Environment) -> Command | None:
    """The first plain `pip install` after it."""
    return next(
        (
            found.command
            for found in build.invocations("pip")
            if found.action == ("install",)
            and found.command in list(_after(build, environment))
            and found.option("--target", "-t", "--prefix", "--root", "--python") is None
        ),
        None,
    )


RULE = Rule(Build, "error", "build", check)
