"""The package lists are updated in a layer of their own.

That layer is made once and kept. Weeks later the next RUN is changed, installs with the old lists, and asks the mirror for versions that it
has no more: `404 Not Found`. Or it quietly installs what was current then.

Source: https://docs.docker.com/build/building/best-practices/#apt-get ("cache busting").

Quiet where the RUN that installs updates as well, or runs a script that may, and where the lists are mounted.

Bad:

```dockerfile
FROM python:3.13-slim
RUN apt-get update
RUN apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
```

Good:

```dockerfile
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
```
"""

from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build
from pottle.lint.commands import Command
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span


def check(build: Build) -> Iterator[Finding]:
    """Every RUN that installs with the lists of an earlier one."""
    updates = [found.command for found in build.invocations("apt") if found.action == ("update",)]
    told: set[int] = set()
    for found in build.invocations("apt"):
        step = found.command.step
        at = step.instruction.span.start
        if found.action != ("install",) or at in told or not found.arguments or _local(found.arguments[0].known):
            continue
        if any(command.step is step for command in updates) or any(
            mount.kind in ("cache", "bind") for mount in build.mounts(step)
        ):
            continue
        if any(_a_script(command) for command in build.commands(step) if command.span.start < found.command.span.start):
            continue
        before = {id(each) for each in build.before(step)}
        if any(id(command.step) in before for command in updates):
            told.add(at)
            yield Finding(
                found.span,
                "it installs with package lists of another layer, which may be weeks old",
                _fix(step, found.command.span),
            )


def _a_script(command: Command) -> bool:
    """Whether it may update them: `curl … | bash -` adds a repository, and does."""
    return command.path is None or command.program.endswith(".sh") or command.program in ("bash", "sh", "source", ".")


def _local(name: str) -> bool:
    return name.startswith(("/", "./"))


def _fix(step: Step, command: Span) -> Fix | None:
    body = step.instruction.body.place(0) if step.instruction.body.text else None
    if body is None or step.instruction.json or step.instruction.heredocs or body != command.start:
        return None
    return Fix("update in the same RUN", (Edit(Span(body, body), "apt-get update && "),))


RULE = Rule(Build, "warning", "reproducibility", check)
