"""Poetry 2 no longer has the option.

`poetry install --no-dev` stops with `The option "--no-dev" does not exist`, and the image does not build. Where no version is pinned,
the file has worked until Poetry 2.0 came out.

Source: Poetry's change log, 2.0.0 (January 2025); tried with 1.8.5 (deprecated) and 2.1.4 (refused).

Quiet where an older Poetry is installed, and where nobody can know which.

Bad:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir poetry==2.1.4
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root --no-dev
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
```

```
# poetry.lock
package = []
```

Good:

```dockerfile
FROM python:3.13-slim
RUN pip install --no-cache-dir poetry==2.1.4
COPY pyproject.toml poetry.lock ./
RUN poetry install --no-root --only main
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
```

```
# poetry.lock
package = []
```
"""

from collections.abc import Iterator, Mapping

from pottle.lint import poetry
from pottle.lint.build import Build
from pottle.lint.edits import without
from pottle.lint.rule import Edit, Finding, Fix, Rule

_REMOVED: Mapping[tuple[str, str], str] = {
    ("install", "--no-dev"): "--only main",
    ("install", "--remove-untracked"): "--sync",
    ("update", "--no-dev"): "--only main",
    ("lock", "--no-update"): "",
}
"""The command and its option → what says the same now; "": it is the default."""


def check(build: Build) -> Iterator[Finding]:
    """Every option that Poetry 2.0 has dropped, where that or a newer one runs."""
    for found in build.invocations("poetry"):
        for option in found.options:
            instead = _REMOVED.get((found.action[0] if found.action else "", option.name))
            if instead is None:
                continue
            installed = poetry.installed(build, found.command)
            if installed is None or not _is_two(installed):
                continue
            edit = Edit(option.span, instead) if instead else without(build.source, option.span)
            what = f"write `{instead}`" if instead else f"drop `{option.name}`"
            unpinned = " (no version is pinned)" if installed.below is None else ""
            message = f"Poetry has no `{found.action[0]} {option.name}` since 2.0{unpinned}"
            yield Finding(option.span, message, Fix(what, (edit,)))


def _is_two(installed: poetry.Poetry) -> bool:
    return installed.below is None or installed.below > (2, 0)


RULE = Rule(Build, "error", "build", check)
