"""Something is removed that an earlier layer holds.

A layer only hides what is below it: the files are in the image still, are pulled with it, and can be read. What is needed for a moment is
mounted (`RUN --mount=type=bind`), or made and removed in one RUN.

Source: OCI image specification, "Layer Filesystem Changeset" (whiteouts); https://docs.docker.com/reference/dockerfile/#run---mount.

Quiet in stages that do not reach the image, and for single files that cost nothing.

Bad:

```dockerfile
FROM python:3.13-slim AS builder
COPY requirements.txt .
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.13-slim
COPY --from=builder /wheels /wheels
RUN pip install --no-cache-dir --no-index /wheels/* && rm -rf /wheels
```

Good:

```dockerfile
FROM python:3.13-slim AS builder
COPY requirements.txt .
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.13-slim
RUN --mount=type=bind,from=builder,source=/wheels,target=/wheels pip install --no-cache-dir --no-index /wheels/*
```
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from pottle.dockerfile.stages import Step, joined
from pottle.lint.build import Build, Copy
from pottle.lint.commands import Command
from pottle.lint.rule import Finding, Rule

_LARGE = re.compile(r".*\.(?:whl|tar|tgz|tbz|txz|gz|bz2|xz|zst|zip|deb|rpm|apk|run|iso|jar|exe)")
_TEXT = re.compile(r".*\.(?:txt|in|toml|lock|md|cfg|ini|py|sh|ya?ml|json|patch|conf)")
"""Of no weight, also where `-r` removes it."""
_LISTS = "/var/lib/apt/lists"


def check(build: Build) -> Iterator[Finding]:
    """Every rm and every purge of the image whose victim lies in another layer."""
    for command in build.run_commands:
        if not build.in_image(command.step):
            continue
        if command.program == "rm":
            *_, copy = (None, *_copied(build, command))
            if copy is not None:
                line = build.source.position(copy.instruction.span.start).line
                yield Finding(
                    command.span,
                    f"it stays in the image: line {line} has copied it in a layer of its own",
                    hint="mount it for the RUN that needs it: `RUN --mount=type=bind,…`",
                )
        what = _tidied(command)
        if what is not None and _of_another(build, command.step):
            yield Finding(
                command.span,
                f"{what} stay in the image: an earlier layer holds them",
                hint="remove them in the RUN that makes them",
            )


def _copied(build: Build, command: Command) -> Iterator[Copy]:
    """What was copied and is removed as a whole."""
    recursive = any(re.fullmatch(r"-[a-zA-Z]*[rR][a-zA-Z]*|--recursive", word.known) for word in command.words)
    for word in command.words[1:]:
        path = joined(command.step.before.directory, word.text)
        whole = path is not None and path not in ("/", command.step.before.directory)
        if path is None or not whole or word.known.startswith("-"):
            continue
        path = path.removesuffix("/*")
        if not any(char in path for char in "*?[") and (
            _LARGE.fullmatch(path) or (recursive and not _TEXT.fullmatch(path))
        ):
            yield from (copy for copy in build.copies_before(command.step) if _is(copy, path))


def _is(copy: Copy, path: str) -> bool:
    target = copy.target
    if target is None or copy.inline:
        return False
    if f"{target}/".startswith(f"{path}/"):
        return True
    names = [posixpath.basename((word.text or "").rstrip("/")) for word in copy.sources]
    return copy.into_directory and any(
        name and "*" not in name and posixpath.join(target, name) == path for name in names
    )


def _tidied(command: Command) -> str | None:
    """What a command that only tidies up removes."""
    argv = command.argv
    if command.program == "rm" and any(word.rstrip("/*") in (_LISTS, "/var/lib/apt") for word in argv[1:]):
        return "the package lists"
    if command.program in ("apt-get", "apt") and any(
        action in argv[1:] for action in ("purge", "remove", "autoremove")
    ):
        return "the packages"
    if command.program == "apk" and "del" in argv[1:]:
        return "the packages"
    return None


def _of_another(build: Build, step: Step) -> bool:
    """Whether the RUN does nothing but tidy up, and an earlier one of this file has used the package manager."""
    own = build.commands(step)
    if not all(map(_only_tidies, own)) or build.script(step).error is not None or build.mounts(step):
        return False
    before = [
        command for each in build.before(step) if each.instruction.name == "RUN" for command in build.commands(each)
    ]
    return any(_installs(command.program, command.argv) for command in before)


def _only_tidies(command: Command) -> bool:
    argv = command.argv
    if command.program in ("apt-get", "apt"):
        return any(action in argv[1:] for action in ("purge", "remove", "autoremove", "clean", "autoclean"))
    return command.program in ("rm", "set", "echo", "true") or (command.program == "apk" and "del" in argv[1:])


def _installs(program: str, argv: Sequence[str]) -> bool:
    return program in ("apt-get", "apt", "apk", "aptitude") and any(
        each in argv[1:] for each in ("install", "update", "add")
    )


RULE = Rule(Build, "warning", "size", check)
