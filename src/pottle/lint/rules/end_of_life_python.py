"""The base's Python gets no more security fixes.

Its last release is final: holes that are found from then on stay open, and new versions of distributions no longer support it. The
official image of such a version is not rebuilt any more either, so that its Debian packages grow old with it.

Source: https://devguide.python.org/versions/ (state of 2026-11).

Bad:

```dockerfile
FROM python:3.8-slim
```

Good:

```dockerfile
FROM python:3.13-slim
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.images import ImageName
from pottle.lint.knowledge.end_of_life import PYTHON, STATE
from pottle.lint.rule import Finding, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every FROM whose Python has ended by the day on which the table was made: a build is judged alike on every day."""
    for stage in build.stages.stages:
        if stage.parent is not None or stage.base is None or not stage.instruction.words:
            continue
        python = ImageName.parse(stage.base).python
        minor = ".".join((python or "").split(".")[:2])
        ended = PYTHON.get(minor)
        if ended is not None and ended < STATE:
            yield Finding(
                stage.instruction.words[0].span, f"Python {minor} has had no security fixes since {ended:%Y-%m}"
            )


RULE = Rule(Build, "warning", "security", check)
