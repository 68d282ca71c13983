"""`uv sync` may write a new lock while the image is built.

Without `--locked` it resolves anew as soon as `uv.lock` is missing or does not fit `pyproject.toml`, and says nothing: the image holds
versions that nobody has tried, other ones in every build.

Source: https://docs.astral.sh/uv/concepts/projects/sync/ ("Automatic lock and sync"); `UV_LOCKED` and `UV_FROZEN` say the same as the options.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
COPY pyproject.toml uv.lock ./
RUN uv sync --no-dev
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.contents import ABSENT
from pottle.lint.invocations import Invocation
from pottle.lint.locks import file_of, stale_uv, treatment
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_NOT_THAT = ("--script", "--help", "--dry-run", "--upgrade", "-U", "--upgrade-package", "-P")


def check(build: Build) -> Iterator[Finding]:
    """Every `uv sync` that neither insists on the lock nor takes it as it is."""
    for found in build.invocations("uv"):
        if found.action != ("sync",) or found.option(*_NOT_THAT) or found.hides_options or treatment(found) != "open":
            continue
        lock = file_of(build, found, "uv.lock")
        if lock is ABSENT and file_of(build, found, "pyproject.toml") is not ABSENT:
            yield Finding(
                found.span,
                "there is no uv.lock here: `uv sync` takes the newest versions in every build",
                hint="copy uv.lock beside pyproject.toml, and add `--locked`",
            )
        elif lock is not ABSENT:
            yield Finding(
                found.span,
                "`uv sync` writes a new lock where uv.lock does not fit, and installs that",
                _fix(build, found, lock) if isinstance(lock, str) else None,
                hint="run `uv lock`, and add `--locked`",
            )


def _fix(build: Build, found: Invocation, lock: str) -> Fix | None:
    """Only where the lock fits today: it stops the builds in which it no longer does."""
    assert build.project is not None
    at = Span(found.behind_action, found.behind_action)
    fits = stale_uv(build.project.below(posixpath.dirname(lock))) is None
    return Fix("add `--locked`", (Edit(at, " --locked"),)) if fits else None


RULE = Rule(Build, "warning", "reproducibility", check)
