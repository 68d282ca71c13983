"""The shell does not know `source`.

`source` is a word of bash. RUN is read by `/bin/sh`, which is dash on Debian and Ubuntu: `/bin/sh: 1: source: not found`, and the image does
not build. The portable word is a dot.

Source: POSIX.1-2024, "Shell Command Language", special built-in `dot`; dash(1).

Quiet on Alpine, whose shell knows it, and where SHELL, a here-document or the command itself names another shell.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
RUN python -m venv /opt/venv && source /opt/venv/bin/activate && pip install --no-cache-dir flask==3.1.0
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN python -m venv /opt/venv && . /opt/venv/bin/activate && pip install --no-cache-dir flask==3.1.0
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.rule import Edit, Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every `source` that dash reads."""
    for command in build.run_commands:
        if (
            command.program != "source"
            or not command.in_shell
            or command.words[0].text != "source"
            or command.tolerated
        ):
            continue
        image = build.base(build.stage_of(command.step))
        shell = command.step.before.shell
        plain = bool(shell) and posixpath.basename(shell[0]) == "sh"
        if image is None or image.family not in ("debian", "ubuntu") or not plain or _other_shell(build, command):
            continue
        file = command.words[1].known if len(command.words) > 1 else ""
        fix = Fix("write `.`", (Edit(command.words[0].span, "."),)) if "/" in file else None
        yield Finding(
            command.words[0].span, "`source` is not found: /bin/sh is dash here", fix, hint="write `. ./FILE`"
        )


def _other_shell(build: Build, command: Command) -> bool:
    """Whether the script may be read by another shell, or /bin/sh be another one."""
    text = build.source.at(command.step.instruction.whole)
    linked = any("/bin/sh" in word.known for each in build.commands_before(command) for word in each.words)
    return "bash" in text or "zsh" in text or "#!" in text or linked


RULE = Rule(Build, "error", "build", check)
