"""The base has a Python that the project does not allow.

`requires-python` is a promise that pip, uv and Poetry hold the project to: installing it on another Python is refused, or resolves to
versions that nobody has tried.

Source: Python packaging specifications, "core metadata", `Requires-Python`.

Quiet in stages that install nothing, and where another Python is fetched (`uv python install`, `UV_PYTHON`, `--python`).

Bad:

```dockerfile
FROM python:3.9-slim
COPY pyproject.toml .
RUN pip install --no-cache-dir .
```

```toml
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
```

Good:

```dockerfile
FROM python:3.13-slim
COPY pyproject.toml .
RUN pip install --no-cache-dir .
```

```toml
# pyproject.toml
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
```
"""

from collections.abc import Iterator

from pottle.lint.build import Build
from pottle.lint.commands import Word
from pottle.lint.images import ImageName
from pottle.lint.invocations import Invocation
from pottle.lint.project import Bound
from pottle.lint.rule import Finding, Rule

_INSTALLS = frozenset({"install", "sync"})
_PATCHES = 60
"""No minor version has had as many releases."""


def check(build: Build) -> Iterator[Finding]:
    """Every FROM below which the project, or what it needs, is installed."""
    installing = _installing(build)
    for stage in build.stages.stages:
        python = ImageName.parse(stage.base).python if stage.parent is None and stage.base is not None else None
        if python is None or python.count(".") == 0 or stage.index not in installing:
            continue
        bounds = build.project.python_bounds if build.project is not None else ()
        broken = next((each for each in bounds if not _admits(each, python)), None)
        if broken is not None:
            yield Finding(
                stage.instruction.words[0].span,
                f"the project asks for Python {broken} ({broken.at}), and the image has {python}",
            )


def _installing(build: Build) -> frozenset[int]:
    """The stages at the bottom of those that install the project on their own Python."""
    installing, others = set(), set()
    for each in build.invocations("pip", "uv", "poetry", "pdm"):
        bottom = build.stage_of(each.command.step).bottom.index
        variables = {**each.command.step.before.variables, **each.command.environment}
        if each.action[:1] == ("python",) or each.option("--python", "-p") or "UV_PYTHON" in variables:
            others.add(bottom)
        elif set(each.action) & _INSTALLS and _whole_project(each.arguments, each):
            installing.add(bottom)
    return frozenset(installing - others)


def _whole_project(arguments: tuple[Word, ...], each: Invocation) -> bool:
    """Tools alone (`pip install poetry`) are nobody's project."""
    files = each.option("-r", "--requirement", "--requirements", "-e", "--editable", "--group")
    own = any(word.known.startswith((".", "/")) for word in arguments)
    return files is not None or own or (len(each.action) == 1 and each.tool != "pip")


def _admits(bound: Bound, python: str) -> bool:
    if python.count(".") == 2:
        return bound.admits(python)
    return any(bound.admits(f"{python}.{patch}") for patch in range(_PATCHES))


RULE = Rule(Build, "error", "build", check)
