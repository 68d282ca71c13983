"""Packages are installed that are only recommended.

Debian's packages recommend documentation, fonts, compilers and whole services that a program runs without. `apt-get install` brings them all:
often more than what was asked for.

Source: https://docs.docker.com/build/building/best-practices/#apt-get; Debian Policy 7.2 ("Recommends").

Quiet in stages that do not reach the image, with `--no-install-recommends` or `APT::Install-Recommends`, and on images whose configuration nobody knows.

Bad:

```dockerfile
FROM python:3.13-slim
RUN apt-get update && apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*
```

Good:

```dockerfile
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span


def check(build: Build) -> Iterator[Finding]:
    """Every install in a layer of the image."""
    for found in build.invocations("apt"):
        step = found.command.step
        base = build.base(build.stage_of(step))
        if (
            found.action != ("install",)
            or not build.in_image(step)
            or base is None
            or base.family not in ("debian", "ubuntu")
        ):
            continue
        if found.option(
            "--no-install-recommends", "--install-recommends", "--download-only", "-d", "--help"
        ) or _configured(build):
            continue
        if not found.arguments or any("Recommends" in (option.value or "") for option in found.all("-o", "--option")):
            continue
        at = Span(found.behind_action, found.behind_action)
        yield Finding(
            found.span,
            "the packages that are only recommended get into the image too",
            Fix("add `--no-install-recommends`", (Edit(at, " --no-install-recommends"),), safe=False),
        )


def _configured(build: Build) -> bool:
    texts = [
        build.source.at(step.instruction.whole)
        for step in build.steps
        if step.instruction.name in ("RUN", "COPY", "ADD")
    ]
    return any("Install-Recommends" in text or "apt.conf" in text for text in texts)


RULE = Rule(Build, "info", "size", check, overlaps=("DL3015",))
