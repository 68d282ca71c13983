"""Everything that lies in the directory gets into the image.

`COPY . .` without a `.dockerignore` sends the whole directory to the builder and copies it: `.git` with all that was ever committed, `.env` with its
passwords, the developer's `.venv`, caches. And every `git fetch` or test run changes something, so that the layer is made anew.

Source: https://docs.docker.com/build/concepts/context/#dockerignore-files.

Quiet where the build context is not known. Where nothing of that kind lies there now it is told, as an information.

Bad:

```dockerfile
FROM python:3.13-slim
WORKDIR /app
COPY . .
```

```
# main.py
print()
```

Good:

```dockerfile
FROM python:3.13-slim
WORKDIR /app
COPY . .
```

```dockerignore
**/.git
**/.venv
**/.env
**/__pycache__
```

```
# main.py
print()
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.edits import lines_at_end
from pottle.lint.rule import Edit, Finding, Fix, Rule

_UNWANTED = (
    ".git",
    ".env",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".tox",
)
_PATTERNS = (
    "**/.git", "**/.env", "**/.env.*", "**/.venv", "**/venv", "**/__pycache__", "**/*.py[cod]", "**/.*_cache", "**/node_modules",
)  # fmt: skip


def check(build: Build) -> Iterator[Finding]:
    """The first COPY of the whole context."""
    project = build.project
    if project is None or project.ignore_path is not None:
        return
    for copy in build.copies:
        word = next((each for each in copy.sources if each.text in (".", "./", "/")), None)
        if word is None or copy.origin is not None or copy.inline or not build.feeds_image(copy.step):
            continue
        there = [name for name in _UNWANTED if project.has(name)]
        names = ", ".join(f"`{name}`" for name in there)
        edit = lines_at_end("", *_PATTERNS)
        yield Finding(
            word.span,
            f"there is no .dockerignore: {names} get{'s' * (len(there) == 1)} into the image"
            if there
            else "there is no .dockerignore: whatever comes to lie here gets into the image",
            Fix("make a .dockerignore", (Edit(edit.span, edit.text, project.whole(".dockerignore")),), safe=False),
            severity=None if there else "info",
        )
        return


RULE = Rule(Build, "warning", "context", check)
