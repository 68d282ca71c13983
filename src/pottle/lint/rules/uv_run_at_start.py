"""The container installs when it starts.

`uv run` brings the environment up to date before it runs anything: the development group that `uv sync --no-dev` has left out is
installed at every start, from the network. Without a network, without a writable environment or without a home directory the container
does not start.

Source: https://docs.astral.sh/uv/concepts/projects/sync/; tried with uv 0.9 and 0.13: offline it ends with exit code 2, as another user than root with `Permission denied`.

Quiet with `--no-sync` or `UV_NO_SYNC`, and for scripts and tools that need no project (`--script`, `--no-project`, `--isolated`).

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
CMD ["uv", "run", "--no-sync", "main.py"]
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.edits import behind
from pottle.lint.invocations import invocation
from pottle.lint.rule import Finding, Fix, Rule

_QUIET = ("--no-sync", "--no-project", "--isolated", "--script", "-s", "--with-requirements", "--help")
_NO = ("", "0", "false", "f", "no", "n", "off")


def check(build: Build) -> Iterator[Finding]:
    """What the image starts."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    found = invocation(start.command) if start is not None else None
    if stage is None or found is None or found.tool != "uv" or found.action != ("run",) or found.option(*_QUIET):
        return
    environment = {**stage.after.environment, **found.command.environment}
    value = environment.get("UV_NO_SYNC", "")
    if value is None or value.lower() not in _NO:
        return
    yield Finding(
        found.span,
        "`uv run` installs at every start what the build has left out",
        Fix("add `--no-sync`", (behind(found.action_words[0], "--no-sync"),)),
    )


RULE = Rule(Build, "warning", "runtime", check)
