"""A build argument is used where it is not known.

An ARG above the first FROM is known to the FROM lines alone. In a stage it is empty until the stage repeats it: `pip install poetry==$POETRY_VERSION`
becomes `poetry==`, and the image does not build, or quietly gets another version.

Source: https://docs.docker.com/reference/dockerfile/#understand-how-arg-and-from-interact

Quiet where the variable has a default in its place (`${V:-1}`), is set by ENV, by the script or by the base, and on bases that nobody knows.

Bad:

```dockerfile
ARG POETRY_VERSION=2.1.4
FROM python:3.13-slim-trixie
RUN pip install --no-cache-dir poetry==$POETRY_VERSION
```

Good:

```dockerfile
ARG POETRY_VERSION=2.1.4
FROM python:3.13-slim-trixie
ARG POETRY_VERSION
RUN pip install --no-cache-dir poetry==$POETRY_VERSION
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage, Step
from pottle.lint.build import Build
from pottle.lint.edits import line_before
from pottle.lint.rule import Finding, Fix, Rule
from pottle.text import Span

_USED = re.compile(r"(?<![\\$])\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_ASSIGNS = re.compile(r"(?:^|[\s;&|(`])(?:[A-Za-z_]\w*=(?!=)|read\s|for\s|eval\s|source\s|\.\s)")
_OF_PYTHON = frozenset({"PYTHON_VERSION", "PYTHON_SHA256", "GPG_KEY", "LANG", "PATH"})
"""What the official images of Python set."""
_READ = frozenset({"ENV", "COPY", "ADD", "WORKDIR", "USER", "LABEL", "EXPOSE", "VOLUME", "STOPSIGNAL"})


def check(build: Build) -> Iterator[Finding]:
    """The first use of each such argument in each stage."""
    for stage in build.stages.stages:
        image = build.base(stage)
        if image is None or image.family is None:
            continue
        told: set[str] = set(_OF_PYTHON if image.python_image else ())
        for step in stage.steps:
            for name, span in _uses(build, step):
                if name in told or name in step.before.variables or not _declared_above(build, stage, name):
                    continue
                told.add(name)
                yield Finding(
                    span,
                    f"{name} is empty in this stage: the ARG above the first FROM is known to FROM alone",
                    Fix(f"repeat `ARG {name}`", (line_before(build.source, step, f"ARG {name}"),)),
                )


def _declared_above(build: Build, stage: Stage, name: str) -> bool:
    first = build.stages.stages[0].instruction.span.start
    return (
        any(
            each.name == "ARG" and each.span.start < first and any(pair.name == name for pair in each.pairs)
            for each in build.dockerfile.instructions
        )
        and stage.instruction.span.start >= first
    )


def _uses(build: Build, step: Step) -> Iterator[tuple[str, Span]]:
    instruction = step.instruction
    if instruction.name == "RUN":
        if _sets(build, step):
            return
        for command in build.commands(step):
            for word in command.whole:
                if "'" not in word.raw and not word.exec and word.span.end - word.span.start == len(word.raw):
                    yield from _in(word.raw, word.span.start)
    elif instruction.name in _READ and not instruction.heredocs:
        yield from _in(build.source.at(Span(instruction.keyword.end, instruction.span.end)), instruction.keyword.end)


def _sets(build: Build, step: Step) -> bool:
    """Whether the script may set variables itself."""
    return _ASSIGNS.search(build.source.at(step.instruction.whole)) is not None


def _in(text: str, start: int) -> Iterator[tuple[str, Span]]:
    for found in _USED.finditer(text):
        yield found[1] or found[2], Span(start + found.start(), start + found.end())


RULE = Rule(Build, "error", "build", check, overlaps=("UndefinedVar",))
