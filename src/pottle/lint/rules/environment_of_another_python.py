"""The environment was made by another Python than the one that is to run it.

A virtual environment holds `lib/python3.12/site-packages` and links to its interpreter: with Python 3.13, or with musl in the place of
glibc, nothing in it is found, or its compiled modules do not load. The first import fails.

Source: https://docs.python.org/3/library/venv.html; seen in builds that raise the version of one stage alone.

Quiet where the Python of either stage is not known.

Bad:

```dockerfile
FROM python:3.12-slim-trixie AS build
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir flask==3.1.0

FROM python:3.13-slim-trixie
COPY --from=build /opt/venv /opt/venv
```

Good:

```dockerfile
FROM python:3.13-slim-trixie AS build
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir flask==3.1.0

FROM python:3.13-slim-trixie
COPY --from=build /opt/venv /opt/venv
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build, Copy
from pottle.lint.environments import moved
from pottle.lint.images import ImageName
from pottle.lint.knowledge.bases import DISTROLESS
from pottle.lint.rule import Finding, Rule

_SITE_PACKAGES = re.compile(r"/usr/local/lib/python(3\.\d+)(?:/site-packages)?/?")
_BRINGS_A_PYTHON = ("--python", "-p")


def check(build: Build) -> Iterator[Finding]:
    """Every environment, and every `site-packages` of the official image, that changes its Python on the way."""
    told: set[int] = set()
    for copy, origin in [*_environments(build), *_site_packages(build)]:
        into = build.stage_of(copy.step)
        why = _differ(build, origin, into)
        if why is not None and copy.step.instruction.span.start not in told:
            told.add(copy.step.instruction.span.start)
            flag = copy.instruction.flag("from")
            assert flag is not None
            yield Finding(
                flag.span,
                f"the environment was made by {why[0]} and is run by {why[1]}",
                hint="one base for both stages",
            )
    for copy in build.copies:
        yield from _path(build, copy, told)


def _environments(build: Build) -> Iterator[tuple[Copy, Stage]]:
    for each in moved(build):
        if not _names_a_python(build, each.environment.stage):
            yield each.copy, each.environment.stage


def _site_packages(build: Build) -> Iterator[tuple[Copy, Stage]]:
    for copy in build.copies:
        origin = build.stages.named(copy.origin, copy.step.stage) if copy.origin is not None else None
        if origin is not None and any(_SITE_PACKAGES.fullmatch(word.known) for word in copy.sources):
            yield copy, origin


def _names_a_python(build: Build, stage: Stage) -> bool:
    """Whether another Python than that of the base may be meant."""
    if any(name in stage.after.environment for name in ("UV_PYTHON", "UV_PYTHON_PREFERENCE", "UV_MANAGED_PYTHON")):
        return True
    return any(
        each.step.stage in [one.index for one in stage.chain]
        and (each.argv[1:2] == ("python",) or any(word.known.startswith(_BRINGS_A_PYTHON) for word in each.words[1:]))
        for each in build.run_commands
        if each.program in ("uv", "virtualenv", "poetry", "pdm")
    )


def _differ(build: Build, origin: Stage, into: Stage) -> tuple[str, str] | None:
    """The two Pythons, as a person says them, where they surely differ."""
    before, after = build.base(origin), build.base(into)
    if before is None or after is None or not before.python_image:
        return None
    if after.official in ("debian", "ubuntu", "alpine") and not _may_have_one(build, into):
        return "/usr/local/bin/python", f"whatever {after.repository} has, which is not there"
    one, other = _minor(before), DISTROLESS.get(after.repository) or _minor(after)
    if one is not None and other is not None and one != other:
        return f"Python {one}", f"Python {other}"
    if after.python_image and before.family != after.family and "alpine" in (before.family, after.family):
        one, other = ("musl" if image.family == "alpine" else "glibc" for image in (before, after))
        return f"a Python with {one}", f"one with {other}"
    return None


def _may_have_one(build: Build, into: Stage) -> bool:
    """Whether an interpreter may lie in /usr/local of a stage all the same."""
    for step in into.all_steps:
        copy = build.copy(step)
        if copy is not None and f"{copy.target or '/usr/local'}/".startswith(("/usr/", "//")):
            return True
        texts = [word.known for command in build.commands(step) for word in command.words]
        if any("/usr/local" in text or text.endswith((".sh", "altinstall", "make", "pyenv")) for text in texts):
            return True
    return False


def _minor(image: ImageName) -> str | None:
    python = image.python
    return ".".join(python.split(".")[:2]) if python is not None and "." in python else None


def _path(build: Build, copy: Copy, told: set[int]) -> Iterator[Finding]:
    """A path that names a Python which the image does not have."""
    image = build.base(build.stage_of(copy.step))
    minor = _minor(image) if image is not None and image.official == "python" else None
    for word in copy.words if copy.origin is not None and minor is not None else ():
        found = _SITE_PACKAGES.fullmatch(word.known)
        if found is not None and found[1] != minor and copy.step.instruction.span.start not in told:
            told.add(copy.step.instruction.span.start)
            yield Finding(word.span, f"the image has Python {minor}, and never looks into {word.known}")


RULE = Rule(Build, "error", "build", check)
