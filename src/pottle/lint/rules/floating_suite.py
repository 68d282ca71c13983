"""The base's tag does not say which release of the distribution.

`python:3.13-slim` has moved from Debian 12 to 13 in August 2025: packages that `apt-get` installs are gone or have other names
(`openjdk-17-jre`), others are another version, and nobody has changed the Dockerfile. A warning where a package is installed that one release
has: with its version pinned, or in its name (`gcc-12`, `libssl1.1`); an info elsewhere.

Source: docker-library/official-images, library/python; builds that broke that day: wagtail/bakerydemo#552, huggingface/lerobot#1735.

On Alpine it breaks the pins of `apk add name=version`, and nothing is said where there are none.

Quiet for tags with a patch version, which stay where they are once the next patch is out, and for digests.

Bad:

```dockerfile
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jre-headless && rm -rf /var/lib/apt/lists/*
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
RUN apt-get update && apt-get install -y --no-install-recommends openjdk-21-jre-headless && rm -rf /var/lib/apt/lists/*
```
"""

import re
from collections.abc import Iterator

from pottle.dockerfile.stages import Stage
from pottle.lint.build import Build
from pottle.lint.images import ImageName
from pottle.lint.knowledge.bases import PYTHON_SUITE, PYTHON_SUITE_SINCE
from pottle.lint.rule import Edit, Finding, Fix, Rule, Severity

_FLOATS = re.compile(r"(?:latest|3(?:\.\d+)?|slim|3(?:\.\d+)?-slim|alpine|3(?:\.\d+)?-alpine)")
_DISTRIBUTION = re.compile(r"(?:latest|stable|oldstable|testing|rolling|devel|edge)(?:-slim)?")
_OF_A_RELEASE = re.compile(r"=|[a-z]-?\d+\.\d|-\d\d(?:-|$)")
_MINOR = re.compile(r"(\d+)\.(\d+)")


def check(build: Build) -> Iterator[Finding]:
    """Every FROM of an official image that moves with its distribution."""
    for stage in build.stages.stages:
        if stage.parent is not None or stage.base is None or not stage.instruction.words:
            continue
        image = ImageName.parse(stage.base)
        if image.digest is None and _floats(image) and (image.family != "alpine" or _pins_packages(build, stage)):
            shown = f"{image.repository}:{image.tag}" if image.tag else image.repository
            severity: Severity = "warning" if _installs_of_a_release(build, stage) else "info"
            alpine = image.family == "alpine"
            yield Finding(
                stage.instruction.words[0].span,
                f"`{shown}` moves to the next {'Alpine' if alpine else (image.family or '').capitalize()} unasked",
                _fix(stage, image),
                severity,
                hint=f"name the release: `{'python:3.13-alpine3.22' if alpine else 'python:3.13-slim-trixie'}`"
                if image.official == "python"
                else "name the release",
            )


def _floats(image: ImageName) -> bool:
    tag = image.tag or "latest"
    if image.official == "python":
        return _FLOATS.fullmatch(tag) is not None
    return image.official in ("debian", "ubuntu", "alpine") and _DISTRIBUTION.fullmatch(tag) is not None


def _pins_packages(build: Build, stage: Stage) -> bool:
    """Whether `apk add name=version` stands on it: Alpine keeps one version of a package in each release, and drops the others."""
    return any(
        build.stage_of(each.command.step).bottom is stage and any("=" in word.known for word in each.arguments)
        for each in build.invocations("apk")
    )


def _installs_of_a_release(build: Build, stage: Stage) -> bool:
    """Whether a package is installed that another release may not have."""
    return any(
        build.stage_of(each.command.step).bottom is stage
        and {"install", "add"} & set(each.action)
        and any(_OF_A_RELEASE.search(word.known) for word in each.arguments)
        for each in build.invocations("apt", "apk")
    )


def _fix(stage: Stage, image: ImageName) -> Fix | None:
    """What the tag means on the day of the table: the same image."""
    word = stage.instruction.words[0]
    minor = _MINOR.match(image.tag or "")
    if image.official != "python" or image.family != "debian" or "$" in word.text or minor is None:
        return None
    if (int(minor[1]), int(minor[2])) < PYTHON_SUITE_SINCE:
        return None
    return Fix(f"name {PYTHON_SUITE}", (Edit(word.span, f"{image.repository}:{image.tag}-{PYTHON_SUITE}"),))


RULE = Rule(Build, "info", "reproducibility", check, overlaps=("DL3006", "DL3007"))
