"""A secret in a variable stays in the image.

What `ENV` sets is in the image's configuration, and the value of a build argument is in its history as soon as a RUN has seen it: `docker inspect`
and `docker history` show both to whoever can pull the image. A later `ENV NAME=` takes nothing back.

Source: https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/; https://docs.docker.com/build/building/secrets/.

Names tell what a secret is: they end in PASSWORD, TOKEN, SECRET, API_KEY, SECRET_KEY and the like. Quiet for `…_FILE`, for a value that is
empty, a path, or only stands in for one (`changeme`, `dummy`), and for an argument that no RUN sees. A stage that is not part of the image
is a warning: its history stays in the cache and in the provenance.

Bad:

```dockerfile
FROM python:3.13-slim
ARG INDEX_PASSWORD
RUN pip config set global.index-url "https://ci:${INDEX_PASSWORD}@index.example/simple"
```

Good:

```dockerfile
FROM python:3.13-slim
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf pip install --no-cache-dir shop
```
"""

from collections.abc import Iterator

from pottle.dockerfile.expansion import resolved
from pottle.dockerfile.model import Pair
from pottle.dockerfile.stages import Stage, Step
from pottle.lint.build import Build
from pottle.lint.rule import Finding, Rule, Severity
from pottle.lint.secrets import as_mount, is_real, is_secret_name, mounted_as

_HINT = "use a secret mount while building, and the environment of the container while running"


def check(build: Build) -> Iterator[Finding]:
    """Every ENV and ARG."""
    for step in build.steps:
        for pair in step.instruction.pairs if step.instruction.name in ("ENV", "ARG") else ():
            if is_secret_name(pair.name):
                yield from (
                    _environment(build, step, pair) if step.instruction.name == "ENV" else _argument(build, step, pair)
                )


def _environment(build: Build, step: Step, pair: Pair) -> Iterator[Finding]:
    value = pair.value or ""
    severity: Severity = "error" if build.in_image(step) else "warning"
    named = [name for name in step.before.arguments if f"${name}" in value or f"${{{name}" in value]
    if any(step.before.arguments[name] in (None, "") or is_real(step.before.arguments[name] or "") for name in named):
        yield Finding(
            pair.name_span,
            f"the value of {named[0]} stays in the image's configuration as {pair.name}",
            severity=severity,
            hint=_HINT,
        )
    elif not named and is_real(resolved(value, step.before.variables) or ""):
        yield Finding(
            pair.value_span,
            f"the value of {pair.name} is in the image for everybody who can pull it",
            severity=severity,
            hint=_HINT,
            secret=True,
        )


def _argument(build: Build, step: Step, pair: Pair) -> Iterator[Finding]:
    if pair.value is not None:
        if is_real(resolved(pair.value, step.before.variables) or ""):
            yield Finding(
                pair.value_span,
                f"the value of {pair.name} stays in the image's history, and in this file",
                severity="error" if build.in_image(step) else "warning",
                hint=_HINT,
                secret=True,
            )
        if pair.value.strip("'\""):
            return
    stage = build.stage_of(step)
    seen = [
        each
        for each in stage.steps
        if each.instruction.name == "RUN"
        and each.instruction.span.start > step.instruction.span.start
        and not mounted_as(build, each, pair.name)
    ]
    if any(f"${pair.name}" in text or f"${{{pair.name}" in text for text in _environments(stage)):
        return  # what ENV does with it is told, and worse
    users = [each for each in seen if pair.name in build.source.at(each.instruction.whole)]
    if seen:
        yield Finding(
            pair.name_span,
            f"the value of the build argument {pair.name} stays in the image's history",
            as_mount(build, users[0], pair.name) if len(users) == 1 else None,
            severity="error" if build.in_image(step) else "warning",
            hint=_HINT,
        )


def _environments(stage: Stage) -> Iterator[str]:
    """The values of the variables with names of secrets."""
    for each in stage.steps:
        if each.instruction.name == "ENV":
            yield from (pair.value or "" for pair in each.instruction.pairs if is_secret_name(pair.name))


RULE = Rule(Build, "error", "security", check, overlaps=("DL3064", "SecretsUsedInArgOrEnv"))
