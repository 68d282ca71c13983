"""What `[tool.poetry]` says of the project where `[project]` does not: name, version, dependencies, scripts, repository."""

from collections.abc import Iterator

from packaging.version import InvalidVersion, Version

from pottle.errors import ProjectError
from pottle.project import poetry_project, requirement
from pottle.project.clues import Clue, Direct, Said
from pottle.project.facts import Dependency, Script
from pottle.project.survey import Survey
from pottle.project.wanted import Wanted, alternatives
from pottle.toml import Document

_OWN = ("tool", "poetry")
_LABELS = ("repository", "source", "source code", "github", "homepage")


def detect(survey: Survey) -> Iterator[Clue]:
    """Nothing of it is said where a `[project]` has a name of its own: that one outranks it."""
    document = survey.pyproject
    if document is None or document.get(*_OWN) is None:
        return
    yield from _identity(document)
    yield from _source(document)
    for name, target, at in poetry_project.scripts(document):
        yield Script(name, target, at)
    if poetry_project.uses(document):
        for wanted in poetry_project.wants(document).main:
            yield Direct(_direct(wanted))


def _identity(document: Document) -> Iterator[Said]:
    if (name := poetry_project.itself(document)) and document.get(*_OWN, "name"):
        yield Said("name", name, document.at(*_OWN, "name"))
    at, version = document.at(*_OWN, "version"), document.get(*_OWN, "version")
    if version:
        try:
            yield Said("version", str(Version(version)), at)
        except (InvalidVersion, TypeError):
            raise ProjectError(f"{version!r} is no version", at=at, hint="see PEP 440: 1.2.3") from None


def _source(document: Document) -> Iterator[Said]:
    """Where the sources live; the repository rather than the home page."""
    found: dict[str, tuple[str, ...]] = {label.lower(): ("urls", label) for label in document.table(*_OWN, "urls")}
    found |= {key: (key,) for key in ("repository", "homepage") if document.get(*_OWN, key)}
    for keys in (found[label] for label in _LABELS if label in found):
        if isinstance(url := document.get(*_OWN, *keys), str):
            yield Said("source", requirement.without_credentials(url), document.at(*_OWN, *keys))
            return


def _direct(wanted: Wanted) -> Dependency:
    """As a fact; a union of constraints is none that one specifier could say."""
    found = alternatives(wanted.constraint)
    specifier = found[0] if len(found) == 1 else None
    return Dependency(wanted.name, wanted.at, extras=wanted.extras, marker=wanted.marker, specifier=specifier)
