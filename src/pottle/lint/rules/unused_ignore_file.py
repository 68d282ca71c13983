"""The file is read by no build.

BuildKit reads `.dockerignore` in the root of the build context, and instead of it `<name of the Dockerfile>.dockerignore` beside the Dockerfile. One that
lies elsewhere leaves nothing out, and nobody is told.

Source: https://docs.docker.com/build/concepts/context/#filename-and-location.

Quiet where no compose file tells the context of the Dockerfile that lies beside it, and where one of them uses this directory.

Bad:

```
# backend/.dockerignore
**/.env
```

```
# backend/Dockerfile
FROM python:3.13-slim
COPY backend /app
```

```
# compose.yaml
services:
  web:
    build:
      context: .
      dockerfile: backend/Dockerfile
```

Good:

```
# backend/.dockerignore
**/.env
```

```
# backend/Dockerfile
FROM python:3.13-slim
COPY . /app
```

```
# compose.yaml
services:
  web:
    build: backend
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.engine import kind_of
from pottle.lint.ignore_file import IgnoreFile
from pottle.lint.rule import Finding, Rule
from pottle.lint.services import contexts


def check(file: IgnoreFile) -> Iterator[Finding]:
    """One finding, at the first pattern."""
    if not file.lines:
        return
    directory, name = posixpath.split(file.path)
    project = file.project
    if name != ".dockerignore":
        of = name.removesuffix(".dockerignore")
        if not project.tree.exists(of):
            yield Finding(
                file.lines[0].span,
                f"no build reads this file: there is no `{of}` beside it",
                hint="name it as the Dockerfile: `<name>.dockerignore`",
            )
        return
    told = {context for path in _dockerfiles(file) for context in _contexts(file, directory, path)}
    if told and directory not in told and not any(each.startswith(f"{directory}/") for each in told):
        where = ", ".join(f"`{each or '.'}`" for each in sorted(told))
        yield Finding(
            file.lines[0].span,
            f"no build reads this file: the compose file's build context is {where}",
            hint=f"put it into {where}, or beside the Dockerfile as `Dockerfile.dockerignore`",
        )


def _dockerfiles(file: IgnoreFile) -> list[str]:
    """The Dockerfiles beside it, relative to the repository."""
    return [
        file.project.whole(path) for path in file.project.files if "/" not in path and kind_of(path) == "dockerfile"
    ]


def _contexts(file: IgnoreFile, directory: str, dockerfile: str) -> Iterator[str]:
    """What the compose files of the directory, and of those above it, say."""
    at = directory
    while True:
        yield from contexts(file.project.repository, at, dockerfile)
        if not at:
            return
        at = posixpath.dirname(at)


RULE = Rule(IgnoreFile, "warning", "context", check)
