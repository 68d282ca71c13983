"""The project is installed before its source is there.

`uv sync` and `poetry install` install the project too, not its dependencies alone. Hatchling, uv's own backend, Flit and Poetry's look
for the package, find nothing to build, and the image does not build: `Expected a Python module at: src/shop/__init__.py`.

Source: tried with uv 0.13 and hatchling, uv_build, flit_core, poetry-core (all fail), setuptools and pdm-backend (an empty package); Poetry 2.1
(`No file/folder found for package`), where 1.8 only warns.

Quiet for projects that are no package, and where any module of theirs may be there.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen
COPY . .
RUN uv sync --frozen
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
```

```
# shop/__init__.py
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-project
COPY . .
RUN uv sync --frozen
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
```

```
# shop/__init__.py
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.packaged import Own, own_installs
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_NEEDS_A_MODULE = frozenset({"hatchling.build", "flit_core.buildapi", "poetry.core.masonry.api", "uv_build"})
_OPTION = {"uv": "--no-install-project", "poetry": "--no-root"}


def check(build: Build) -> Iterator[Finding]:
    """Every such install whose backend fails without a module."""
    installs = list(own_installs(build))
    for own in installs:
        if own.backend in _NEEDS_A_MODULE and not _selects_itself(own) and own.lacks_all_sources(build):
            yield Finding(
                own.found.span,
                f"`{own.found.name}` builds the project, whose source is not there: {own.backend} stops",
                _fix(build, own, installs),
                hint="copy the source before",
            )


def _selects_itself(own: Own) -> bool:
    """Hatch with a selection of files of its own builds an empty package."""
    return own.backend.startswith("hatchling") and own.document.get("tool", "hatch", "build") is not None


def _fix(build: Build, own: Own, installs: list[Own]) -> Fix | None:
    """Safe where a later command of the stage installs the project."""
    option = _OPTION.get(own.found.tool) if own.found.action != ("pip", "install") else None
    if option is None:
        return None
    at = Span(own.found.behind_action, own.found.behind_action)
    step = own.found.command.step
    later = any(
        build.stage_of(each.found.command.step) is build.stage_of(step) and each.found.span.start > own.found.span.start
        for each in installs
    )
    return Fix(f"add `{option}`", (Edit(at, f" {option}"),), safe=later)


RULE = Rule(Build, "error", "build", check)
