"""Files are copied, and their owner is changed in a layer of its own.

`chown -R` writes every file that it touches again into its layer: what was copied before is in the image twice. `COPY --chown` sets the owner
where the file is written.

Source: https://docs.docker.com/reference/dockerfile/#copy---chown---chmod; layers are OCI changesets, in which a changed file is a whole one.

Quiet in stages that do not reach the image, for directories that nothing was copied to, and where the same owner was given by `--chown` before.

Bad:

```dockerfile
FROM python:3.13-slim
RUN useradd --create-home --uid 10001 app
WORKDIR /app
COPY src src
RUN chown -R app:app /app
USER 10001
```

Good:

```dockerfile
FROM python:3.13-slim
RUN useradd --create-home --uid 10001 app
WORKDIR /app
COPY --chown=app:app src src
USER 10001
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import joined
from pottle.lint.build import Build, Copy
from pottle.lint.commands import Command, Word
from pottle.lint.rule import Finding, Rule

_RECURSIVE = re.compile(r"-[a-zA-Z]*R[a-zA-Z]*|--recursive")


def check(build: Build) -> Iterator[Finding]:
    """Every recursive chown of the image over what was copied before."""
    for command in build.run_commands:
        if command.program != "chown" or not build.in_image(command.step) or command.conditional:
            continue
        options = [word for word in command.words[1:] if word.known.startswith("-")]
        given = [word for word in command.words[1:] if not word.known.startswith("-")]
        if (
            len(given) < 2
            or any(word.known.startswith(("--from", "--reference")) for word in options)
            or not any(_RECURSIVE.fullmatch(word.known) for word in options)
        ):
            continue
        owner, paths = given[0], given[1:]
        all_ = [found for word in paths for found in _copied(build, command, word) if not _owned(found, owner)]
        copied = max(all_, key=lambda found: found.instruction.span.start, default=None)
        if copied is not None:
            line = build.source.position(copied.instruction.span.start).line
            yield Finding(
                command.span,
                f"what line {line} copies is in the image twice: changing its owner writes every file again",
                hint=f"`COPY --chown={owner.known}` on line {line}, behind the instruction that makes the account",
            )


def _copied(build: Build, command: Command, word: Word) -> Iterator[Copy]:
    """The copies that have put something below a path."""
    path = joined(command.step.before.directory, word.text)
    if path is None or any(char in path for char in "*?[") or path == "/":
        return
    before = list(build.before(command.step))
    for copy in build.copies_before(command.step):
        target = copy.target
        if (
            target is not None
            and f"{target}/".startswith(f"{path}/")
            and not copy.inline
            and any(copy.step is each for each in before)
        ):
            yield copy


def _owned(copy: Copy, owner: Word) -> bool:
    """Whether it has the owner already, or one that nobody knows."""
    flag = copy.instruction.flag("chown")
    if flag is None:
        return False
    one, other = (_user(text) for text in (flag.value or "$", owner.known))
    return "$" in one or "$" in other or one == other or one.isdecimal() != other.isdecimal()


def _user(text: str) -> str:
    name = text.partition(":")[0]
    return "0" if name == "root" else name


RULE = Rule(Build, "warning", "size", check)
