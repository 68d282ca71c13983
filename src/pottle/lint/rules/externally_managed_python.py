"""pip refuses to install into the distribution's own Python.

Debian 12, Ubuntu 23.04 and Alpine 3.19 mark their Python as externally managed: `error: externally-managed-environment`, and the image does
not build. A virtual environment is what they ask for.

Source: PEP 668; Debian's release notes of bookworm, Alpine's of 3.19.

Quiet where an environment may be active, where `--break-system-packages` or its variable is given, where the mark is removed, and
where pip may be another one than the distribution's.

Bad:

```dockerfile
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip && rm -rf /var/lib/apt/lists/*
RUN pip3 install --no-cache-dir flask==3.1.0
```

Good:

```dockerfile
FROM debian:12-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3-venv && rm -rf /var/lib/apt/lists/*
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
RUN pip3 install --no-cache-dir flask==3.1.0
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build, Copy
from pottle.lint.commands import Command
from pottle.lint.images import ImageName
from pottle.lint.invocations import Invocation
from pottle.lint.knowledge.bases import PATH
from pottle.lint.rule import Finding, Rule

_SUITES = frozenset({"bookworm", "trixie", "forky", "sid", "noble", "resolute"})
_ALPINE = (3, 19)
_UBUNTU = (23, 4)
_ELSEWHERE = ("--break-system-packages", "--target", "-t", "--prefix", "--root", "--dry-run", "--python", "--help")
_PIP = re.compile(r"(?:/usr/bin/)?pip3?|(?:/usr/bin/)?python3?")
_PACKAGES = frozenset({"python3-pip", "py3-pip", "python3-full"})
_VARIABLES = ("VIRTUAL_ENV", "PIP_BREAK_SYSTEM_PACKAGES", "PIP_TARGET", "PIP_PREFIX", "PIP_CONFIG_FILE", "PIP_PYTHON")
_MARKS = ("EXTERNALLY-MANAGED", "break-system-packages", "pip.conf", "PATH=")
_CONFIGURED = ("/etc", "/usr", "/root/.config", "/root/.pip")
_OTHERS = frozenset(
    {"virtualenv", "source", ".", "eval", "pyenv", "conda", "mamba", "micromamba", "make", "asdf", "mise"}
)


def check(build: Build) -> Iterator[Finding]:
    """Every `pip install` of the distribution's pip."""
    for found in build.invocations("pip"):
        if (
            found.action != ("install",)
            or found.hides_options
            or found.option(*_ELSEWHERE)
            or not _PIP.fullmatch(found.command.path or "")
        ):
            continue
        command = found.command
        system = _system(build.base(build.stage_of(command.step)))
        if system is not None and not command.tolerated and _is_distributions(build, found):
            yield Finding(
                found.span,
                f"{system} marks its Python as externally managed: `{found.name}` is refused",
                hint="make an environment: `python3 -m venv /opt/venv`, and put /opt/venv/bin on the path",
            )


def _system(image: ImageName | None) -> str | None:
    """A distribution that marks its Python, as a person says it."""
    if image is None or image.official not in ("debian", "ubuntu", "alpine"):
        return None
    tag = image.tag or "latest"
    number = tuple(map(int, found.groups())) if (found := re.match(r"(\d+)\.(\d+)", tag)) else None
    if image.official == "alpine":
        return "Alpine" if tag == "latest" or (number is not None and number >= _ALPINE) else None
    if image.official == "ubuntu" and number is not None:
        return "Ubuntu" if number >= _UBUNTU else None
    return image.official.capitalize() if image.suite in _SUITES or tag == "latest" else None


def _is_distributions(build: Build, found: Invocation) -> bool:
    """Whether pip is surely that of the distribution, and nothing allows it more."""
    state = found.command.step.before
    variables = {**state.variables, **found.command.environment}
    if variables.get("PATH", PATH) != PATH or any(name in variables for name in _VARIABLES):
        return False
    before = list(build.commands_before(found.command))
    if any(map(_changes_that, before)) or any(map(_may_change_that, build.copies_before(found.command.step))):
        return False
    return any(word.known in _PACKAGES for each in before for word in each.words)


def _changes_that(command: Command) -> bool:
    text = " ".join(command.argv)
    return command.program in _OTHERS or command.program.endswith(".sh") or any(mark in text for mark in _MARKS)


def _may_change_that(copy: Copy) -> bool:
    """Whether another Python, or a configuration of pip, may have been copied."""
    return copy.origin is not None or (copy.target or "/").startswith(_CONFIGURED)


RULE = Rule(Build, "error", "build", check)
