"""What is installed from is not in the image when it is installed from.

`pip install -r requirements.txt` before the file is copied stops with `Could not open requirements file`, `uv sync` with
`No pyproject.toml found`, `uv sync --locked` without a lock with `Unable to find lockfile`. The image does not build.

Source: what the tools say; tried with pip 25.3, uv 0.13 and Poetry 2.1.

Quiet where a program, an argument or a base that nobody knows may have put it there.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
```

```
# requirements.txt
flask==3.1.0
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
```

```
# requirements.txt
flask==3.1.0
```
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from pottle.dockerfile.stages import joined
from pottle.lint.build import Build
from pottle.lint.contents import ABSENT, directory_of, first_of, upwards
from pottle.lint.invocations import Invocation
from pottle.lint.locks import directory, treatment
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_LISTS = ("-r", "--requirement", "--requirements", "-c", "--constraint", "--constraints")
_LOCAL = re.compile(r"(\.{1,2}(?:/[\w./-]*)?|/[\w./-]+)(?:\[[\w,-]+\])?")
_NO_FILE = re.compile(r".*[*?<$`{]|-|https?:.*|file:.*|/dev/.*")
_ARTIFACT = re.compile(r".*\.(?:whl|tar\.gz|zip)")
_PROJECT = ("pyproject.toml", "setup.py")


def check(build: Build) -> Iterator[Finding]:
    """Every list, lock and project that an installing command surely does not find."""
    for found in build.invocations("pip", "uv", "poetry", "pdm", "pipenv"):
        if found.option("--help") or found.command.tolerated or found.command.conditional or found.hides_options:
            continue
        if (
            found.tool in ("pip", "uv")
            and found.action[-1:] in (("install",), ("sync",), ("wheel",))
            and found.action != ("sync",)
        ):
            yield from _named(build, found)
        else:
            yield from _project(build, found)


def _named(build: Build, found: Invocation) -> Iterator[Finding]:
    """What is named on the command line: lists and directories."""
    here = directory_of(build, found.command)
    named = [(each.value, each.value_span or each.span) for each in found.all(*_LISTS)]
    named += [(word.text, word.span) for word in found.arguments if found.action == ("pip", "sync")]
    for value, span in named:
        path = joined(here, value) if value and not _NO_FILE.fullmatch(value) else None
        if path is not None and first_of(build, found.command, iter([path])) is ABSENT:
            yield Finding(
                span,
                f"`{value}` is not there: `{found.name}` stops",
                _fix(build, found, [value or ""]),
                hint="copy it before",
            )
    words = [word for word in found.arguments if found.action != ("pip", "sync")]
    for value, span in [(word.text, word.span) for word in words] + [
        (each.value, each.value_span or each.span) for each in found.all("-e", "--editable")
    ]:
        local = _LOCAL.fullmatch(value or "")
        path = joined(here, local[1]) if local is not None and not _ARTIFACT.fullmatch(value or "") else None
        if (
            path is not None
            and first_of(build, found.command, (posixpath.join(path, each) for each in _PROJECT)) is ABSENT
        ):
            yield Finding(span, f"there is no project in `{value}`: `{found.name}` stops", hint="copy it before")


def _project(build: Build, found: Invocation) -> Iterator[Finding]:
    """What a project's manager looks for."""
    wanted = _wanted(found)
    where = directory(build, found)
    missing = [name for name in wanted if first_of(build, found.command, _looked_for(found, where, name)) is ABSENT]
    if missing:
        named = " and ".join(missing)
        verb = "is" if len(missing) == 1 else "are"
        yield Finding(
            found.span,
            f"{named} {verb} not there: `{found.name}` stops",
            _fix(build, found, missing) if where == found.command.step.before.directory else None,
            hint="copy the project's files before",
        )


def _looked_for(found: Invocation, where: str | None, name: str) -> Iterator[str | None]:
    """Up to the root for uv and Poetry; PDM and Pipenv are given the benefit of it."""
    yield from upwards(where, name)
    if found.tool == "pipenv" and ("PIPENV_PIPFILE" in found.command.step.before.variables):
        yield None


def _wanted(found: Invocation) -> Sequence[str]:
    match found.tool, found.action:
        case "uv", ("sync",) if not found.option("--script"):
            return ("pyproject.toml", "uv.lock") if treatment(found) in ("locked", "frozen") else ("pyproject.toml",)
        case "poetry", ("install",) | ("sync",) | ("export",):
            return ("pyproject.toml",)
        case "pdm", ("install",) | ("sync",):
            return ("pyproject.toml",)
        case "pipenv", ("sync",):
            return "Pipfile", "Pipfile.lock"
        case "pipenv", ("install",) if found.option("--deploy", "--ignore-pipfile"):
            return "Pipfile", "Pipfile.lock"
        case _:
            return ()


def _fix(build: Build, found: Invocation, names: Sequence[str]) -> Fix | None:
    """Mounts for what lies in the context under the same name."""
    project, step = build.project, found.command.step
    plain = not step.instruction.heredocs and not any(each.program == "cd" for each in build.commands(step))
    if (
        project is None
        or not plain
        or not all(
            name and not name.startswith("/") and project.tree.exists(name) and project.sent(name) for name in names
        )
    ):
        return None
    mounts = "".join(f" --mount=type=bind,source={name},target={name}" for name in names)
    at = step.instruction.keyword.end
    return Fix(f"mount {' and '.join(names)}", (Edit(Span(at, at), mounts),), safe=False)


RULE = Rule(Build, "error", "build", check)
