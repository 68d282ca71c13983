"""Modules are compiled again at every start.

uv and Poetry install without bytecode. Python writes it at the first import, but into the container, which forgets it: every start of every
container compiles everything that it imports. With `PYTHONDONTWRITEBYTECODE`, or as a user who may not write there, so does every further process.

Source: https://docs.astral.sh/uv/guides/integration/docker/#compiling-bytecode, https://python-poetry.org/docs/cli/#install (`--compile`).

Quiet where `UV_COMPILE_BYTECODE` or `--compile-bytecode` is set, where something else compiles (`compileall`, Poetry before 1.4), in stages that do not get into
the image, and in images for development.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_LINK_MODE=copy
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-install-project
CMD [".venv/bin/python", "main.py"]
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-dev --no-install-project
CMD [".venv/bin/python", "main.py"]
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.caches import variable
from pottle.lint.edits import line_before
from pottle.lint.installs import installs, only_tools
from pottle.lint.invocations import Invocation
from pottle.lint.poetry import installed
from pottle.lint.purposes import develops
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_NO = ("", "0", "false", "f", "no", "n", "off")


def check(build: Build) -> Iterator[Finding]:
    """The first install of every stage that leaves the bytecode to the program's start."""
    final = build.final
    if final is None or build.start(final) is None or develops(build) or _compiled(build):
        return
    seen: set[int] = set()
    for found in build.invocations("uv", "poetry"):
        step = found.command.step
        if not installs(found) or only_tools(found) or not build.feeds_image(step) or _compiles(build, found):
            continue
        if seen & {each.index for each in build.stage_of(step).chain}:
            continue
        seen.add(step.stage)
        yield Finding(
            found.span,
            "it installs without bytecode: every start of a container compiles all modules that it imports",
            _fix(build, found),
            severity="warning" if final.after.environment.get("PYTHONDONTWRITEBYTECODE") else None,
        )


def _compiled(build: Build) -> bool:
    """Whether the file compiles by itself."""
    return any("compileall" in command.argv or "py_compile" in command.argv for command in build.run_commands)


def _compiles(build: Build, found: Invocation) -> bool:
    """Whether it does, or may: a variable can hold any option."""
    if any(word.raw.startswith(("$", '"$')) for word in found.command.words):
        return True
    if found.tool == "poetry":
        poetry = installed(build, found.command)
        return found.option("--compile") is not None or (poetry is not None and poetry.older_than(1, 4))
    value = variable(found, "UV_COMPILE_BYTECODE")
    pyproject = build.project.pyproject if build.project is not None else None
    told = pyproject is not None and bool(pyproject.get("tool", "uv", "compile-bytecode"))
    said = found.option("--compile-bytecode", "--compile", "--no-compile-bytecode", "--no-compile")
    return said is not None or told or (value is not None and value.lower() not in _NO)


def _fix(build: Build, found: Invocation) -> Fix:
    if found.tool == "poetry":
        at = Span(found.behind_action, found.behind_action)
        return Fix("add `--compile`", (Edit(at, " --compile"),))
    edit = line_before(build.source, found.command.step, "ENV UV_COMPILE_BYTECODE=1")
    return Fix("set `UV_COMPILE_BYTECODE=1`", (edit,))


RULE = Rule(Build, "info", "runtime", check)
