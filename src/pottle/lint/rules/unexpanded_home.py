"""The home directory is written in a way that nobody reads.

Instructions are no shell: `~` stays `~`, a directory of that name, and `$HOME` is empty, since images do not set it. What
`ENV PATH=~/.local/bin:$PATH` adds to the path is found by nothing but bash; `WORKDIR ~/app` makes the directory `~`.

Source: https://docs.docker.com/reference/dockerfile/#environment-replacement

Quiet in RUN, whose shell reads both, where ENV sets HOME, and for `$HOME` on bases that nobody knows.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
ENV PATH="~/.local/bin:$PATH"
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
ENV PATH="/root/.local/bin:$PATH"
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_TILDE = re.compile(r"(?:(?<=^)|(?<=[:\"']))~(?=/|$|:)")
_HOME = re.compile(r"(?<!\\)\$(?:HOME\b|\{HOME\})")


def check(build: Build) -> Iterator[Finding]:
    """ENV, WORKDIR, and the destinations of COPY and ADD."""
    for step in build.steps:
        for span in _values(build, step):
            text = build.source.at(span)
            tilde, home = _TILDE.search(text), _HOME.search(text)
            if tilde is not None:
                yield _finding(
                    build, step, Span(span.start + tilde.start(), span.start + tilde.end()), "`~` is no home here"
                )
            elif home is not None and "HOME" not in step.before.variables and _known(build, step):
                at = Span(span.start + home.start(), span.start + home.end())
                yield _finding(build, step, at, f"`{home[0]}` is empty here")


def _values(build: Build, step: Step) -> Iterator[Span]:
    instruction = step.instruction
    match instruction.name:
        case "ENV":
            yield from (pair.value_span for pair in instruction.pairs if pair.value is not None)
        case "WORKDIR":
            start = instruction.span.end - len(
                build.source.at(Span(instruction.keyword.end, instruction.span.end)).lstrip()
            )
            yield Span(start, instruction.span.end)
        case "COPY" | "ADD":
            copy = build.copy(step)
            if copy is not None and copy.destination is not None:
                yield copy.destination.span


def _known(build: Build, step: Step) -> bool:
    image = build.base(build.stage_of(step))
    return image is not None and image.family is not None


def _finding(build: Build, step: Step, at: Span, what: str) -> Finding:
    home = build.home(step.before) if _known(build, step) else None
    fix = Fix(f"write `{home}`", (Edit(at, home),)) if home is not None else None
    return Finding(at, f"{what}: no shell reads {step.instruction.name}", fix, hint="write the directory")


RULE = Rule(Build, "error", "build", check, overlaps=("UndefinedVar",))
