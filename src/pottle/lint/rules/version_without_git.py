"""The project's version is in git, and git is not there when the project is built.

setuptools-scm, hatch-vcs and their like ask the repository for the version: without `.git` the build stops with `unable to detect version`.
`.dockerignore` leaves `.git` out in most projects, and should: the version is given to the build instead.

Source: setuptools-scm's documentation, "Usage from Docker"; seen in builds of many projects.

Quiet where a fallback is configured, where the version's variable is set, and where the directory is no checkout.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir .
```

```
# pyproject.toml
[project]
name = "shop"
dynamic = ["version"]

[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"

[tool.hatch.version]
source = "vcs"
```

```
# shop/__init__.py
```

```
# .git/HEAD
ref: refs/heads/main
```

```dockerignore
.git
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY . .
ARG SETUPTOOLS_SCM_PRETEND_VERSION=0.0.0
RUN pip install --no-cache-dir .
```

```
# pyproject.toml
[project]
name = "shop"
dynamic = ["version"]

[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"

[tool.hatch.version]
source = "vcs"
```

```
# shop/__init__.py
```

```
# .git/HEAD
ref: refs/heads/main
```

```dockerignore
.git
```
"""

import re
from collections.abc import Iterator, Mapping

from pottle.lint.build import Build
from pottle.lint.contents import ABSENT, file_at, upwards
from pottle.lint.edits import line_before
from pottle.lint.packaged import Own, own_installs
from pottle.lint.rule import Finding, Fix, Rule

_MAY_BE = re.compile(r"scm|vcs|versioningit|\bpbr\b|dynamic-versioning|git-versioning")
_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "setuptools-scm": ("SETUPTOOLS_SCM_PRETEND_VERSION",),
    "hatch-vcs": ("SETUPTOOLS_SCM_PRETEND_VERSION",),
    "pdm-backend": ("PDM_BUILD_SCM_VERSION",),
    "uv-dynamic-versioning": ("UV_DYNAMIC_VERSIONING_BYPASS",),
    "pbr": ("PBR_VERSION",),
    "versioningit": (),
}
"""Tools that stop where there is no checkout → the variables that say the version in its place."""


def check(build: Build) -> Iterator[Finding]:
    """The first install of such a project in each stage."""
    if build.project is None or not build.project.has(".git"):
        return
    told: set[int] = set()
    for own in own_installs(build):
        step = own.found.command.step
        if step.stage in told or not _may_be(own) or own.lacks_all_sources(build):
            continue
        tool = _tool(own)
        if tool is None or _is_given(own, tool) or _has_checkout(build, own):
            continue
        told.add(step.stage)
        variable = next(iter(_VARIABLES[tool]), None)
        edit = line_before(build.source, step, f"ARG {variable}=0.0.0")
        yield Finding(
            own.found.span,
            f"{tool} takes the version from git, and .git is not there: the build stops",
            Fix(f"declare {variable}", (edit,), safe=False) if variable is not None else None,
            hint="give the version to the build",
        )


def _may_be(own: Own) -> bool:
    """A cheap look: the detector of the project room costs imports."""
    return any(_MAY_BE.search(own.project.text(path) or "") for path in ("pyproject.toml", "setup.py", "setup.cfg"))


def _tool(own: Own) -> str | None:
    """The tool, where it has no fallback."""
    from pottle.project.detectors import versioning
    from pottle.project.survey import Survey

    found = next(iter(versioning.detect(Survey(own.project.tree))), None)
    return found.tool if found is not None and found.fallback is None and found.tool in _VARIABLES else None


def _is_given(own: Own, tool: str) -> bool:
    variables = {**own.found.command.step.before.variables, **own.found.command.environment}
    prefixes = (*_VARIABLES[tool], "SETUPTOOLS_SCM")
    return any(name.startswith(prefixes) for name in variables)


def _has_checkout(build: Build, own: Own) -> bool:
    """Whether `.git` may lie beside the project, or above it."""
    found = [file_at(build, own.found.command, path) for path in upwards(own.directory, ".git/HEAD")]
    return any(each is not ABSENT for each in found)


RULE = Rule(Build, "error", "build", check)
