"""A file with secrets is copied into the image.

A layer keeps what is put into it: whoever can pull the image can read the file, also where a later instruction removes it. What the build
needs comes through `RUN --mount=type=secret`, what the program needs when it is started (`--env-file`, a mounted secret).

Source: https://docs.docker.com/build/building/secrets/.

A `.env`, a private key, `.netrc`, `.pypirc` and the like, where the file is not there to be read or has something in it that is a secret.
Quiet for samples (`.env.example`), tests' files, and stages that are not part of the image.

Bad:

```dockerfile
FROM python:3.13-slim
COPY main.py .env ./
```

```
# main.py
```

Good:

```dockerfile
FROM python:3.13-slim
COPY main.py ./
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.project import Project
from pottle.lint.rule import Finding, Rule
from pottle.lint.secrets import holds_secret


def check(build: Build) -> Iterator[Finding]:
    """Every file that a COPY of the image names."""
    project = build.project
    for copy in build.copies:
        if project is None or copy.origin is not None or copy.inline or not build.in_image(copy.step):
            continue
        for word in copy.sources:
            path = _named(project, word.text or "")
            if path is not None:
                yield Finding(
                    word.span,
                    f"`{path}` stays in a layer for everybody who can pull the image",
                    hint="mount it while it is needed: `RUN --mount=type=secret,id=…`",
                )


def _named(project: Project, text: str) -> str | None:
    """The file that a source names, if it is private and sent."""
    if not text or "://" in text or any(c in text for c in "*?["):
        return None
    path = posixpath.normpath(text).lstrip("/")
    return path if project.sent(path) and holds_secret(project, path) else None


RULE = Rule(Build, "error", "security", check)
