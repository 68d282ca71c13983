"""Poetry leaves its cache in the image.

Poetry keeps every wheel that it downloads or builds under `~/.cache/pypoetry`. In a layer they are never used again: the distributions are
there twice, once installed and once packed.

Source: https://python-poetry.org/docs/configuration/#cache-dir.

Quiet in stages that do not reach the image, under a cache mount, where the same RUN removes the cache, and where the environment comes from
a stage that has installed it.

Bad:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir poetry==2.2.1
COPY pyproject.toml poetry.lock ./
RUN poetry install --only main --no-root
```

Good:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir poetry==2.2.1
COPY pyproject.toml poetry.lock ./
RUN --mount=type=cache,target=/root/.cache/pypoetry poetry install --only main --no-root
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.caches import directory, mounted, mounting, removed, switched_off
from pottle.lint.installs import installs
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every install of Poetry whose cache stays."""
    for found in build.invocations("poetry"):
        if not installs(found) or not build.in_image(found.command.step) or switched_off(found):
            continue
        if mounted(build, found) or removed(build, found) or _emptied(build, found) or _copied(build, found):
            continue
        edits = mounting(build, found)
        yield Finding(
            found.span,
            "Poetry leaves what it has downloaded in the layer",
            Fix("mount a cache", edits) if edits else None,
            hint="mount a cache, or remove it in the same RUN",
        )


def _emptied(build: Build, found: Invocation) -> bool:
    """Whether the same RUN removes the directory, wherever it is; or whether nobody knows where it is."""
    at = directory(build, found)
    if at is None:
        return True
    return any(
        command.program == "rm"
        and any(at.startswith(word.known.rstrip("/*")) for word in command.words[1:] if "/" in word.known)
        for command in build.commands_after(found.command)
    )


def _copied(build: Build, found: Invocation) -> bool:
    """Whether what it would install may have come from a stage that has installed it."""
    step = found.command.step
    origins = {copy.origin for copy in build.copies_before(step) if copy.origin is not None}
    stages = [build.stages.named(name, step.stage) for name in origins]
    bottoms = {each.index for stage in stages if stage is not None for each in stage.chain}
    return any(each.command.step.stage in bottoms for each in build.invocations("poetry") if installs(each))


RULE = Rule(Build, "warning", "size", check)
