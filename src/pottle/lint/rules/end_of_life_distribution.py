"""The base's distribution gets no more security fixes.

Whatever `apt-get upgrade` or `apk upgrade` could bring has been brought: holes in libc, OpenSSL or zlib stay open, however new the
Python on top is. The official images of such a release are not rebuilt, and its packages move from the mirrors to an archive.

Source: https://wiki.debian.org/LTS (the end of LTS counts), https://wiki.ubuntu.com/Releases (standard support), https://alpinelinux.org/releases/;
state of 2026-11.

A stage that is not part of the image is an info. Quiet where the tag does not say the release.

Bad:

```dockerfile
FROM python:3.12-slim-bullseye
```

Good:

```dockerfile
FROM python:3.12-slim-trixie
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.images import ImageName
from pottle.lint.knowledge.end_of_life import DISTRIBUTIONS, STATE
from pottle.lint.rule import Finding, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every FROM whose release has ended by the day on which the table was made."""
    kept = {stage.index for stage in build.final.chain} if build.final is not None else set()
    for stage in build.stages.stages:
        if stage.parent is not None or stage.base is None or not stage.instruction.words:
            continue
        name, ended = DISTRIBUTIONS.get(ImageName.parse(stage.base).suite or "", ("", STATE))
        if ended < STATE:
            yield Finding(
                stage.instruction.words[0].span,
                f"{name} has had no security fixes since {ended:%Y-%m}",
                severity=None if stage.index in kept else "info",
            )


RULE = Rule(Build, "warning", "security", check)
