"""The project has a lock, and the image is built without it.

What was tried is what the lock says; what is installed is whatever is the newest that `pyproject.toml` or a list kept by hand admits. The
two drift apart from the first day.

Source: https://docs.astral.sh/uv/concepts/projects/layout/ ("The lockfile"), https://python-poetry.org/docs/basic-usage/ ("Committing
your poetry.lock file"), PEP 751.

Quiet where the lock is copied by its name, or any command of the file installs or exports from it, where versions are bound by constraints, the list has nothing but exact ones (it may be an
export), and for locks that no longer fit the project.

Bad:

```dockerfile
FROM python:3.13-slim-trixie
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir .
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
dependencies = ["flask"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# shop/__init__.py
```

```
# pylock.toml
lock-version = "1.0"
```

Good:

```dockerfile
FROM python:3.13-slim-trixie
COPY --from=ghcr.io/astral-sh/uv:0.13.8 /uv /usr/local/bin/
WORKDIR /app
COPY . .
RUN uv pip sync --system --no-cache pylock.toml && uv pip install --system --no-cache --no-deps .
```

```
# pyproject.toml
[project]
name = "shop"
version = "1.0"
dependencies = ["flask"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
```

```
# shop/__init__.py
```

```
# pylock.toml
lock-version = "1.0"
```
"""

import posixpath
import re
from collections.abc import Iterator

from pottle.dockerfile.stages import joined
from pottle.lint.build import Build
from pottle.lint.contents import ABSENT, directory_of, first_of
from pottle.lint.invocations import Invocation
from pottle.lint.locks import beside, file_of, is_on, is_stale_for_poetry, stale_uv
from pottle.lint.project import Project
from pottle.lint.rule import Finding, Rule
from pottle.text import Span

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
_INSTEAD = {
    "uv.lock": "install with `uv sync --locked`, or from what `uv export --locked` writes",
    "poetry.lock": "install with `poetry install --only main`",
    "pdm.lock": "install with `pdm sync --prod`",
    "pylock.toml": "install with `uv pip sync pylock.toml`",
}
_PINNED = re.compile(r"[^#;]*(?:===?|@)\s*\S.*")
_BOUND = ("-c", "--constraint", "--constraints", "--no-index")
_BOUND_BY = ("PIP_CONSTRAINT", "UV_CONSTRAINT")
_OF_LOCKS = frozenset({"sync", "export", "compile"})


def check(build: Build) -> Iterator[Finding]:
    """Every install that resolves what a lock beside it has resolved."""
    if build.project is None or _uses_a_lock(build):
        return
    for found in build.invocations("pip", "uv", "poetry"):
        if found.action not in (("install",), ("pip", "install"), ("sync",)) or found.option("--no-deps", "--help"):
            continue
        if found.command.conditional or found.option(*_BOUND) or any(is_on(found, name) for name in _BOUND_BY):
            continue
        for declared, span, what in _resolved(build, build.project, found):
            lock = _lock(build.project, declared)
            if lock is not None:
                name = posixpath.basename(lock)
                yield Finding(span, f"{what}, and {lock} is not asked", hint=_INSTEAD[name])
                return


def _uses_a_lock(build: Build) -> bool:
    """Whether anything is installed from a lock, or may be: by its name, or by a program that reads one of itself."""
    copied = [word.known for copy in build.copies for word in copy.sources]
    mounted = [mount.source or "" for step in build.steps for mount in build.mounts(step)]
    if any(path.rpartition("/")[2].startswith(_LOCKS) for path in (*copied, *mounted)):
        return True
    for command in build.run_commands:
        if any(name in word.known for word in command.words for name in _LOCKS) or command.program in (
            "make",
            "just",
            "hatch",
        ):
            return True
    for found in build.invocations("uv", "poetry", "pdm"):
        if found.tool == "pdm" or (found.tool == "uv" and set(found.action) & _OF_LOCKS and found.action[0] != "pip"):
            return True
        if found.tool == "poetry" and (found.action == ("export",) or (found.action and _has_lock(build, found))):
            return True
    return any(each.endswith(".sh") for command in build.run_commands for each in (command.program, *command.argv))


def _has_lock(build: Build, found: Invocation) -> bool:
    return found.action[0] in ("install", "sync") and file_of(build, found, "poetry.lock") is not ABSENT


def _resolved(build: Build, project: Project, found: Invocation) -> Iterator[tuple[str, Span, str]]:
    """The `pyproject.toml` or list of the context from which `found` installs unlocked versions."""
    here = directory_of(build, found.command)
    if found.tool == "poetry":
        declared = file_of(build, found, "pyproject.toml")
        if isinstance(declared, str) and file_of(build, found, "poetry.lock") is ABSENT:
            yield declared, found.span, "`poetry install` resolves anew, since there is no poetry.lock here"
        return
    for option in found.all("-r", "--requirement", "--requirements"):
        listed = first_of(build, found.command, iter([joined(here, option.value)])) if option.value else None
        if isinstance(listed, str) and (open_ := _unpinned(project, listed)) is not None:
            yield listed, option.span, f"`{option.value}` leaves versions open ({listed}:{open_})"
    words = [(word.text, word.span) for word in found.arguments]
    for value, span in words + [(each.value, each.span) for each in found.all("-e", "--editable")]:
        path = (value or "").partition("[")[0]
        if path in (".", "./") or path.startswith(("./", "/")):
            declared = first_of(build, found.command, iter([joined(here, posixpath.join(path, "pyproject.toml"))]))
            document = project.toml(declared) if isinstance(declared, str) else None
            if isinstance(declared, str) and document is not None and document.get("project", "dependencies"):
                yield declared, span, f"`{found.name} {value}` resolves what {declared} asks for"


def _unpinned(project: Project, path: str) -> int | None:
    """The first line of a list that admits several versions; None where it has none, or may have been made from a lock."""
    text = project.text(path)
    if text is None or not path.endswith(".txt") or "--hash" in text or "autogenerated by" in text:
        return None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith(("#", "-")) and not _PINNED.fullmatch(stripped):
            return number
    return None


def _lock(project: Project, declared: str) -> str | None:
    """The lock beside it, if it is this project's."""
    for name in _LOCKS:
        path = beside(declared, name)
        if project.tree.exists(path) and project.tree.exists(beside(declared, "pyproject.toml")):
            inner = project.below(posixpath.dirname(path))
            stale = (name == "poetry.lock" and is_stale_for_poetry(inner)) or (name == "uv.lock" and stale_uv(inner))
            return None if stale else path
    return None


RULE = Rule(Build, "warning", "reproducibility", check)
