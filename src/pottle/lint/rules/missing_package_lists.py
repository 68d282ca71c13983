"""Packages are installed where there are no package lists.

The official images come without them: without `apt-get update`, or after they have been removed, `apt-get install` stops with
`E: Unable to locate package`, and the image does not build.

Source: https://docs.docker.com/build/building/best-practices/#apt-get

Quiet for bases that nobody knows, for images that are not slim, which have much already, for files (`./a.deb`), and where the lists may
be mounted or made by a script. Lists that are old are what `stale-package-lists` is about.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
RUN apt-get install -y --no-install-recommends libpq5
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.invocations import Invocation, invocation
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_LISTS = "/var/lib/apt"


def check(build: Build) -> Iterator[Finding]:
    """Every `apt-get install` without an `update` before it in the same RUN."""
    for found in build.invocations("apt"):
        step = found.command.step
        image = build.base(build.stage_of(step))
        if found.action != ("install",) or image is None or image.family not in ("debian", "ubuntu"):
            continue
        if (
            _is_local(found)
            or found.option("--no-download", "--print-uris")
            or any(_LISTS in (m.target or _LISTS) for m in build.mounts(step))
        ):
            continue
        before = list(build.commands_before(found.command))
        own = [each for each in before if each.step is step]
        if any(map(_updates, own)) or any(map(_may_update, before)) or _copies_lists(build, found):
            continue
        removed = any(each.program == "rm" and any(_LISTS in word.known for word in each.words) for each in before)
        whole = image.official == "python" and "slim" not in (image.tag or "")
        if not removed and (whole or any(map(_updates, before))):
            continue
        yield Finding(
            found.span,
            f"there are no package lists here: `{found.name}` finds nothing",
            _fix(build, found),
            hint=f"write `{found.command.program} update &&` before it",
        )


def _updates(command: Command) -> bool:
    found = invocation(command)
    return found is not None and found.tool == "apt" and found.action == ("update",)


def _may_update(command: Command) -> bool:
    """Whether a script makes the lists, or makes them of a day that stays: of a snapshot."""
    script = command.program in ("sh", "bash", "add-apt-repository", "make") or command.program.endswith(".sh")
    return (
        script
        or (_updates(command) and command.conditional)
        or any("snapshot." in word.known for word in command.words)
    )


def _is_local(found: Invocation) -> bool:
    names = [word.text for word in found.arguments]
    return bool(names) and all(name is None or name.startswith(("/", ".")) or name.endswith(".deb") for name in names)


def _copies_lists(build: Build, found: Invocation) -> bool:
    return any(
        (copy.target or "/").startswith(("/var", "//")) or copy.target == "/"
        for copy in build.copies_before(found.command.step)
    )


def _fix(build: Build, found: Invocation) -> Fix | None:
    """Only where the command stands alone: not behind `sudo`, `||` or in an array."""
    command = found.command
    if (
        not command.in_shell
        or command.conditional
        or command.tolerated
        or command.whole != command.words
        or command.feeds
        or command.reads
    ):
        return None
    program = build.source.at(command.words[0].span)
    start, end = command.span.start, command.span.end
    edits = (
        Edit(Span(start, start), f"{program} update && "),
        Edit(Span(end, end), f" && rm -rf {_LISTS}/lists/*"),
    )
    return Fix(f"write `{program} update &&` before it", edits)


RULE = Rule(Build, "error", "build", check)
