"""The image of uv is named without a version.

`ghcr.io/astral-sh/uv:latest` is another uv several times a month: another resolver, other defaults, options that are gone. What
built yesterday may build something else today, or not at all.

Source: https://docs.astral.sh/uv/guides/integration/docker/ ("it's best practice to pin to a specific uv version").

Quiet for digests, and where a build argument without a default decides.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:latest /uv /usr/local/bin/
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
```
"""

import re
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.images import ImageName
from pottle.lint.knowledge.bases import UV
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_VERSION = re.compile(r"v?\d+\.\d+.*")
_EXACT = re.compile(r"==\s*(\d+\.\d+\.\d+)")


def check(build: Build) -> Iterator[Finding]:
    """FROM, `COPY --from` and `--mount=from=`."""
    for reference, span in _references(build):
        image = ImageName.parse(reference)
        if image.is_uv and image.digest is None and not _VERSION.fullmatch(image.tag or ""):
            shown = f"{image.repository}:{image.tag}" if image.tag else image.repository
            yield Finding(
                span,
                f"`{shown}` is another uv several times a month",
                _fix(build, image, span),
                hint="name the version that you have at your desk: `uv --version`",
            )


def _references(build: Build) -> Iterator[tuple[str, Span]]:
    for stage in build.stages.stages:
        if stage.parent is None and stage.base is not None and stage.instruction.words:
            yield stage.base, stage.instruction.words[0].span
    for copy in build.copies:
        flag = copy.instruction.flag("from")
        if copy.origin is not None and flag is not None and build.stages.named(copy.origin) is None:
            yield copy.origin, flag.value_span
    for step in build.steps:
        for mount in build.mounts(step):
            if mount.origin is not None and build.stages.named(mount.origin) is None:
                yield mount.origin, mount.fields["from"].span


def _fix(build: Build, image: ImageName, span: Span) -> Fix | None:
    """The version that the project requires, else that of the day."""
    if "$" in build.source.at(span):
        return None
    required = (
        build.project.pyproject.get("tool", "uv", "required-version")
        if build.project and build.project.pyproject
        else None
    )
    exact = _EXACT.fullmatch(required.strip()) if isinstance(required, str) else None
    if required is not None and exact is None:
        return None
    version = exact[1] if exact is not None else UV
    variant = f"-{image.tag}" if image.tag not in (None, "latest") else ""
    return Fix(f"take uv {version}", (Edit(span, f"{image.repository}:{version}{variant}"),), safe=exact is not None)


RULE = Rule(Build, "warning", "reproducibility", check)
