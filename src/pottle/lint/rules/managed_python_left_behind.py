"""The environment is copied, and the Python that uv has fetched for it is not.

Where the base of a stage has no Python that fits, uv downloads one and puts it below `~/.local/share/uv/python`. `bin/python` of the
environment is a link to it: in a stage that has the environment alone it leads nowhere, and nothing starts.

Source: astral-sh/uv-docker-example#38, #33, astral-sh/uv#6782; https://docs.astral.sh/uv/guides/integration/docker/ ("standalone").

Quiet where the directory of Pythons is copied too, and where the base may have a Python that fits.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.13.8-debian-slim AS build
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project

FROM python:3.13-slim-trixie
COPY --from=build /app/.venv /app/.venv
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.13.8-debian-slim AS build
ENV UV_PYTHON_INSTALL_DIR=/python
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project

FROM debian:trixie-slim
COPY --from=build /python /python
COPY --from=build /app/.venv /app/.venv
```
"""

import posixpath
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build, Copy
from pottle.lint.environments import Environment, moved
from pottle.lint.images import ImageName
from pottle.lint.invocations import invocation
from pottle.lint.rule import Finding, Rule

_HAS_ONE = ("python", "pyenv", "conda", "miniconda", "deadsnakes", "mise", "asdf")


def check(build: Build) -> Iterator[Finding]:
    """Every environment of such a Python that arrives in a stage without it."""
    for each in moved(build):
        if not _fetches(build, each.environment) or _arrives(build, each.into, each.environment.stage):
            continue
        flag = each.copy.instruction.flag("from")
        assert flag is not None
        where = _directory(build, each.environment.stage)
        yield Finding(
            each.copy.instruction.keyword.until(flag.span),
            f"the environment's Python is one that uv has fetched into {where}, which is not copied: nothing in it starts",
            hint="copy that directory too, or begin both stages from one image of Python and set UV_PYTHON_DOWNLOADS=never",
        )


def _fetches(build: Build, environment: Environment) -> bool:
    """Whether uv made the environment, and had no Python in the base."""
    found = invocation(environment.command)
    image = build.base(environment.stage)
    if found is None or found.tool != "uv" or image is None or found.option("--python", "-p"):
        return False
    variables = {**environment.command.step.before.variables, **environment.command.environment}
    if variables.get("UV_PYTHON_DOWNLOADS", "") in ("never", "0", "false", None) or "UV_PYTHON" in variables:
        return False
    return (
        _has_no_python(image)
        and not any(
            mark in word.known
            for each in build.commands_before(environment.command)
            for word in each.words
            for mark in _HAS_ONE
            if each.program != "uv"
        )
        and not any(
            copy.origin is not None and not _is_uv(copy) for copy in build.copies_before(environment.command.step)
        )
    )


def _has_no_python(image: ImageName) -> bool:
    """Images that are known to have none."""
    if image.is_uv:
        return image.python is None and image.family is not None
    return image.official in ("debian", "ubuntu", "alpine")


def _is_uv(copy: Copy) -> bool:
    return ImageName.parse(copy.origin or "").is_uv or all(
        word.known.endswith(("/uv", "/uvx")) for word in copy.sources
    )


def _directory(build: Build, stage: Stage) -> str:
    named = stage.after.environment.get("UV_PYTHON_INSTALL_DIR")
    return named or posixpath.join(build.home(stage.after) or "~", ".local/share/uv/python")


def _arrives(build: Build, into: Stage, origin: Stage) -> bool:
    """Whether the directory of Pythons may be there too."""
    where = _directory(build, origin)
    if origin.after.environment.get("UV_PYTHON_INSTALL_DIR", "") is None:
        return True
    for step in into.all_steps:
        copy = build.copy(step)
        for word in copy.sources if copy is not None and copy.origin is not None else ():
            if (
                word.text is None
                or any(c in word.text for c in "*?[")
                or f"{where}/".startswith(f"{word.text.rstrip('/')}/")
            ):
                return True
            if word.text.startswith((where, "~")) or "uv/python" in word.text:
                return True
    return any(
        each.program == "uv"
        for step in into.all_steps
        if step.instruction.name == "RUN"
        for each in build.commands(step)
    )


RULE = Rule(Build, "error", "build", check)
