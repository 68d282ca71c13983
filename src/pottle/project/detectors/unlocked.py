"""What `pyproject.toml` asks for where no lock has decided it: read, warned about, and left to be resolved."""

from collections.abc import Iterable, Iterator

from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.project import groups, requirement, unlocked_poetry
from pottle.project.clues import Clue, Said
from pottle.project.facts import Dependency, Lock
from pottle.project.lock_format import LockFormat, beside, named, nothing
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

PATH = "pyproject.toml"
NAME = "pyproject"
"""`Lock.format` of what is none."""


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The requirements of `[project]` (PEP 621), with its extras and groups (PEP 735); or Poetry's own."""
    document = survey.toml(path)
    if document is None:
        return
    if document.get("tool", "poetry") is not None:
        lock = unlocked_poetry.read(survey, document)
    elif document.table("project"):
        lock = _wanted(document)
    else:
        return
    if lock.roots:
        how = f"run `{_tool(document)} lock`"
        yield Said("warning", f"nothing is locked, so that every build may get other versions: {how}", lock.at)
    if lock.roots or lock.extras or lock.groups:
        yield lock


def _tool(document: Document) -> str:
    """Whose project this is, as far as it says so."""
    backend = str(document.get("build-system", "build-backend"))
    for each in ("poetry", "pdm"):
        if document.get("tool", each) is not None or backend.startswith(f"{each}."):
            return each
    return "uv"


def _wanted(document: Document) -> Lock:
    project = document.table("project")
    if "dependencies" in project.get("dynamic", ()):
        at, hint = document.at("project", "dynamic"), f"only its backend knows them: run `{_tool(document)} lock`"
        raise ProjectError("the dependencies are dynamic, and there is no lock", at=at, hint=hint)
    keys = ("project", "dependencies")
    extras = project.get("optional-dependencies", {})
    return Lock(
        format=NAME,
        at=document.at(*keys),
        roots=_edges(document, _placed(document, keys, project.get("dependencies", ()))),
        distributions=(),
        complete=False,
        extras=tuple((canonicalize_name(name), _extra(document, name, texts)) for name, texts in extras.items()),
        groups=tuple(
            (canonicalize_name(name), _edges(document, items)) for name, items in groups.read(document).items()
        ),
    )


def _extra(document: Document, name: str, texts: object) -> tuple[Dependency, ...]:
    return _edges(document, _placed(document, ("project", "optional-dependencies", name), texts))


def _placed(document: Document, keys: tuple[str, ...], texts: object) -> list[tuple[object, Location]]:
    if not isinstance(texts, list | tuple):
        raise ProjectError(f"`{'.'.join(keys)}` has to be a list", at=document.at(*keys), hint="correct that line")
    return [(text, document.at(*keys, item=str(text))) for text in texts]


def _edges(document: Document, items: Iterable[tuple[object, Location]]) -> tuple[Dependency, ...]:
    return tuple(_edge(document, text, at) for text, at in items)


def _edge(document: Document, text: object, at: Location) -> Dependency:
    edge = requirement.dependency(requirement.parse(text, at), at)
    sources = {canonicalize_name(name) for name in document.table("tool", "uv", "sources")}
    if edge.name in sources:
        hint = "run `uv lock`: an index may have something else of that name"
        raise ProjectError(f"{edge.name} has a source of its own, and there is no lock", at=at, hint=hint)
    return edge


FORMAT = LockFormat(NAME, "project", beside(PATH), named(PATH), nothing, detect)
