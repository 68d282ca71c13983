"""The project's readme or licence is not there when the project is built.

`readme = "README.md"` makes the build backend read that file: `OSError: Readme file does not exist: README.md`, and the image does not
build. It is forgotten in COPY, or `*.md` in `.dockerignore` leaves it out.

Source: tried with hatchling, flit_core, poetry-core, pdm-backend and uv_build (all fail), setuptools (does not), and `license-files` of
hatchling (does not).

Bad:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY pyproject.toml ./
COPY src src
RUN pip install --no-cache-dir .
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
readme = "README.md"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# README.md
The shop.
```

```
# src/shop/__init__.py
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY pyproject.toml README.md ./
COPY src src
RUN pip install --no-cache-dir .
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
readme = "README.md"

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# README.md
The shop.
```

```
# src/shop/__init__.py
```
"""

import posixpath
from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.edits import behind, lines_at_end
from pottle.lint.packaged import Own, own_installs
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_READ_IT = frozenset(["hatchling.build", "flit_core.buildapi", "poetry.core.masonry.api", "pdm.backend", "uv_build"])


def check(build: Build) -> Iterator[Finding]:
    """Every install of the project whose metadata name a file that is not there; each file once."""
    told: set[tuple[str, str]] = set()
    for own in own_installs(build):
        if own.backend not in _READ_IT or own.lacks_all_sources(build):
            continue
        for path, key in _named(own):
            if (own.directory, path) not in told and own.lacks(build, path):
                told.add((own.directory, path))
                yield Finding(
                    own.found.span,
                    f"`{path}` is not there, and {own.backend} reads it ({own.document.at(*key)})",
                    _fix(build, own, path),
                    hint=f"copy {path} before",
                )


def _named(own: Own) -> Iterator[tuple[str, tuple[str, ...]]]:
    keys: tuple[tuple[str, ...], ...] = (("project", "readme"), ("project", "license"), ("tool", "poetry", "readme"))
    for key in keys:
        value = own.document.get(*key)
        if isinstance(value, dict):
            value = value.get("file")
        elif key[-1] == "license":
            continue
        if isinstance(value, str) and not value.startswith(("/", "..")):
            yield value, key
    globs = own.document.get("project", "license-files")
    for each in globs if isinstance(globs, list) and not own.backend.startswith("hatchling") else ():
        if isinstance(each, str) and not any(c in each for c in "*?["):
            yield each, ("project", "license-files")


def _fix(build: Build, own: Own, path: str) -> Fix | None:
    """Send it, or copy it with `pyproject.toml`."""
    project = build.project
    whole = posixpath.normpath(posixpath.join(own.place, path))
    if project is None or not project.tree.exists(whole):
        return None
    if not project.sent(whole):
        ignored_by = project.ignore_path or ".dockerignore"
        edit = lines_at_end(project.text(ignored_by) or "", f"!{whole}")
        return Fix(f"add `!{whole}` to {ignored_by}", (Edit(edit.span, edit.text, project.whole(ignored_by)),))
    return _copied(build, own, whole) if "/" not in path else None


def _copied(build: Build, own: Own, whole: str) -> Fix | None:
    declared = posixpath.join(own.place, "pyproject.toml")
    step = own.found.command.step
    for copy in build.copies_before(step):
        for word in copy.sources:
            if word.text is not None and posixpath.normpath(word.text) == declared and copy.into_directory:
                return Fix(f"copy {whole} too", (behind(word, whole),))
    for mount in build.mounts(step):
        source, target = mount.source, mount.fields.get("target")
        if source == declared and mount.origin is None and target is not None and target.value is not None:
            beside = posixpath.join(posixpath.dirname(target.value), posixpath.basename(whole))
            at = mount.flag.span.end
            return Fix(
                f"mount {whole} too", (Edit(Span(at, at), f" --mount=type=bind,source={whole},target={beside}"),)
            )
    return None


RULE = Rule(Build, "error", "build", check)
