"""`uv pip install` finds no environment to install into.

Unlike pip, uv installs into the virtual environment that is active or lies in the working directory, and stops where there is none:
`error: No virtual environment found`. The image does not build. In a container the interpreter of the image is what is meant: `--system`.

Source: https://docs.astral.sh/uv/pip/environments/; tried with uv 0.9 and 0.13.

Quiet where an environment is made, copied or activated before, where `VIRTUAL_ENV`, `UV_SYSTEM_PYTHON` or `UV_PYTHON` is set, and on images
that nobody knows, which may set them.

Bad:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir uv==0.9.0
COPY requirements.txt .
RUN uv pip install --no-cache -r requirements.txt
```

Good:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir uv==0.9.0
COPY requirements.txt .
RUN uv pip install --system --no-cache -r requirements.txt
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build, Copy
from pottle.lint.commands import Command
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_ELSEWHERE = ("--system", "--target", "-t", "--prefix", "--python", "-p", "--help")
_VARIABLES = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_SYSTEM_PYTHON", "UV_PYTHON", "UV_TARGET")


def check(build: Build) -> Iterator[Finding]:
    """Every `uv pip install` and `uv pip sync` that has nowhere to install."""
    for found in build.invocations("uv"):
        if found.action[:2] not in (("pip", "install"), ("pip", "sync")) or found.option(*_ELSEWHERE):
            continue
        base = build.base(build.stage_of(found.command.step))
        if base is None or base.family is None or _told(found) or _environment_before(build, found):
            continue
        at = Span(found.behind_action, found.behind_action)
        yield Finding(
            found.span,
            f"`{found.name}` finds no virtual environment and stops",
            Fix("add `--system`", (Edit(at, " --system"),)) if base.python_image else None,
            hint="make an environment first: `uv venv`",
        )


def _told(found: Invocation) -> bool:
    step = found.command.step.before
    variables = {**step.arguments, **step.environment, **found.command.environment}
    return any(name in variables and variables[name] != "" for name in _VARIABLES)


def _environment_before(build: Build, found: Invocation) -> bool:
    """Whether one was made, copied or activated before: where exactly is not asked."""
    return any(map(_makes_environment, build.commands_before(found.command))) or any(
        map(_may_be_environment, build.copies_before(found.command.step))
    )


def _makes_environment(command: Command) -> bool:
    if command.module in ("venv", "virtualenv") or command.program in ("virtualenv", "conda", "mamba", "micromamba"):
        return True
    if command.program == "uv" and command.argv[1:2] in (("venv",), ("sync",)):
        return True
    return command.program in (".", "source", "eval") or command.program.endswith(".sh")


def _may_be_environment(copy: Copy) -> bool:
    """Whatever comes from another stage may be one, but for a program."""
    return copy.origin is not None and not any(word.known.endswith(("/uv", "/uvx", "/bin/")) for word in copy.sources)


RULE = Rule(Build, "error", "build", check)
