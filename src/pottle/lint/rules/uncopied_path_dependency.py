"""A dependency of the project is a directory beside it, which is not in the image.

The lock, or the list, names another project of the repository by its path (`{ path = "lib" }`, a member of a workspace, `-e ./lib`). It is
built from there, nothing lies there, and the image does not build: `Distribution not found at: file:///app/lib`.

Source: https://docs.astral.sh/uv/concepts/projects/workspaces/; tried with uv 0.13 and pip 25.3.

Quiet where such projects are left out (`--no-install-workspace`, `--no-install-local`, `--no-install-package`), for development groups, and
for those that are needed on some platforms alone.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
dependencies = ["lib"]

[tool.uv.sources]
lib = { path = "lib" }
```

```
# lib/pyproject.toml
[project]
name = "lib"
version = "1.0"
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "lib"
version = "1.0"
source = { directory = "lib" }

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "lib" }]

[package.metadata]
requires-dist = [{ name = "lib", directory = "lib" }]
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
WORKDIR /app
COPY pyproject.toml uv.lock ./
COPY lib lib
RUN uv sync --frozen --no-dev --no-install-project
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.12"
dependencies = ["lib"]

[tool.uv.sources]
lib = { path = "lib" }
```

```
# lib/pyproject.toml
[project]
name = "lib"
version = "1.0"
```

```
# uv.lock
version = 1
requires-python = ">=3.12"

[[package]]
name = "lib"
version = "1.0"
source = { directory = "lib" }

[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
dependencies = [{ name = "lib" }]

[package.metadata]
requires-dist = [{ name = "lib", directory = "lib" }]
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.dockerfile.stages import joined
from pottle.lint.build import Build
from pottle.lint.contents import ABSENT, directory_of, file_at, first_of, upwards
from pottle.lint.invocations import Invocation
from pottle.lint.locks import beside, directory
from pottle.lint.project import Project
from pottle.lint.rule import Finding, Rule
from pottle.toml import Document

_LEFT_OUT = (
    "--no-install-workspace", "--no-install-local", "--no-install-package", "--package", "--all-packages", "--only-group",
    "--only-dev", "--script", "--help", "--dry-run", "--only-install-project", "--only-install-workspace",
)  # fmt: skip
_LISTED = re.compile(
    r"(?:-e\s+|--editable[ =])?(?:file:)?(\.{1,2}(?:/[\w./-]*)?|[\w-]+/[\w./-]*)(?:\[[\w,-]+\])?\s*(?:[;#].*)?"
)
_FILES = ("pyproject.toml", "setup.py")


def check(build: Build) -> Iterator[Finding]:
    """Every install from a lock or a list that leads to a directory that is not there."""
    project = build.project
    if project is None:
        return
    for found in build.invocations("uv", "pip"):
        if found.hides_options or found.command.tolerated:
            continue
        if found.tool == "uv" and found.action == ("sync",) and not found.option(*_LEFT_OUT):
            yield from _of_lock(build, project, found)
        elif found.action in (("install",), ("pip", "install"), ("pip", "sync"), ("wheel",)):
            yield from _of_lists(build, project, found)


def _of_lock(build: Build, project: Project, found: Invocation) -> Iterator[Finding]:
    for path in upwards(directory(build, found), "uv.lock"):
        place = file_at(build, found.command, path) if path is not None else None
        if place is ABSENT:
            continue
        document = project.toml(place) if isinstance(place, str) else None
        if document is None or path is None or found.command.step.before.variables.get("UV_NO_INSTALL_WORKSPACE"):
            return
        missing = [
            (name, where, inside)
            for name, where in _needed(document)
            if project.has(beside(str(place), where))
            and _is_absent(build, found, inside := posixpath.normpath(posixpath.join(posixpath.dirname(path), where)))
        ]
        if missing:
            name, where, inside = missing[0]
            more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
            yield Finding(
                found.span,
                f"{place} takes {name} from {where}{more}, and nothing lies in {inside}: `uv sync` stops",
                hint=f"copy {where} before, or add `--no-install-local`",
            )
        return


def _needed(lock: Document) -> Iterator[tuple[str, str]]:
    """What the project itself needs from directories beside it, whatever the platform."""
    packages = {str(each.get("name")): each for each in lock.get("package") or []}
    root = next((name for name, each in packages.items() if _directory(each) == "."), None)
    seen, pending = set(), [root] if root is not None else []
    while pending:
        name = pending.pop()
        for edge in packages.get(name, {}).get("dependencies", ()):
            needed = str(edge.get("name"))
            if needed in seen or "marker" in edge or needed not in packages:
                continue
            seen.add(needed)
            pending.append(needed)
            where = _directory(packages[needed])
            if where not in (None, ".") and "virtual" not in packages[needed]["source"]:
                yield needed, str(where)


def _directory(package: dict[str, dict[str, str]]) -> str | None:
    source = package.get("source") or {}
    return next((source[kind] for kind in ("editable", "directory", "virtual") if kind in source), None)


def _of_lists(build: Build, project: Project, found: Invocation) -> Iterator[Finding]:
    here = directory_of(build, found.command)
    for option in found.all("-r", "--requirement", "--requirements"):
        path = joined(here, option.value)
        place = file_at(build, found.command, path) if path is not None and option.value else None
        if path is None or not isinstance(place, str) or posixpath.dirname(path) != here:
            continue  # pip takes paths from where it runs, uv from where the list lies
        for number, line in enumerate((project.text(place) or "").splitlines(), 1):
            listed = _LISTED.fullmatch(line.strip())
            inside = joined(here, listed[1]) if listed is not None else None
            if listed is not None and inside is not None and _is_absent(build, found, inside):
                yield Finding(
                    option.value_span or option.span,
                    f"`{listed[1]}` is wanted ({place}:{number}), and no project lies in {inside}: `{found.name}` stops",
                    hint="copy it before",
                )
                break


def _is_absent(build: Build, found: Invocation, inside: str) -> bool:
    return first_of(build, found.command, (posixpath.join(inside, name) for name in _FILES)) is ABSENT


RULE = Rule(Build, "error", "build", check)
