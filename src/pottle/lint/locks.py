"""What a command that installs a locked project finds: where that lies, how it treats the lock, whether the lock is stale."""

import json
import posixpath
import re
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pottle.dockerfile.stages import joined
from pottle.lint.build import Build
from pottle.lint.contents import Place, directory_of, first_of, upwards
from pottle.lint.invocations import Invocation
from pottle.lint.project import Project
from pottle.toml import Document

Treatment: TypeAlias = Literal["locked", "frozen", "open"]
"""Of uv.lock: it has to be up to date; it is taken as it is; it is brought up to date silently."""

_NO = ("0", "false", "f", "n", "no", "off", "")


def directory(build: Build, found: Invocation) -> str | None:
    """Where a project's manager looks for the project, absolute; None where that is not known."""
    here = directory_of(build, found.command)
    variables = {**found.command.step.before.variables, **found.command.environment}
    if found.tool == "uv" and ("UV_PROJECT" in variables or "UV_WORKING_DIRECTORY" in variables):
        return None
    for option in found.all(
        "--directory", "--project", *({"poetry": ("-C", "-P"), "pdm": ("-p",)}.get(found.tool, ()))
    ):
        here = joined(here, option.value if option.word is not None and option.word.text is not None else None)
    return here


def file_of(build: Build, found: Invocation, name: str) -> Place:
    """The `pyproject.toml` or lock that a project's manager finds, as a path of the build context."""
    return first_of(build, found.command, upwards(directory(build, found), name))


def treatment(found: Invocation) -> Treatment | None:
    """How `uv sync` treats the lock; None: nobody knows."""
    variables = {**found.command.step.before.variables, **found.command.environment}
    ways: tuple[tuple[Treatment, tuple[str, ...], str], ...] = (
        ("frozen", ("--frozen", "--no-lock"), "UV_FROZEN"),
        ("locked", ("--locked", "--check"), "UV_LOCKED"),
    )
    for way, options, _ in ways:
        if found.option(*options):
            return way
    for way, _, name in ways:
        value = variables.get(name, "")
        if value is None:
            return None
        if value.lower() not in _NO:
            return way
    return "open"


def is_on(found: Invocation, name: str) -> bool:
    """Whether a switch of the environment is on, or may be."""
    value = {**found.command.step.before.variables, **found.command.environment}.get(name, "")
    return value is None or value.lower() not in _NO


def stale_uv(project: Project) -> str | None:
    """Why `uv.lock` no longer says what `pyproject.toml` asks for; None where it does, or nobody can tell."""
    lock, declared = project.toml("uv.lock"), project.pyproject
    if lock is None or declared is None or _says_the_same(declared, lock):
        return None
    from pottle.errors import PottleError
    from pottle.project import freshness
    from pottle.project.survey import Survey

    try:
        freshness.check(Survey(project.tree), lock)
    except PottleError as error:
        what = error.what.removeprefix("uv.lock is stale: ")
        return f"{what} ({error.at})" if what != error.what else None
    return None


_CLAUSE = re.compile(r"\s*,\s*")
_NAMED = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?\s*\(?([^;@()]*)\)?\s*")


def _says_the_same(declared: Document, lock: Document) -> bool:
    """Whether both say the same at a glance: a project alone, without sources and markers. The real comparison costs 0.1 s of imports."""
    packages = lock.get("package") or []
    local = [each for each in packages if {"editable", "virtual", "directory"} & each.get("source", {}).keys()]
    plain = declared.get("tool", "uv", "sources") is None and declared.get("tool", "uv", "workspace") is None
    if len(local) != 1 or not plain or lock.get("requires-python") != declared.get("project", "requires-python"):
        return False
    metadata = local[0].get("metadata", {})
    groups = {**declared.table("dependency-groups")}
    if (older := declared.get("tool", "uv", "dev-dependencies")) is not None:
        groups["dev"] = [*groups.get("dev", ()), *older]
    wanted = [
        ("", declared.get("project", "dependencies") or []),
        *declared.table("project", "optional-dependencies").items(),
    ]
    try:
        return (
            _local_name(local[0]) == _normal(declared.get("project", "name") or "")
            and sorted(_written(text, extra) for extra, each in wanted for text in each)
            == sorted(_locked(each) for each in metadata.get("requires-dist", ()))
            and {name: sorted(_written(text, "") for text in each) for name, each in groups.items() if each}
            == {name: sorted(map(_locked, each)) for name, each in metadata.get("requires-dev", {}).items() if each}
        )
    except (TypeError, ValueError, AttributeError):
        return False


def _local_name(package: Mapping[str, Any]) -> str:
    return _normal(str(package.get("name", "")))


def _written(text: str, extra: str) -> tuple[str, ...]:
    """Raises `ValueError` for what has more than a name, extras and versions."""
    found = _NAMED.fullmatch(text)
    if found is None:
        raise ValueError(text)
    extras = sorted(_normal(each.strip()) for each in (found[2] or "").split(",") if each.strip())
    return (_normal(found[1]), ",".join(extras), _clauses(found[3]), extra)


def _locked(entry: Mapping[str, Any]) -> tuple[str, ...]:
    marker = str(entry.get("marker", ""))
    extra = re.fullmatch(r"extra == '([^']*)'", marker)
    if (marker and extra is None) or not {"name", "extras", "specifier", "marker"} >= entry.keys():
        raise ValueError(marker)
    extras = sorted(map(_normal, entry.get("extras", ())))
    return (_normal(entry["name"]), ",".join(extras), _clauses(entry.get("specifier", "")), extra[1] if extra else "")


def _clauses(specifier: str) -> str:
    return ",".join(sorted(each.replace(" ", "") for each in _CLAUSE.split(specifier.strip()) if each))


def _normal(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


_LEGACY = ("dependencies", "source", "extras", "dev-dependencies")
_OF_PROJECT = ("requires-python", "dependencies", "optional-dependencies")


def is_stale_for_poetry(project: Project) -> bool:
    """Whether Poetry refuses to install from `poetry.lock`, since `pyproject.toml` is not the one that it was made of.

    Poetry compares a digest of some tables (poetry/packages/locker.py, tried with 1.8.5 and 2.1.4), with those of `[project]` since 2.0.
    """
    lock, declared = project.text("poetry.lock"), project.pyproject
    written = re.search(r'^content-hash = "([0-9a-f]{64})"', lock or "", re.MULTILINE)
    if written is None or declared is None or declared.get("dependency-groups") is not None:
        return False
    return written[1] not in _digests(declared)


def _digests(declared: Document) -> set[str]:
    import hashlib

    own, table = declared.table("tool", "poetry"), declared.table("project")
    of_project = {key: table[key] for key in _OF_PROJECT if table.get(key) is not None}
    older = {key: own.get(key) for key in _LEGACY}
    if own.get("group") is not None:
        older["group"] = own["group"]
    contents: list[Any] = [older]
    if of_project:
        kept = {key: value for key, value in older.items() if value is not None}
        contents.append({"project": of_project, "tool": {"poetry": kept}})
    try:
        return {hashlib.sha256(json.dumps(each, sort_keys=True).encode()).hexdigest() for each in contents}
    except TypeError:  # a date: Poetry cannot do it either
        return set()


def beside(place: str, name: str) -> str:
    """The path of `name` in the same directory."""
    return posixpath.join(posixpath.dirname(place), name)
