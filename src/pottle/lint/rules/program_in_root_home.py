"""What the program needs lies in root's home directory, and the program is not root.

`/root` has the mode 0700 in the images of Debian, Ubuntu and Alpine: nobody else can even pass through it. A Python that uv has installed below
`/root/.local/share/uv`, or what `pip install --user` has left in `/root/.local`, answers `Permission denied` to any other user.

Source: https://docs.astral.sh/uv/reference/storage/#python-versions; mode of `/root` as base-files (Debian, Ubuntu) and
alpine-baselayout have it; seen in python:3.13-slim and debian:trixie-slim.

Quiet with `UV_PYTHON_INSTALL_DIR`, where the mode of `/root` is changed, and where the base may have a Python that serves.

Bad:

```dockerfile
FROM debian:trixie-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 10001
CMD [".venv/bin/python", "main.py"]
```

Good:

```dockerfile
FROM debian:trixie-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.0 /uv /usr/local/bin/
ENV UV_PYTHON_INSTALL_DIR=/opt/python
WORKDIR /app
COPY . .
RUN uv sync --locked --no-dev
USER 10001
CMD [".venv/bin/python", "main.py"]
```
"""

from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build
from pottle.lint.edits import line_before
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Finding, Fix, Rule

_HOME = "/root/"
_BRINGS_PYTHON = ("sync", "venv", "run")
_NOT_THERE = ("UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME", "HOME")
_OWN_PYTHON = ("UV_PYTHON_DOWNLOADS", "UV_NO_MANAGED_PYTHON", "UV_PYTHON_PREFERENCE", "UV_PYTHON", "VIRTUAL_ENV")
_OWN_PYTHON_OPTIONS = ("--no-managed-python", "--no-python-downloads", "--python-preference", "--python", "-p")


def check(build: Build) -> Iterator[Finding]:
    """The last stage, where it ends as somebody else than root."""
    stage = build.final
    if stage is None or stage.after.user in (None, "root", "0") or _opened(build, stage):
        return
    user = stage.after.user
    python = next((each for each in build.invocations("uv") if _in_home(build, stage, each)), None)
    if python is not None:
        line = line_before(build.source, python.command.step, "ENV UV_PYTHON_INSTALL_DIR=/opt/python")
        yield Finding(
            python.span,
            f"uv installs Python below /root, where `{user}` cannot run it",
            Fix("install it in /opt/python", (line,), safe=False),
        )
    for copy in build.copies:
        if build.in_image(copy.step) and copy.origin is not None and copy.destination is not None:
            target = copy.target or ""
            if target == "/root/.local" or target.startswith("/root/.local/"):
                yield Finding(copy.destination.span, f"`{user}` cannot read what lies below /root, nor run it")
    start = build.start(stage)
    if start is not None and (start.command.path or "").startswith(_HOME):
        yield Finding(start.command.words[0].span, f"`{user}` cannot run what lies below /root")


def _opened(build: Build, stage: Stage) -> bool:
    """Whether somebody changes who may pass through `/root`."""
    return any(
        command.program in ("chmod", "chown", "setfacl", "mv", "ln")
        and any(f"{word.known}/".startswith(_HOME) for word in command.words)
        for step in stage.all_steps
        if step.instruction.name == "RUN"
        for command in build.commands(step)
    )


def _in_home(build: Build, stage: Stage, found: Invocation) -> bool:
    """Whether uv, as root, brings a Python into root's home."""
    step = found.command.step
    if not build.in_image(step) or step.before.user not in (None, "root", "0") or found.command.conditional:
        return False
    scope = {**step.before.variables, **found.command.environment}
    if any(name in scope for name in _NOT_THERE):
        return False
    base = build.base(stage)
    if base is None or base.family is None:
        return False
    if found.action == ("python", "install"):
        return not found.option("--install-dir", "-i", "--help")
    if found.action[:1] == () or found.action[0] not in _BRINGS_PYTHON or found.option(*_OWN_PYTHON_OPTIONS):
        return False
    return not any(name in scope for name in _OWN_PYTHON) and _without_python(build, stage, found)


def _without_python(build: Build, stage: Stage, found: Invocation) -> bool:
    """Whether there is no Python in the stage but the one that uv brings."""
    base = build.base(stage)
    if base is None or base.python_image or not (base.official in ("debian", "ubuntu", "alpine") or base.is_uv):
        return False
    if base.tag is None and base.is_uv:
        return False
    for step in stage.all_steps:
        copy = build.copy(step)
        if (
            copy is not None
            and copy.origin is not None
            and not _is_uv_alone(copy.sources[0].known if copy.sources else "")
        ):
            return False
    others = [each for each in build.commands_before(found.command) if each.program != "uv"]
    return not any("python" in word.known or word.text is None for each in others for word in each.words)


def _is_uv_alone(path: str) -> bool:
    return path.rpartition("/")[2] in ("uv", "uvx")


RULE = Rule(Build, "error", "runtime", check)
