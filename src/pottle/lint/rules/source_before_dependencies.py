"""All of the source is copied before the dependencies are installed.

Every change of a line makes the layer of the COPY anew, and with it all that follows: the dependencies are installed again for each. What
decides them (`requirements.txt`, `pyproject.toml` with its lock) is copied first, the source behind the install.

Source: https://docs.docker.com/build/cache/optimize/#order-your-layers.

Quiet where the dependencies were installed before, also from a stage that has them, where the command installs the project itself, and where
the context holds nothing but the list.

Bad:

```dockerfile
FROM python:3.13-slim
WORKDIR /app
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
```

Good:

```dockerfile
FROM python:3.13-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
```
"""

import posixpath
from collections.abc import Iterator

from pottle.dockerfile.stages import Step
from pottle.lint.build import Build, Copy
from pottle.lint.installs import installs, only_tools
from pottle.lint.invocations import Invocation
from pottle.lint.rule import Edit, Finding, Fix, Rule

_ACTIONS = (("pip", "install"), ("uv", "sync"), ("uv", "pip", "install"), ("uv", "pip", "sync"), ("poetry", "install"), ("pipenv", "install"),
            ("pipenv", "sync"), ("pdm", "install"), ("pdm", "sync"))  # fmt: skip
_LISTS = {"uv": ("pyproject.toml", "uv.lock"), "poetry": ("pyproject.toml", "poetry.lock"), "pdm": ("pyproject.toml", "pdm.lock"),
          "pipenv": ("Pipfile", "Pipfile.lock")}  # fmt: skip


def check(build: Build) -> Iterator[Finding]:
    """In every stage the first install of dependencies, where the context was copied as a whole before."""
    seen: set[int] = set()
    for found in build.invocations("pip", "uv", "poetry", "pdm", "pipenv"):
        step = found.command.step
        chain = {each.index for each in build.stage_of(step).chain}
        if (found.tool, *found.action) not in _ACTIONS or only_tools(found) or seen & chain:
            continue
        lists = _lists(found)
        if not lists or not installs(found):
            continue
        seen.add(step.stage)
        copy = next((each for each in build.copies_before(step) if _everything(each)), None)
        if copy is not None and not _alone(build, lists) and not _installed_before(build, found):
            line = build.source.position(copy.instruction.span.start).line
            yield Finding(
                found.span,
                f"all dependencies are installed again for every change of the source: line {line} copies it before",
                _fix(build, copy, step, found, lists),
                hint=f"copy {' and '.join(lists)} alone before this, and the source behind it",
            )


def _lists(found: Invocation) -> tuple[str, ...]:
    """The files that decide what is installed; none where that is the project itself."""
    if found.tool in _LISTS and found.action[0] != "pip":
        return _LISTS[found.tool]
    given = [option.value for option in found.all("-r", "--requirement", "--requirements")]
    given += [word.text for word in found.arguments] if found.action == ("pip", "sync") else []
    if any(name is None or "$" in name or "://" in name or name == "-" for name in given):
        return ()
    return tuple(name for name in given if name is not None)


def _everything(copy: Copy) -> bool:
    """Whether it copies the context as a whole."""
    return (
        copy.origin is None and not copy.inline and any((word.text or "") in (".", "./", "/") for word in copy.sources)
    )


def _alone(build: Build, lists: tuple[str, ...]) -> bool:
    """Whether the context holds the lists, and no source that could change."""
    project = build.project
    here = project is not None and any(map(project.has, lists))
    return here and project is not None and not any(path.endswith(".py") for path in project.files)


def _installed_before(build: Build, found: Invocation) -> bool:
    """Whether something has installed in a layer before, or an environment comes from elsewhere."""
    step = found.command.step
    before = {id(each) for each in build.before(step)}
    if any(
        id(each.command.step) in before and not only_tools(each)
        for each in build.invocations("pip", "uv", "poetry", "pdm", "pipenv")
    ):
        return True
    names = [copy.origin for copy in build.copies_before(step) if copy.origin is not None]
    return any(build.stages.named(name, step.stage) is not None for name in names)


def _fix(build: Build, copy: Copy, step: Step, found: Invocation, lists: tuple[str, ...]) -> Fix | None:
    """For requirements that lie in the context: the COPY goes behind the RUN, and the list alone is copied before."""
    project, source = build.project, build.source
    plain = found.tool in ("pip", "uv") and found.action[-1:] in (("install",), ("sync",)) and found.action != ("sync",)
    own = [each for each in build.stage_of(step).steps if each.instruction.name in ("RUN", "COPY", "ADD")]
    follows = copy.step in own and own.index(step) == own.index(copy.step) + 1
    if (
        not plain
        or project is None
        or not follows
        or copy.instruction.flags
        or step.instruction.heredocs
        or found.arguments
    ):
        return None
    if (
        any(posixpath.isabs(name) or name.startswith("..") or not project.has(name) for name in lists)
        or not copy.into_directory
    ):
        return None
    if len(build.commands(step)) > 1 or found.option("-e", "--editable") or _includes(build, lists):
        return None
    target = copy.destination.raw if copy.destination is not None else "."
    if target not in (".", "./"):
        return None
    end = "\r\n" if "\r\n" in source.text else "\n"
    first = end.join(f"COPY {name} {_beside(name)}" for name in lists)
    text = source.at(copy.instruction.span)
    behind = step.instruction.span.end
    edits = (Edit(copy.instruction.span, first), Edit(type(copy.instruction.span)(behind, behind), f"{end}{text}"))
    return Fix("copy the list first, the source behind the install", edits, safe=False)


def _beside(name: str) -> str:
    directory = posixpath.dirname(posixpath.normpath(name))
    return f"{directory}/" if directory else "."


def _includes(build: Build, lists: tuple[str, ...]) -> bool:
    """Whether a list names another file of the project."""
    texts = [build.project.tree.read(name) or "" for name in lists] if build.project is not None else []
    return any(
        line.strip().startswith(("-r", "-c", "-e", "--", ".")) or "file:" in line
        for text in texts
        for line in text.splitlines()
    )


RULE = Rule(Build, "warning", "build", check)
