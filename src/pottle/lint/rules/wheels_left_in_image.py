"""Wheels stay in the image after they have been installed.

What `COPY --from=builder /wheels /wheels` brings is a layer: every distribution is there twice, packed and installed. A mount shows the wheels to the RUN that
installs them, and to nobody else.

Source: https://docs.docker.com/reference/dockerfile/#run---mounttypebind.

Quiet where something is removed later (`removed-in-later-layer` tells that), and in stages that do not reach the image.

Bad:

```dockerfile
FROM python:3.13-slim AS builder
COPY requirements.txt .
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.13-slim
COPY --from=builder /wheels /wheels
RUN pip install --no-cache-dir --no-index /wheels/*
```

Good:

```dockerfile
FROM python:3.13-slim AS builder
COPY requirements.txt .
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.13-slim
RUN --mount=type=bind,from=builder,source=/wheels,target=/wheels pip install --no-cache-dir --no-index /wheels/*
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Step, joined
from pottle.lint.build import Build, Copy
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_PLAIN = re.compile(r"[\w./-]+")


def check(build: Build) -> Iterator[Finding]:
    """Every directory of another stage whose wheels are installed."""
    for copy in build.copies:
        target = copy.target
        if target is None or target == "/" or copy.origin is None or build.stages.named(copy.origin) is None:
            continue
        if not build.in_image(copy.step) or _removed(build, copy, target):
            continue
        users = [each for each in build.invocations("pip", "uv") if _installs_from(build, copy, each, target)]
        if users:
            yield Finding(
                copy.instruction.span,
                f"the wheels in {target} stay in the image beside what is installed of them",
                _fix(build, copy, target, users),
                hint="mount them for the RUN that installs them: `RUN --mount=type=bind,from=…`",
            )


def _installs_from(build: Build, copy: Copy, found: Invocation, target: str) -> bool:
    """Whether it installs wheels that lie there: by their names, or as from an index."""
    step = found.command.step
    if (
        found.action[-1:] != ("install",)
        or not build.in_image(step)
        or step.instruction.span.start < copy.instruction.span.start
    ):
        return False
    named = [word.text for word in found.arguments if (word.text or "").endswith((".whl", "/*"))]
    named += [option.value for option in found.all("-f", "--find-links")]
    paths = (joined(step.before.directory, name.rstrip("*")) for name in named if name and "://" not in name)
    return any(path is not None and f"{path}/".startswith(f"{target}/") for path in paths)


def _removed(build: Build, copy: Copy, target: str) -> bool:
    later = (each for each in build.run_commands if each.span.start > copy.instruction.span.start)
    return any(
        each.program == "rm" and any((word.text or "").startswith(target) for word in each.words) for each in later
    )


def _fix(build: Build, copy: Copy, target: str, users: list[Invocation]) -> Fix | None:
    """A mount in place of the COPY, where one RUN uses it and nothing else names it."""
    steps: list[Step] = [step for step in build.steps if any(found.command.step is step for found in users)]
    source = joined("/", copy.sources[0].text) if len(copy.sources) == 1 else None
    others = (each for each in build.steps if each not in (*steps, copy.step) and each.stage >= copy.step.stage)
    if len(steps) != 1 or source is None or any(target in each.instruction.body.text for each in others):
        return None
    if any(flag.name != "from" for flag in copy.instruction.flags) or not _PLAIN.fullmatch(source + target):
        return None
    span, end = copy.instruction.span, steps[0].instruction.keyword.end
    line = build.source.line_span(build.source.position(span.start).line)
    if build.source.at(line).rstrip("\r\n") != build.source.at(span):
        return None
    mount = f" --mount=type=bind,from={copy.origin},source={source},target={target}"
    return Fix("mount them instead", (Edit(line, ""), Edit(Span(end, end), mount)), safe=False)


RULE = Rule(Build, "warning", "size", check)
