"""Whether an image has a distribution: by the project's lock, and by whatever else its instructions install."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pottle.dockerfile.stages import Stage
from pottle.errors import PottleError
from pottle.lint.build import Build
from pottle.lint.invocations import Invocation
from pottle.lint.project import Project

if TYPE_CHECKING:
    from pottle.project.facts import Dependency, Lock, LockedDistribution

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_INSTALLERS = frozenset(
    {"pip", "setuptools", "wheel", "uv", "build", "packaging", "virtualenv", "pdm", "poetry", "pipenv"}
)
"""What is named to pip in order to install the rest; none of it brings a program or a module that a container is started with."""
_BRING = {"poetry": ("requests", "httpx", "urllib3"), "pdm": ("httpx", "urllib3"), "pipenv": ("requests", "urllib3")}
"""What they themselves need, and leave beside the project where that is installed without an environment of its own."""
_BY_LOCK = {"uv": ("sync",), "poetry": ("install", "sync"), "pdm": ("install", "sync"), "pipenv": ("install", "sync")}
_OF_ANOTHER = ("--package", "--all-packages", "--project", "--directory", "--script", "-C", "-L", "--lockfile")
"""Options with which something else than the project of the context is installed."""
_WITHOUT_GROUPS = ("--no-dev", "--no-default-groups", "--only", "--without", "--prod", "--production", "--only-main")
_WITHOUT_GROUPS_VARIABLES = ("UV_NO_DEV", "UV_NO_DEFAULT_GROUPS", "POETRY_WITHOUT", "POETRY_ONLY")
_WITH_GROUPS = ("--group", "--only-group", "--all-groups", "--with", "--dev", "-d", "--only-dev")


def normalized(name: str) -> str:
    """As an index knows it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def missing(build: Build, stage: Stage, distribution: str) -> str | None:
    """Why an image of `stage` surely lacks a distribution: a clause; None where it has it, or may have it."""
    project, base = build.project, build.base(stage)
    if project is None or base is None or base.family is None or _declared(project, distribution):
        return None
    calls = list(build.invocations("pip", "uv", "poetry", "pdm", "pipenv", "rye", "conda"))
    locked = [each for each in calls if _is_by_lock(each)]
    if not locked or not all(_says_all(each, distribution) for each in calls) or not _plain(build):
        return None
    lock = project.facts.lock if project.facts is not None else None
    if lock is None or not lock.complete or not lock.distributions:
        return None
    if not all(_takes(each, lock) for each in locked) or not _only(project, lock):
        return None
    by_name: dict[str, list[LockedDistribution]] = {}
    for each in lock.distributions:
        by_name.setdefault(each.name, []).append(each)
    without = all(map(_leaves_groups_out, locked))
    roots = [*lock.roots, *(edge for _, edges in lock.extras for edge in edges)]
    if not without:
        roots += [edge for _, edges in lock.groups for edge in edges]
    if distribution in _reached(roots, by_name):
        return None
    if distribution in by_name:
        return f"{lock.at.path} has it in a group alone that is left out" if without else None
    return f"{lock.at.path} does not have it"


def _reached(roots: "list[Dependency]", by_name: "Mapping[str, list[LockedDistribution]]") -> set[str]:
    """The names of all that may be installed: markers and extras are not looked at."""
    found, waiting = set[str](), [each.name for each in roots]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for each in by_name.get(name, ()):
            waiting += [edge.name for edge in each.dependencies]
            waiting += [edge.name for _, edges in each.optional for edge in edges]
    return found


def _declared(project: Project, distribution: str) -> bool:
    """Whether the project asks for it itself: seen without all its facts."""
    document = project.pyproject
    named = document.get("project", "dependencies") if document is not None else None
    if isinstance(named, list) and distribution in map(_name_of, map(str, named)):
        return True
    poetry = document.get("tool", "poetry", "dependencies") if document is not None else None
    if isinstance(poetry, dict) and distribution in map(normalized, poetry):
        return True
    try:
        text = project.tree.read("requirements.txt") or ""
    except PottleError:
        return True
    return distribution in map(_name_of, text.splitlines())


