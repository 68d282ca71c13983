"""The program is started by a shell that keeps standing in its way.

`CMD program` is `/bin/sh -c "program"`. The shell is process 1 and passes no signal on: `docker stop` waits ten seconds and kills, and
nothing is finished, flushed or closed. dash, Debian's `/bin/sh`, stays even before a single command.

Source: Dockerfile reference, "Shell and exec form". Tried: dash 0.5.12 (bookworm, trixie) gives its place to no command; bash 5.2 and
busybox 1.35 (Alpine) give it to the last one.

Quiet on other bases than Debian's and Ubuntu's, where the command begins with `exec`, and where `SHELL` is not `/bin/sh`.

Bad:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD python main.py
```

Good:

```dockerfile
FROM python:3.13-slim
USER 1000
CMD ["python", "main.py"]
```
"""

import json
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span


def check(build: Build) -> Iterator[Finding]:
    """The instruction that starts the image's program."""
    start = build.start(build.final) if build.final is not None else None
    if start is None or start.step.instruction.json or start.step.instruction.body.text.startswith("["):
        return  # what was meant for an array is `malformed-exec-form`'s
    step, found = start.step, build.commands(start.step)
    base = build.base(build.stage_of(step))
    dash = base is not None and base.family in ("debian", "ubuntu") and step.before.shell[0] == "/bin/sh"
    if not dash or found[-1].whole[0].text == "exec":
        return
    yield Finding(
        step.instruction.keyword,
        f"a shell runs this {step.instruction.name} as process 1 and passes no signal on: every stop ends in a kill",
        _fix(build, step, found),
    )


def _fix(build: Build, step: Step, found: tuple[Command, ...]) -> Fix | None:
    command, body = found[-1], step.instruction.body
    # An array would be given what CMD says, which the shell has kept to itself (`command-without-effect` tells that).
    unheard = step.instruction.name == "ENTRYPOINT" and any(
        each.instruction.name == "CMD" for each in build.stage_of(step).all_steps
    )
    if (
        not unheard
        and len(found) == 1
        and _plain(command)
        and body.whole == command.span
        and "\n" not in build.source.at(body.whole)
    ):
        words = json.dumps([word.known for word in command.whole], ensure_ascii=False)
        return Fix("write it as a JSON array", (Edit(body.whole, words),))
    if command.conditional or command.feeds or command.reads or build.script(step).error:
        return None
    if command.environment or command.span.end < body.whole.end:
        return None
    return Fix("begin with `exec`", (Edit(Span(command.span.start, command.span.start), "exec "),))


def _plain(command: Command) -> bool:
    """No shell is needed: every word means itself, nothing is set and nothing redirected."""
    if command.environment or command.redirections:
        return False
    return all(word.text is not None and not any(c in word.raw for c in "*?[~$`") for word in command.whole)


RULE = Rule(Build, "warning", "runtime", check, overlaps=("DL3025", "JSONArgsRecommended"))
