"""Poetry has no `export` of its own any more.

Since 2.0 `poetry export` is a plugin that has to be installed: `The requested command export does not exist`, and the image does not build.

Source: Poetry's change log, 2.0.0 (January 2025); tried with 1.8.5, which brings the plugin, and 2.1.4.

Quiet where poetry-plugin-export is named anywhere before, where a list is installed that may hold it, and where an older Poetry is installed.

Bad:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir poetry==2.1.4
COPY pyproject.toml poetry.lock ./
RUN poetry export --output requirements.txt
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
```

Good:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir poetry==2.1.4 poetry-plugin-export==1.9.0
COPY pyproject.toml poetry.lock ./
RUN poetry export --output requirements.txt
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
```
"""

from collections.abc import Iterator

from pottle.lint import poetry
from pottle.lint.build import Build
from pottle.lint.edits import behind
from pottle.lint.rule import Finding, Fix, Rule

_PLUGIN = "1.9.0"
"""The first for Poetry 2 (January 2025)."""


def check(build: Build) -> Iterator[Finding]:
    """Every `poetry export` where Poetry 2.0 or a newer one runs alone."""
    for found in build.invocations("poetry"):
        if found.action != ("export",) or found.command.tolerated or poetry.has_plugin(build, found.command):
            continue
        installed = poetry.installed(build, found.command)
        if installed is None or (installed.below is not None and installed.below <= (2, 0)):
            continue
        unpinned = " (no version is pinned)" if installed.below is None else ""
        word = installed.word
        fix = (
            Fix("install it beside Poetry", (behind(word, f"poetry-plugin-export=={_PLUGIN}"),), safe=False)
            if word
            else None
        )
        yield Finding(
            found.span,
            f"Poetry has no `export` since 2.0{unpinned} without poetry-plugin-export",
            fix,
            hint="install poetry-plugin-export too",
        )


RULE = Rule(Build, "error", "build", check)
