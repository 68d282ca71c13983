"""A RUN changes its own shell alone.

Each RUN has a shell of its own: what `cd`, `export` and `activate` have done ends with it. The next instruction runs in the old directory, with
the old environment; `pip install` after a `RUN . venv/bin/activate` installs beside the environment.

Source: https://docs.docker.com/reference/dockerfile/#run; WORKDIR and ENV are what lasts.

Quiet where the same RUN goes on with anything else.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
RUN python -m venv /opt/venv
RUN . /opt/venv/bin/activate
RUN pip install --no-cache-dir flask==3.1.0
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
RUN pip install --no-cache-dir flask==3.1.0
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.contents import directory_of
from pottle.lint.rule import Edit, Finding, Fix, Rule

_SAFE = re.compile(r"[\w./:@%+=,-]+")


def check(build: Build) -> Iterator[Finding]:
    """Every RUN of nothing but such commands."""
    for step in build.steps:
        commands = build.commands(step) if step.instruction.name == "RUN" else ()
        if commands and build.script(step).error is None and all(map(_ends_with_the_shell, commands)):
            named = " and ".join(dict.fromkeys(f"`{_shown(each)}`" for each in commands))
            yield Finding(
                commands[0].span.until(commands[-1].span),
                f"{named} ends with this RUN: nothing after it sees that",
                _fix(build, step, commands),
                hint="ENV and WORKDIR last",
            )


def _ends_with_the_shell(command: Command) -> bool:
    if (
        command.redirections
        or command.feeds
        or command.reads
        or not command.words
        or len(command.words) != len(command.whole)
    ):
        return False
    if command.program in ("cd", "export", "alias", "ulimit", "umask", "set"):
        return len(command.words) > 1
    return _activates(command)


def _activates(command: Command) -> bool:
    script = command.words[1].known if len(command.words) == 2 else ""
    return (command.program in (".", "source") and posixpath.basename(script) == "activate") or (
        command.program in ("conda", "mamba", "micromamba") and command.argv[1:2] == ("activate",)
    )


def _shown(command: Command) -> str:
    return command.program if command.program not in (".", "source", "conda", "mamba", "micromamba") else "activate"


def _fix(build: Build, step: Step, commands: tuple[Command, ...]) -> Fix | None:
    """The instruction that lasts, for one command whose words are known."""
    command = commands[0]
    text = command.words[1].text if len(command.words) == 2 else None
    if (
        len(commands) != 1
        or text is None
        or not _SAFE.fullmatch(text)
        or step.instruction.flags
        or step.instruction.comments
    ):
        return None
    if command.program == "cd":
        return _instead(step, f"WORKDIR {text}")
    if command.program == "export" and re.fullmatch(r"[A-Za-z_]\w*=.+", text):
        return _instead(step, f"ENV {text}")
    if command.program in (".", "source"):
        where = posixpath.join(directory_of(build, command) or "", posixpath.dirname(text))
        return _instead(step, f"ENV PATH={posixpath.normpath(where)}:$PATH") if where.startswith("/") else None
    return None


def _instead(step: Step, line: str) -> Fix:
    return Fix(f"write `{line}`", (Edit(step.instruction.span, line),), safe=False)


RULE = Rule(Build, "warning", "build", check)
