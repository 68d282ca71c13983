"""The image has no adduser.

Until Debian 12 apt itself needed the package, and every image had it. Debian 13's small images do not: the build stops at `adduser: not found`, and so does
that of `python:3.13-slim`, which has stood on it since August 2025. `useradd` and `groupadd` are there.

Source: debian:trixie-slim and python:3.13-slim as mmdebstrap makes them, looked into: passwd is installed, adduser is not; builds that broke so:
cardano-community/guild-operators#1888, atsign-foundation/noports#2085.

Quiet for larger images, where any package is installed before it or a script is run, which may bring it, and where the build goes on without.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
RUN adduser --disabled-password --gecos "" --uid 10001 app
USER 10001
CMD ["python", "main.py"]
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN useradd --create-home --uid 10001 app
USER 10001
CMD ["python", "main.py"]
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.images import ImageName
from pottle.lint.knowledge.bases import PYTHON_SUITE, PYTHON_SUITE_SINCE
from pottle.lint.programs import WHOLE, inventory
from pottle.lint.rule import Finding, Rule

_INSTEAD = {"adduser": "useradd --create-home", "addgroup": "groupadd"}
_WITHOUT = ("trixie", "forky")
_INSTALLS_NONE = frozenset(
    {"adduser", "addgroup", "useradd", "groupadd", "usermod", "mkdir", "chown", "chmod", "chgrp", "cp", "mv", "rm", "ln", "touch", "echo",
     "printf", "set", "cd", "export", "true", ":", "pip", "pip3", "uv", "python", "python3", "poetry", "install", "sed"}
)  # fmt: skip
"""Commands that bring no package of Debian's."""


def check(build: Build) -> Iterator[Finding]:
    """The first one of a stage."""
    told: set[int] = set()
    for command in build.run_commands:
        stage = command.step.stage
        if command.path in _INSTEAD and stage not in told and _stops(build, command):
            told.add(stage)
            yield Finding(
                command.span,
                f"the image has no {command.program}: the build stops here",
                hint=f"`{_INSTEAD[command.program]} …` is there; or install adduser before it",
            )


def _stops(build: Build, command: Command) -> bool:
    base = build.base(build.stage_of(command.step))
    if command.conditional or command.tolerated or inventory(base) != "slim" or base is None or not _is_new(base):
        return False
    before = build.before(command.step)
    scripts_known = all(
        build.script(step).error is None for step in (*before, command.step) if step.instruction.name == "RUN"
    )
    return (
        scripts_known
        and all(each.path in _INSTALLS_NONE for each in build.commands_before(command))
        and all(copy.target is not None and copy.target not in WHOLE for copy in build.copies_before(command.step))
    )


def _is_new(base: ImageName) -> bool:
    """Whether it stands on such a Debian; a small Python without a suite in its tag does, a patch of which nobody knows may not."""
    if base.suite is not None or base.official != "python" or base.digest is not None:
        return base.suite in _WITHOUT and base.digest is None
    numbers = (base.python or "").split(".")
    known = len(numbers) == 2 and all(map(str.isdecimal, numbers))
    return PYTHON_SUITE in _WITHOUT and known and (int(numbers[0]), int(numbers[1])) >= PYTHON_SUITE_SINCE


RULE = Rule(Build, "error", "build", check)
