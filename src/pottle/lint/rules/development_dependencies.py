"""Tools of development get into the image.

`uv sync`, `poetry install` and `pdm install` bring the groups of development too unless they are told not to: pytest, linters and all that
they depend on. The image is larger, and each of them may have a vulnerability that somebody has to answer for.

Source: https://docs.astral.sh/uv/concepts/projects/dependencies/#default-groups, https://python-poetry.org/docs/managing-dependencies/,
https://pdm-project.org/latest/usage/dependency/.

Quiet where the project has no such group, where nothing says that the stage gets into the image, where a group is named, and in images for
development: by their file's or stage's name, with `--reload`, or with pytest as their command.

Bad:

```dockerfile
FROM ghcr.io/astral-sh/uv:0.9.0-python3.13-trixie-slim
WORKDIR /app
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-install-project
```

```
# pyproject.toml
[project]
name = "shop"
version = "1"
[dependency-groups]
dev = ["pytest"]
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
RUN uv sync --locked --no-install-project --no-dev
```

```
# pyproject.toml
[project]
name = "shop"
version = "1"
[dependency-groups]
dev = ["pytest"]
```

```
# uv.lock
version = 1
```
"""

from collections.abc import Iterator, Mapping

from pottle.lint.build import Build
from pottle.lint.caches import variable
from pottle.lint.installs import installs
from pottle.lint.invocations import Invocation
from pottle.lint.project import Project
from pottle.lint.purposes import develops
from pottle.lint.rule import Edit, Finding, Fix, Rule
from pottle.text import Span

_CHOSEN: Mapping[str, tuple[str, ...]] = {
    "uv": (
        "--no-dev",
        "--no-default-groups",
        "--no-group",
        "--only-group",
        "--group",
        "--dev",
        "--only-dev",
        "--all-groups",
    ),
    "poetry": ("--only", "--without", "--with", "--no-dev", "--only-root", "--all-groups"),
    "pdm": (
        "--prod",
        "--production",
        "--no-default",
        "-G",
        "--group",
        "-d",
        "--dev",
        "--without",
        "--with",
        "--no-dev",
    ),
}
"""Options by which somebody has chosen."""
_WITHOUT = {"uv": "--no-dev", "poetry": "--only=main", "pdm": "--prod"}


def check(build: Build) -> Iterator[Finding]:
    """Every install whose groups nobody has chosen, of a project that has one for development."""
    project = build.project
    if project is None or project.pyproject is None or develops(build):
        return
    found = [each for each in build.invocations("uv", "poetry", "pdm") if installs(each) and each.action[0] != "pip"]
    for number, each in enumerate(found):
        group = _group(each, project)
        if (
            group is None
            or _chosen(each)
            or not build.feeds_image(each.command.step)
            or each.option("--project", "--directory", "-C", "-p")
        ):
            continue
        # In a builder a later sync removes again what it was told not to install.
        if not build.in_image(each.command.step) and any(
            _chosen(later) and later.command.step.stage == each.command.step.stage for later in found[number + 1 :]
        ):
            continue
        at = Span(each.behind_action, each.behind_action)
        without = _WITHOUT[each.tool]
        yield Finding(
            each.span,
            f"the group `{group}` of {project.pyproject.path} is for development and gets into the image",
            Fix(f"add `{without}`", (Edit(at, f" {without}"),), safe=False),
        )


def _chosen(found: Invocation) -> bool:
    if found.option(*_CHOSEN[found.tool]) or any("$" in word.raw for word in found.command.words):
        return True
    return found.tool == "uv" and any(
        variable(found, name) for name in ("UV_NO_DEV", "UV_NO_DEFAULT_GROUPS", "UV_NO_GROUP")
    )


def _group(found: Invocation, project: Project) -> str | None:
    """A group that is installed without being named, and that holds something."""
    pyproject = project.pyproject
    assert pyproject is not None
    groups = pyproject.table("dependency-groups")
    match found.tool:
        case "uv":
            defaults = pyproject.get("tool", "uv", "default-groups")
            if pyproject.get("tool", "uv", "dev-dependencies"):
                return "dev"
            names = defaults if isinstance(defaults, list) else ["dev"]
            return next(
                (name for name in names if name in ("dev", "test", "tests", "lint", "docs") and groups.get(name)), None
            )
        case "poetry":
            if pyproject.table("tool", "poetry", "dev-dependencies"):
                return "dev"
            poetry = pyproject.table("tool", "poetry", "group")
            named = (
                name
                for name, body in poetry.items()
                if _holds(body) and name in ("dev", "test", "tests", "lint", "docs")
            )
            return next(named, None)
        case _:
            older = pyproject.table("tool", "pdm", "dev-dependencies")
            return next((name for name, body in {**groups, **older}.items() if body), None)


def _holds(body: object) -> bool:
    """Whether a group of Poetry is installed by itself: there is something in it, and it is not optional."""
    return isinstance(body, dict) and bool(body.get("dependencies")) and not body.get("optional")


RULE = Rule(Build, "warning", "size", check)
