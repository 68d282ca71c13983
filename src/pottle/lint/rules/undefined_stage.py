"""What is copied from is no stage above.

A name that no stage above has is taken for an image: `COPY --from=build` where the stage is called `builder` asks Docker Hub for
`docker.io/library/build`, and gets `pull access denied` or whatever somebody has put there.

Source: https://docs.docker.com/reference/dockerfile/#copy---from

Quiet for names that may be meant as images: those with a tag or a path, and those that resemble no stage.

Bad:

```dockerfile
FROM python:3.13-slim-trixie AS builder
RUN python -m venv /opt/venv

FROM python:3.13-slim-trixie
COPY --from=build /opt/venv /opt/venv
```

Good:

```dockerfile
FROM python:3.13-slim-trixie AS builder
RUN python -m venv /opt/venv

FROM python:3.13-slim-trixie
COPY --from=builder /opt/venv /opt/venv
```
"""

import difflib
import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_NAME = re.compile(r"[A-Za-z0-9_-]+")
_OFFICIAL = frozenset(
    [
        "alpine",
        "busybox",
        "buildpack-deps",
        "composer",
        "debian",
        "docker",
        "golang",
        "mysql",
        "nginx",
        "node",
        "postgres",
        "python",
        "redis",
        "rust",
        "ubuntu",
    ]
)
_NEAR = 0.7


def check(build: Build) -> Iterator[Finding]:
    """`COPY --from` and `--mount=from=` with such a name."""
    for name, span, stage in _references(build):
        if not _NAME.fullmatch(name) or build.stages.named(name, stage) is not None:
            continue
        later = build.stages.named(name)
        if later is not None:
            yield Finding(span, f"the stage {name} is not above: nothing can be copied from it yet", hint="move it up")
        elif name.isdecimal():
            yield Finding(span, f"there is no stage {name}")
        elif name.lower() not in _OFFICIAL:
            yield from _near(build, name, span, stage)


def _references(build: Build) -> Iterator[tuple[str, Span, int]]:
    for copy in build.copies:
        flag = copy.instruction.flag("from")
        if copy.origin is not None and flag is not None:
            yield copy.origin, flag.value_span, copy.step.stage
    for step in build.steps:
        for mount in build.mounts(step):
            if mount.origin is not None:
                yield mount.origin, mount.fields["from"].span, step.stage


def _near(build: Build, name: str, span: Span, stage: int) -> Iterator[Finding]:
    """A name that was probably meant."""
    names = [each.name for each in build.stages.stages[:stage] if each.name is not None]
    near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=_NEAR)
    if near:
        fix = Fix(f"write `{near[0]}`", (Edit(span, near[0]),), safe=False) if build.source.at(span) == name else None
        yield Finding(
            span, f"no stage is called {name}: it is taken for an image", fix, hint=f"the stage is called {near[0]}"
        )


RULE = Rule(Build, "error", "build", check, overlaps=("DL3022",))
