"""The base's tag does not say which Python.

`python:slim` and `python:3` are another minor version every October. Wheels that do not exist yet, removed modules and changed behaviour
arrive with a build in which nobody has changed anything.

Source: docker-library/docs, python ("Shared Tags"); PEP 602 (a minor version a year).

Bad:

```dockerfile
FROM python:slim
```

Good:

```dockerfile
FROM python:3.13-slim
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build
from pottle.lint.images import ImageName
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_MINOR = re.compile(r"\d+\.\d+")


def check(build: Build) -> Iterator[Finding]:
    """Every FROM of the official image without a minor version."""
    for stage in build.stages.stages:
        if stage.parent is not None or stage.base is None or not stage.instruction.words:
            continue
        image = ImageName.parse(stage.base)
        if image.official != "python" or image.digest is not None or _MINOR.match(image.tag or ""):
            continue
        word = stage.instruction.words[0]
        shown = f"{image.repository}:{image.tag}" if image.tag else image.repository
        yield Finding(
            word.span,
            f"`{shown}` is another Python every year",
            _fix(build, stage, image),
            hint="name the minor version: `python:3.13-slim`",
        )


def _fix(build: Build, stage: Stage, image: ImageName) -> Fix | None:
    """The minor version that the project pins."""
    wishes = build.project.pythons if build.project is not None else ()
    exact = [wish.exact for wish in wishes if wish.exact and wish.standing is None]
    word = stage.instruction.words[0]
    found = _MINOR.match(exact[0]) if exact else None
    if found is None or "$" in word.text:
        return None
    variant = "" if image.tag in (None, "latest", "3") else f"-{(image.tag or '').removeprefix('3-')}"
    at = Span(word.span.start, word.span.end)
    return Fix(f"write `{found[0]}`", (Edit(at, f"{image.repository}:{found[0]}{variant}"),))


RULE = Rule(Build, "warning", "reproducibility", check, overlaps=("DL3006", "DL3007"))
