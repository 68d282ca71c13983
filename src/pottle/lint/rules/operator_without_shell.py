"""An operator of the shell stands where no shell reads it.

An instruction in brackets is run as it is: `"||", "exit 1"` are two more arguments of curl, which asks a server called `||`. The probe never
succeeds; of `"a", "&&", "b"` only `a` is run, and complains.

Source: https://docs.docker.com/reference/dockerfile/#exec-form.

Quiet for scripts of `sh -c`, for what stands behind an option (`-d "|"`), and for `find … -exec … ;`.

Bad:

```dockerfile
FROM nginx:1.29
HEALTHCHECK CMD ["curl", "-f", "http://localhost:8000/", "||", "exit 1"]
```

Good:

```dockerfile
FROM nginx:1.29
HEALTHCHECK CMD ["curl", "-f", "http://localhost:8000/"]
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.edits import without
from pottle.lint.operators import only_exits, operator
from pottle.lint.rule import Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every RUN, CMD, ENTRYPOINT and HEALTHCHECK in brackets."""
    for step in build.steps:
        probe = step.instruction.name == "HEALTHCHECK"
        instruction = step.instruction.inner if probe and step.instruction.inner is not None else step.instruction
        if instruction.name not in ("RUN", "CMD", "ENTRYPOINT") or not instruction.json:
            continue
        words = [word.text for word in instruction.words]
        at = operator(words)
        if at is None:
            continue
        gone = instruction.words[at].span.until(instruction.words[-1].span)
        edit = without(build.source, gone, exec_form=True)
        yield Finding(
            instruction.words[at].span,
            f"`{words[at]}` is an argument of {words[0]} here: no shell reads it",
            Fix(f"drop `{' '.join(words[at:])}`: the exit code says it", (edit,))
            if probe and only_exits(words, at)
            else None,
            hint='run a shell: `["sh", "-c", "… && exec …"]`',
        )


RULE = Rule(Build, "error", "runtime", check)
