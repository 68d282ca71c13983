"""The virtual environment is copied to another path than it was made for.

A virtual environment is not relocatable: the first line of each script in it names its interpreter by the whole path. `gunicorn` of a moved
one is `no such file or directory`, though the file is there; `activate` sets the old path.

Source: https://docs.python.org/3/library/venv.html ("environments are inherently non-portable"); tried.

Quiet where the old path is there too, for environments that uv makes relocatable, and, as a warning only, where the image starts `python`
itself, which finds its environment by its own place.

Bad:

```dockerfile
FROM python:3.13-slim-trixie AS build
RUN python -m venv /build/venv && /build/venv/bin/pip install --no-cache-dir gunicorn==23.0.0

FROM python:3.13-slim-trixie
COPY --from=build /build/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop:app"]
```

Good:

```dockerfile
FROM python:3.13-slim-trixie AS build
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir gunicorn==23.0.0

FROM python:3.13-slim-trixie
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop:app"]
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build
from pottle.lint.environments import Moved, moved
from pottle.lint.rule import Finding, Rule, Severity

_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*")


def check(build: Build) -> Iterator[Finding]:
    """Every environment that arrives elsewhere."""
    told: set[int] = set()
    for each in moved(build):
        if each.path == each.environment.path or _is_relocatable(each) or each.copy.step.instruction.span.start in told:
            continue
        if _is_there_too(build, each):
            continue
        told.add(each.copy.step.instruction.span.start)
        destination = each.copy.destination
        assert destination is not None
        yield Finding(
            destination.span,
            f"the environment was made as {each.environment.path}: its scripts do not start from {each.path}",
            severity=_severity(build, each.into),
            hint=f"make it as {each.path} in the first place",
        )


def _is_relocatable(each: Moved) -> bool:
    command = each.environment.command
    variables = {**command.step.before.variables, **command.environment}
    return "--relocatable" in command.argv or "UV_VENV_RELOCATABLE" in variables


def _is_there_too(build: Build, each: Moved) -> bool:
    """Whether the old path exists in the other stage as well: copied, linked, or made anew."""
    old = each.environment.path
    if any(other.into is each.into and other.path == old for other in moved(build)):
        return True
    return any(
        word.known.rstrip("/") == old or word.known.startswith(f"{old}/") or word.known == "sed"
        for step in each.into.all_steps
        if step.instruction.name == "RUN"
        for command in build.commands(step)
        for word in command.words
    )


def _severity(build: Build, stage: Stage) -> Severity | None:
    """An error where the image starts a script of it."""
    start = build.start(build.final) if build.final is not None and stage in build.final.chain else None
    if start is None or _PYTHON.fullmatch(start.command.program) or start.command.program in ("sh", "bash", ""):
        return None
    return "error" if start.command.path == start.command.program else None


RULE = Rule(Build, "warning", "build", check)
