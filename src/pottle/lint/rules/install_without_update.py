"""Packages are installed without the lists of the day.

The official images have no package lists: without `apt-get update` nothing is found. With an `update` in a RUN of its own the lists are a
layer that is kept, and as old as that layer: packages that have been replaced since are 404.

Source: https://docs.docker.com/build/building/best-practices/#apt-get

Quiet for bases that nobody knows, for files (`./a.deb`), and where the lists may be mounted or made by a script.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
RUN apt-get update
RUN apt-get install -y --no-install-recommends libpq5
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN apt-get update && apt-get install -y --no-install-recommends libpq5
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
        earlier = [each for each in before if _updates(each)]
        removed = any(each.program == "rm" and any(_LISTS in word.known for word in each.words) for each in before)
        kept = bool(earlier) and not removed
        if not earlier and image.official == "python" and "slim" not in (image.tag or ""):
            continue  # much is there already, and what is there needs no list
        yield Finding(
            found.span,
            "the package lists are as old as an earlier layer: what has been replaced since is not found"
            if kept
            else f"there are no package lists here: `{found.name}` finds nothing",
            _fix(build, found),
            "warning" if kept else "error",
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
    at = command.span.start
    return Fix(f"write `{program} update &&` before it", (Edit(Span(at, at), f"{program} update && "),))


RULE = Rule(Build, "error", "build", check)
