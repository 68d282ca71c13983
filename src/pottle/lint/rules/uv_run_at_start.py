"""The container installs when it starts.

`uv run` brings the environment up to date before it runs anything: the development group that `uv sync --no-dev` has left out is
installed at every start, from the network. Without a network, without a writable environment or without a home directory the container
does not start.

Source: https://docs.astral.sh/uv/concepts/projects/sync/; tried with uv 0.9 and 0.13: offline it ends with exit code 2, as another user than root with `Permission denied`.

Quiet where nothing was left out: the build has installed the development group too, `UV_NO_DEV` holds for both, the project has no such
group. Quiet with `--no-sync` or `UV_NO_SYNC`, and for scripts and tools that need no project (`--script`, `--no-project`, `--isolated`).

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 1000
CMD ["uv", "run", "main.py"]
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 1000
CMD [".venv/bin/python", "main.py"]
```
"""

from collections.abc import Iterator, Mapping

from pottle.lint.build import Build
from pottle.lint.edits import behind
from pottle.lint.invocations import Invocation, invocation
from pottle.lint.project import Project
from pottle.lint.rule import Finding, Fix, Rule

_QUIET = ("--no-sync", "--no-project", "--isolated", "--script", "-s", "--with-requirements", "--help")
_LEAVES_OUT = ("--no-dev", "--no-default-groups", "--no-group")
_NO = ("", "0", "false", "f", "no", "n", "off")


def check(build: Build) -> Iterator[Finding]:
    """What the image starts."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    found = invocation(start.command) if start is not None else None
    if stage is None or found is None or found.tool != "uv" or found.action != ("run",):
        return
    environment = {**stage.after.environment, **found.command.environment}
    if found.option(*_QUIET, *_LEAVES_OUT) or _on(environment, "UV_NO_SYNC") or _on(environment, "UV_NO_DEV"):
        return
    if any(_leaves_out(each) for each in build.invocations("uv")) and _has_group(build.project):
        yield Finding(
            found.span,
            "`uv run` installs at every start the development group that the build has left out",
            Fix("add `--no-sync`", (behind(found.action_words[0], "--no-sync"),)),
        )


def _leaves_out(found: Invocation) -> bool:
    if found.action != ("sync",):
        return False
    variables = {**found.command.step.before.variables, **found.command.environment}
    return found.option(*_LEAVES_OUT) is not None or _on(variables, "UV_NO_DEV")


def _on(variables: Mapping[str, str | None], name: str) -> bool:
    """Whether a switch is on, or may be."""
    value = variables.get(name, "")
    return value is None or value.lower() not in _NO


def _has_group(project: Project | None) -> bool:
    """Whether there is something to leave out: whoever writes `--no-dev` has it, as far as nobody says otherwise."""
    if project is None or project.pyproject is None:
        return True
    defaults = project.pyproject.get("tool", "uv", "default-groups") or ["dev"]
    groups = project.pyproject.table("dependency-groups")
    older = project.pyproject.get("tool", "uv", "dev-dependencies")
    return bool(older) or defaults == "all" or any(groups.get(name) for name in defaults)


RULE = Rule(Build, "warning", "runtime", check)