def _name_of(requirement: str) -> str:
    found = _NAME.match(requirement.strip())
    return normalized(found[0]) if found else ""


def _is_by_lock(found: Invocation) -> bool:
    if found.action[:1] and found.action[0] in _BY_LOCK.get(found.tool, ()):
        return found.option("--help", "--only-group", "--dry-run") is None
    return bool(_lists(found))


def _lists(found: Invocation) -> tuple[str, ...]:
    """The requirements files that are installed."""
    if found.action[-1:] not in (("install",), ("sync",)) or found.tool not in ("pip", "uv"):
        return ()
    named = [each.value for each in found.all("-r", "--requirement", "--requirements") if each.value is not None]
    if found.action == ("pip", "sync"):
        named += [word.known for word in found.arguments]
    return tuple(named)


def _takes(found: Invocation, lock: "Lock") -> bool:
    """Whether what it installs is what the lock says."""
    lists = [each.rpartition("/")[2] for each in _lists(found)]
    if lists:
        return lock.format == "requirements" and lock.at.path.rpartition("/")[2] in lists
    return lock.format == found.tool


def _only(project: Project, lock: "Lock") -> bool:
    """Whether there is no other lock of that name, which might be the one that is meant."""
    name = lock.at.path.rpartition("/")[2]
    return sum(path.rpartition("/")[2] == name for path in project.files) == 1


def _says_all(found: Invocation, distribution: str) -> bool:
    """Whether all that it installs is known, and nothing that may bring the distribution."""
    if found.tool in ("conda", "rye") or found.option(*_OF_ANOTHER):
        return False
    if any(word.text is None for word in found.command.words):
        return False
    if found.action[-1:] not in (("install",), ("add",)) or found.action == ("python", "install"):
        return found.option("--with", "--with-requirements") is None or found.action == ("sync",)
    if found.tool in _BY_LOCK and found.action[0] in _BY_LOCK[found.tool]:
        return True
    if any(each.known.startswith((".", "/")) or "/" in each.known for each in found.arguments) or found.option(
        "-e", "--editable"
    ):
        return False  # `pip install .` brings what the project asks of an index today
    if len(_lists(found)) > 1:
        return False
    names = set(map(_name_of, (each.known for each in found.arguments)))
    brought = any(distribution in _BRING.get(name, ()) for name in names)
    return distribution not in names and not brought and names <= _INSTALLERS


def _plain(build: Build) -> bool:
    """Whether nothing else may bring distributions: Debian's packages, copied environments, scripts."""
    for command in build.run_commands:
        path = command.path
        if path is None or path.endswith((".sh", ".py")) or path.startswith("./"):
            return False
        if command.program in (
            "make",
            "xargs",
            "bash",
            "sh",
            "pipx",
            "uvx",
            "easy_install",
            "cat",
            "tee",
            "nix",
            "pixi",
            "hatch",
        ):
            return False
        if any("pip" in word.known and "install" in word.known for word in command.words):
            return False
        if command.program.startswith("python") and command.module is None and len(command.words) > 1:
            return False
    for copy in build.copies:
        if copy.origin is not None and build.stages.named(copy.origin) is None:
            words = [word.known.rpartition("/")[2] for word in copy.sources]
            if not all(word in ("uv", "uvx", "poetry", "") for word in words):
                return False
    apt = build.invocations("apt", "apk", "dnf")
    return not any(each.known.startswith(("python3-", "py3-")) for found in apt for each in found.arguments)


def _leaves_groups_out(found: Invocation) -> bool:
    if _lists(found):
        return True
    scope = {**found.command.step.before.variables, **found.command.environment}
    if found.option(*_WITH_GROUPS):
        return False
    return found.option(*_WITHOUT_GROUPS) is not None or any(name in scope for name in _WITHOUT_GROUPS_VARIABLES)


def top_modules(code: str) -> Iterator[str]:
    """What a piece of Python imports, outside the standard library. Raises SyntaxError."""
    import ast
    import sys

    for node in ast.walk(ast.parse(code)):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            names = [node.module]
        yield from (each for name in names if (each := name.partition(".")[0]) not in sys.stdlib_module_names)
