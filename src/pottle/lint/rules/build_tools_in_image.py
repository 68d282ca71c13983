"""A compiler stays in the image.

It was there to build a wheel. In the image it is weight that every pull moves, a list of holes that no scanner is silent about, and the tool
that an intruder would have to bring. A stage of its own builds; the image gets what was built.

Source: https://docs.docker.com/build/building/multi-stage/.

Quiet where packages are removed again, on bases that have a compiler anyway (`python:3.13` without `-slim`), in Dockerfiles and
stages for development and tests, where nothing or a shell alone is started, and for the tool that is started itself (`CMD make serve`). Headers alone (`libpq-dev`) are an info.

Bad:

```dockerfile
FROM python:3.13-slim
COPY requirements.txt .
RUN apt-get update && apt-get install --yes --no-install-recommends gcc && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir -r requirements.txt
USER 1000
CMD ["python", "-m", "shop"]
```

Good:

```dockerfile
FROM python:3.13 AS build
COPY requirements.txt .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r requirements.txt

FROM python:3.13-slim
COPY --from=build /opt/venv /opt/venv
USER 1000
CMD ["/opt/venv/bin/python", "-m", "shop"]
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command, Word
from pottle.lint.invocations import Invocation, invocation
from pottle.lint.programs import inventory
from pottle.lint.purposes import develops
from pottle.lint.rule import Finding, Rule

_COMPILERS = re.compile(
    r"build-essential|build-base|alpine-sdk|(?:gcc|g\+\+|clang|gfortran|cpp|rustc|cargo|golang|musl-dev|libc6?-dev)(?:-\d+)?|make|cmake|rust"
)
_HEADERS = re.compile(r"[a-z0-9.+-]+-dev(?:el)?")
_VERSIONED = re.compile(r"[=~<>:/].*")
_SHOWN = 3


def check(build: Build) -> Iterator[Finding]:
    """What the image's own RUN instructions install and leave."""
    stage = build.final
    start = build.start(stage) if stage is not None else None
    if stage is None or start is None or develops(build):
        return
    if inventory(build.base(stage)) in (None, "full"):
        return
    for found in build.invocations("apt", "apk"):
        if not build.in_image(found.command.step) or found.action not in (("install",), ("add",)):
            continue
        tools = [each for each in _named(found, _COMPILERS) if each.text != start.command.program]
        kept = tools or _named(found, _HEADERS)
        if not kept or any(map(_removes, _afterwards(build, found.command))):
            continue
        yield Finding(
            kept[0].span,
            f"{_listed(kept)} {'stay' if len(kept) > 1 else 'stays'} in the image",
            severity="warning" if tools else "info",
            hint="install in a stage of its own, and copy what it has built",
        )


def _named(found: Invocation, pattern: "re.Pattern[str]") -> list[Word]:
    return [
        each for each in found.arguments if each.text is not None and pattern.fullmatch(_VERSIONED.sub("", each.text))
    ]


def _listed(words: list[Word]) -> str:
    names = [_VERSIONED.sub("", word.known) for word in words[:_SHOWN]]
    more = len(words) - len(names)
    return ", ".join(f"`{name}`" for name in names) + (f" and {more} more" if more else "")


def _afterwards(build: Build, command: Command) -> Iterator[Command]:
    """What the image's RUN instructions do behind it."""
    return (each for each in build.run_commands if build.in_image(each.step) and each.span.start > command.span.start)


def _removes(command: Command) -> bool:
    found = invocation(command)
    return (
        found is not None
        and found.tool in ("apt", "apk")
        and found.action[:1] in (("remove",), ("purge",), ("autoremove",), ("del",))
    )


RULE = Rule(Build, "warning", "security", check)
