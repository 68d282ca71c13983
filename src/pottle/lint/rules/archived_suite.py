"""The base's Debian or Ubuntu is off the mirrors.

`apt-get update` of such an image gets 404, and the image does not build. `python:3.8.0` names no suite, but was built when Debian 10 was
the default and stands on it forever.

Source: the mirrors (state of 2026-11): buster and older are on the archive alone; so are Ubuntu's releases without long support.

Quiet where the sources are written anew before.

Bad:

```dockerfile
FROM python:3.8.0-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
```
"""

from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.images import ImageName
from pottle.lint.knowledge.archived_suites import DEBIAN, PYTHON_PATCHES, UBUNTU
from pottle.lint.rule import Finding, Rule

_SOURCES = ("sources.list", "/etc/apt", "archive.", "old-releases", "snapshot.")


def check(build: Build) -> Iterator[Finding]:
    """The first apt command on each such base."""
    told: set[int] = set()
    for found in build.invocations("apt"):
        stage = build.stage_of(found.command.step).bottom
        if stage.index in told or found.action[:1] not in (("update",), ("install",)) or found.command.tolerated:
            continue
        suite = _archived(stage)
        if suite is not None and not _sources_changed(build, found.command):
            told.add(stage.index)
            yield Finding(
                found.span,
                f"`{stage.base}` is {suite}, which is off the mirrors: `{found.name}` fails",
                hint="take a newer base",
            )


def _archived(stage: Stage) -> str | None:
    image = ImageName.parse(stage.base) if stage.base is not None else None
    if image is None or image.family not in ("debian", "ubuntu"):
        return None
    number = (image.tag or "").partition("-")[0]
    if image.official == "ubuntu":
        return f"Ubuntu {number}" if number in UBUNTU else None
    if image.suite is not None:
        return f"Debian {image.suite}" if image.suite in DEBIAN else None
    minor, _, patch = number.rpartition(".")
    last = PYTHON_PATCHES.get(minor) if image.official == "python" else None
    return "Debian buster or older" if last is not None and patch.isdecimal() and int(patch) <= last else None


def _sources_changed(build: Build, command: Command) -> bool:
    before = (word.known for each in build.commands_before(command) for word in each.words)
    copied = (word.known for copy in build.copies_before(command.step) for word in copy.words)
    written = (each.target.text for command in build.commands_before(command) for each in command.redirections)
    return any(mark in text for text in (*before, *copied, *written) for mark in _SOURCES)


RULE = Rule(Build, "error", "build", check)
