"""The file that is copied or mounted is not sent to the builder.

`.dockerignore` leaves it out of the build context: BuildKit stops with `"/README.md": not found`, though the file is there. `*.md` is the
usual culprit where a build backend wants the readme.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files; patterns are matched as moby/patternmatcher does.

Quiet for directories of which something is sent.

Bad:

```dockerfile
FROM python:3.13-slim
COPY pyproject.toml README.md ./
```

```dockerignore
*.md
```

```
# README.md
The shop.
```

Good:

```dockerfile
FROM python:3.13-slim
COPY pyproject.toml README.md ./
```

```dockerignore
*.md
!README.md
```

```
# README.md
The shop.
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.errors import PottleError
from pottle.lint.build import Build
from pottle.lint.edits import lines_at_end
from pottle.lint.project import Project
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_SECRET = re.compile(r"(?:^|/)(?:\.env[^/]*|\.pypirc|\.netrc|id_[a-z0-9]+|[^/]*\.(?:pem|key|env))$")
"""What is better not sent at all: nothing puts it into the context unasked."""


def check(build: Build) -> Iterator[Finding]:
    """Every source of COPY, ADD and bind mounts that the context does not hold."""
    project = build.project
    if project is None or project.ignore is None:
        return
    for path, span in _inputs(build):
        if _left_out(project, path):
            yield Finding(
                span,
                f"`{path}` is not found: {project.ignore_path} leaves it out of the build context",
                _fix(project, path),
            )


def _inputs(build: Build) -> Iterator[tuple[str, Span]]:
    for copy in build.copies:
        for word in copy.sources if copy.origin is None else ():
            if word.text is not None and "://" not in word.text and not any(c in word.text for c in "*?[<"):
                yield posixpath.normpath(word.text).lstrip("/"), word.span
    for step in build.steps:
        for mount in build.mounts(step):
            field = mount.fields.get("source")
            if mount.kind == "bind" and mount.origin is None and field is not None and field.value is not None:
                yield posixpath.normpath(field.value).lstrip("/"), field.span


def _left_out(project: Project, path: str) -> bool:
    ignore = project.ignore
    if ignore is None or path in ("", ".") or not ignore.leaves_out(path):
        return False
    # Only what is there is told, so that a file that another step makes on the host is nobody's mistake.
    return project.has(path) and not any(
        each.startswith(f"{path}/") and not ignore.leaves_out(each) for each in project.files
    )


def _fix(project: Project, path: str) -> Fix | None:
    ignored_by = project.ignore_path
    if ignored_by is None:
        return None
    try:
        text = project.tree.read(ignored_by) or ""
    except PottleError:
        return None
    edit = lines_at_end(text, f"!{path}")
    what, secret = f"add `!{path}` to {ignored_by}", _SECRET.search(path) is not None
    return Fix(what, (Edit(edit.span, edit.text, project.whole(ignored_by)),), safe=not secret)


RULE = Rule(Build, "error", "build", check, overlaps=("CopyIgnoredFile",))
