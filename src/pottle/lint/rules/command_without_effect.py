"""An instruction that nothing comes of.

Of several CMD, ENTRYPOINT or HEALTHCHECK of a stage the last one counts alone. And an ENTRYPOINT that a shell runs takes no arguments: what
CMD and `docker run IMAGE …` say goes to the shell, which does nothing with it.

Source: Dockerfile reference, "CMD": "If you list more than one CMD, only the last one takes effect"; "ENTRYPOINT", table "Understand how CMD and
ENTRYPOINT interact".

Quiet where the shell's command names its arguments (`$@`, `$1`).

Bad:

```dockerfile
FROM python:3.13-slim
ENTRYPOINT exec python -m shop
CMD ["serve"]
```

Good:

```dockerfile
FROM python:3.13-slim
ENTRYPOINT ["python", "-m", "shop"]
CMD ["serve"]
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage, Step
from pottle.lint.build import Build
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_ONCE = ("CMD", "ENTRYPOINT", "HEALTHCHECK")
_ARGUMENTS = re.compile(r"\$[@*#0-9]|\$\{[@*#0-9]")


def check(build: Build) -> Iterator[Finding]:
    """Every stage for itself."""
    for stage in build.stages.stages:
        for name in _ONCE:
            steps = [step for step in stage.steps if step.instruction.name == name]
            for step in steps[:-1]:
                line = build.source.position(steps[-1].instruction.span.start).line
                yield Finding(
                    step.instruction.keyword,
                    f"this {name} has no effect: that of line {line} takes its place",
                    _fix(build, step),
                )
        yield from _unheard(stage)


def _unheard(stage: Stage) -> Iterator[Finding]:
    """CMD behind an ENTRYPOINT that a shell runs."""
    last = {step.instruction.name: step for step in stage.steps}
    entry, command = last.get("ENTRYPOINT"), last.get("CMD")
    if entry is None or command is None or entry.instruction.json or entry.instruction.body.text.startswith("["):
        return
    if not _ARGUMENTS.search(entry.instruction.body.text):
        yield Finding(
            command.instruction.keyword,
            "this CMD has no effect: the shell that runs ENTRYPOINT does not hand it on",
            hint='write ENTRYPOINT as a JSON array: `ENTRYPOINT ["program", "…"]`',
        )


def _fix(build: Build, step: Step) -> Fix | None:
    instruction = step.instruction
    if instruction.comments or instruction.heredocs:
        return None
    source = build.source
    first = source.line_span(source.position(instruction.span.start).line)
    last = source.line_span(source.position(instruction.span.end).line)
    around = Span(first.start, last.end)
    if source.at(around).strip() != source.at(instruction.span).strip():
        return None
    return Fix("drop it", (Edit(around, ""),))


RULE = Rule(
    Build, "warning", "runtime", check, overlaps=("DL4003", "DL4004", "DL3012", "MultipleInstructionsDisallowed")
)
