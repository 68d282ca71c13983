"""Package lists of apt stay in the image.

`apt-get update` downloads tens of megabytes of lists into `/var/lib/apt/lists`. They are of no use in an image: whoever installs something later
has to update first. Removed in a later instruction they are still there.

Source: https://docs.docker.com/build/building/best-practices/#apt-get.

Quiet in stages that do not reach the image, where `/var/lib/apt` is mounted, and where the same RUN removes the lists.

Bad:

```dockerfile
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5
```

Good:

```dockerfile
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_CLEANS = re.compile(r"/var/lib/apt|/var/lib/\*|/var/lib\b/?$|apt-install|clean|docker-apt|distclean")


def check(build: Build) -> Iterator[Finding]:
    """Every RUN of the image that updates the lists and leaves them."""
    for step in build.steps:
        if step.instruction.name != "RUN" or not build.in_image(step) or build.script(step).error is not None:
            continue
        calls = [found for found in build.invocations("apt") if found.command.step is step]
        update = next((found for found in calls if found.action == ("update",)), None)
        if update is None or _mounted(build, step) or _removed(build, update) or _configured(build, step):
            continue
        yield Finding(update.span, "the package lists stay in the layer", _fix(build, calls), hint=_HINT)


_HINT = "remove them in the same RUN: `rm -rf /var/lib/apt/lists/*`"


def _mounted(build: Build, step: Step) -> bool:
    kinds = ("cache", "tmpfs")
    return any(
        mount.kind in kinds and (mount.target is None or "/var/lib/apt/lists".startswith(mount.target))
        for mount in build.mounts(step)
    )


def _removed(build: Build, update: Invocation) -> bool:
    return any(
        (_CLEANS.search(" ".join(command.argv)) and command.program not in ("apt", "apt-get"))
        or _a_script(command)
        or command.argv[1:2] == ("distclean",)
        for command in build.commands_after(update.command)
    )


def _a_script(command: Command) -> bool:
    """Whether something of the image's own is run that may do anything."""
    return command.path is None or command.program.endswith(".sh") or command.program in ("bash", "sh", "source", ".")


def _configured(build: Build, step: Step) -> bool:
    """Whether apt has been told before to keep none."""
    return (
        any("apt.conf" in each.instruction.body.text for each in build.before(step))
        or "apt.conf" in step.instruction.body.text
    )


def _fix(build: Build, calls: list[Invocation]) -> Fix | None:
    """Behind the last call, where nothing later needs the lists."""
    last = calls[-1].command
    heeded = not any(found.command.conditional or found.command.tolerated for found in calls)
    later = (
        found
        for found in build.invocations("apt")
        if found.command.span.start > last.span.start and found.action == ("install",)
    )
    if not heeded or not last.in_shell or last.feeds is not None or any(True for _ in later):
        return None
    at = Span(last.span.end, last.span.end)
    return Fix("remove the lists", (Edit(at, " && rm -rf /var/lib/apt/lists/*"),))


RULE = Rule(Build, "warning", "size", check, overlaps=("DL3009",))
