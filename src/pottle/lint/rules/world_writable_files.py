"""Everybody may write what is in the image.

`chmod 777` lets any process of the container replace the code that the next start runs: the user that the program runs as has no less power over
it than root. It is there for want of an owner: `COPY --chown`, or `chown` of the one directory that is written to.

Source: CIS Docker Benchmark 4.8; chmod(1).

Quiet for `/tmp` and for directories with the sticky bit (`1777`), in stages that are not part of the image, and in Dockerfiles
for development.

Bad:

```dockerfile
FROM python:3.13-slim
COPY . /app
RUN chmod -R 777 /app
```

Good:

```dockerfile
FROM python:3.13-slim
COPY . /app
RUN install --directory --owner=10001 /app/uploads
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command, Word
from pottle.lint.edits import instead
from pottle.lint.purposes import is_aside
from pottle.lint.rule import Edit, Finding, Fix, Rule

_OCTAL = re.compile(r"0?[0-7]{2}[2367]")
_SYMBOLIC = re.compile(r"(?:.*,)?(?:[ug]*[ao][ugoa]*)[+=][rwxXst]*w[rwxXst]*(?:,.*)?")
_LONGEST = 100
"""Characters of a mode."""
_EVERYBODYS = re.compile(r"/(?:tmp|var/tmp|dev/shm)(?:/.*)?")


def check(build: Build) -> Iterator[Finding]:
    """`chmod`, and `--chmod` of COPY and ADD."""
    if is_aside(build):
        return
    for command in build.run_commands:
        found = _mode(command) if command.program == "chmod" and build.in_image(command.step) else None
        if found is not None:
            mode, path = found
            yield Finding(mode.span, f"every process of the container may write `{path.known}`", _fix(mode))
    for copy in build.copies:
        flag = copy.instruction.flag("chmod")
        if flag is not None and build.in_image(copy.step) and _OCTAL.fullmatch(flag.value or ""):
            text = _without(flag.value or "")
            yield Finding(
                flag.value_span,
                "every process of the container may write what is copied",
                Fix(f"write `{text}`", (Edit(flag.value_span, text),), safe=False),
            )


def _mode(command: Command) -> tuple[Word, Word] | None:
    """The mode and the path, where it gives everybody what is more than a place for temporary files."""
    words = [word for word in command.words[1:] if not re.fullmatch(r"-[A-Za-z]+|--\w+", word.known)]
    if len(words) < 2 or words[0].text is None:
        return None
    mode, paths = words[0], words[1:]
    if len(mode.raw) > _LONGEST:
        return None
    if not _OCTAL.fullmatch(mode.text or "") and not _SYMBOLIC.fullmatch(mode.text or ""):
        return None
    given = next((path for path in paths if not _EVERYBODYS.fullmatch(path.known)), None)
    return (mode, given) if given is not None else None


def _fix(mode: Word) -> Fix | None:
    if mode.text is None or not _OCTAL.fullmatch(mode.text):
        return None
    text = _without(mode.text)
    return Fix(f"write `{text}`", (instead(mode, text),), safe=False)


def _without(octal: str) -> str:
    """The mode that takes it from the group and from everybody."""
    return octal[:-2] + "".join(str(int(digit) & 5) for digit in octal[-2:])


RULE = Rule(Build, "warning", "security", check)
