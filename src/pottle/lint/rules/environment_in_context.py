"""The developer's virtual environment is copied over the image's.

`COPY . .` brings a `.venv` of the host along and puts its files among those that the image has installed: another platform's libraries, links to an
interpreter that is not there. It works in CI, where no `.venv` lies in the checkout, and breaks on every developer's machine.

Source: https://docs.astral.sh/uv/guides/integration/docker/#installing-a-project ("add .venv to .dockerignore").

Quiet where `.dockerignore` leaves it out, where the image's environment lies elsewhere, and where the build context is not known.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY . .
```

```dockerignore
**/.git
```

```
# pyproject.toml
[project]
name = "shop"
version = "1"
```

```
# uv.lock
version = 1
```

Good:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY . .
```

```dockerignore
**/.git
**/.venv
```

```
# pyproject.toml
[project]
name = "shop"
version = "1"
```

```
# uv.lock
version = 1
```
"""

import posixpath
from collections.abc import Iterator

from pottle.errors import PottleError
from pottle.lint.build import Build, Copy
from pottle.lint.edits import lines_at_end
from pottle.lint.environments import environments
from pottle.lint.project import Project
from pottle.lint.rule import Edit, Finding, Fix, Rule


def check(build: Build) -> Iterator[Finding]:
    """Every COPY of a directory of the context that an environment lies in by then."""
    project = build.project
    for copy in build.copies if project is not None else ():
        if project is None or copy.origin is not None or copy.inline or not build.feeds_image(copy.step):
            continue
        path = next(_covered(build, project, copy), None)
        if path is None:
            continue
        there = project.has(path)
        whose = f"the `{path}` that lies here" if there else f"whoever has a `{path}`"
        yield Finding(
            copy.sources[0].span,
            f"{whose} is copied over the environment that the image has installed"
            if there
            else f"{whose} copies it over the environment that the image has installed",
            _fix(project, path),
            severity=None if there else "warning",
        )


def _covered(build: Build, project: Project, copy: Copy) -> Iterator[str]:
    """Paths of the context that arrive where an environment is."""
    stage = build.stage_of(copy.step)
    target = copy.target
    for path, step in environments(build, stage).items() if target is not None else ():
        if (
            target is None
            or not path.startswith(f"{target.rstrip('/')}/")
            or step.instruction.span.start > copy.step.instruction.span.start
        ):
            continue
        below = posixpath.relpath(path, target)
        for word in copy.sources:
            if word.text is None or any(char in word.text for char in "*?["):
                continue
            here = posixpath.normpath(posixpath.join(word.text, below)).lstrip("/")
            usual = below == ".venv" and _is_project(project, posixpath.normpath(word.text).strip("/"))
            if (usual or project.has(here)) and project.sent(f"{here}/bin/python"):
                yield here


def _is_project(project: Project, directory: str) -> bool:
    """Whether people make an environment there."""
    names = ("pyproject.toml", "uv.lock", "requirements.txt")
    return directory in ("", ".") or any(project.has(f"{directory}/{name}") for name in names)


def _fix(project: Project, path: str) -> Fix | None:
    ignored_by = project.ignore_path or ".dockerignore"
    try:
        text = project.tree.read(ignored_by) or ""
    except PottleError:
        return None
    pattern = f"**/{posixpath.basename(path)}"
    edit = lines_at_end(text, pattern)
    return Fix(f"add `{pattern}` to {ignored_by}", (Edit(edit.span, edit.text, project.whole(ignored_by)),))


RULE = Rule(Build, "error", "context", check)
