"""What a project declares: its metadata as values, and how requirements that stand in its files become them."""

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from packaging.utils import NormalizedName

from pottle.errors import ProjectError
from pottle.project import requirement, requirements_file
from pottle.project.facts import Fact
from pottle.project.requirements_file import Wanted
from pottle.project.setup_values import Lines, Written
from pottle.project.survey import Survey
from pottle.text import Location
from pottle.toml import Document

LEGACY_BACKEND = "setuptools.build_meta:__legacy__"
"""PEP 517: what a `[build-system]` without `build-backend`, and a project without that table, means."""

Named: TypeAlias = tuple[tuple[NormalizedName, tuple[Wanted, ...]], ...]
Kind: TypeAlias = Literal["pyproject", "flit", "setuptools"]
Items: TypeAlias = Sequence[Written | Lines]


@dataclass(frozen=True, slots=True)
class Needs:
    """The dependencies that a project declares."""

    at: Location
    dependencies: tuple[Wanted, ...] = ()
    extras: Named = ()
    groups: Named = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """A project's core metadata, as far as they stand in its files."""

    kind: Kind = "pyproject"
    name: Fact[str] | None = None
    version: Fact[str] | None = None
    needs: Needs | None = None
    """What stands in its files; None: nothing says anything of it."""
    asks: Location | None = None
    """Where it is seen that only the backend knows what else is needed; None: the files say all of it."""

    @property
    def seen(self) -> Location:
        """The first place that says something of it."""
        known = self.name or self.version
        return known.at if known else self.needs.at if self.needs else Location(".")


def placed(document: Document, keys: tuple[str, ...], texts: object) -> list[tuple[object, Location]]:
    """The texts below a key, each with its place. Raises `ProjectError` for what is no list."""
    if not isinstance(texts, list | tuple):
        raise ProjectError(f"`{'.'.join(keys)}` has to be a list", at=document.at(*keys), hint="correct that line")
    return [(text, document.at(*keys, item=str(text))) for text in texts]


def wanted(items: Iterable[tuple[object, Location]]) -> tuple[Wanted, ...]:
    """What these requirements (PEP 508) ask for."""
    return tuple(requirements_file.from_requirement(requirement.parse(text, at), at) for text, at in items)


def spelled(survey: Survey, items: Items, at: Location, directory: str) -> Iterable[Wanted]:
    """What texts and files ask for. `at` names the file that the texts stand in."""
    for item in items:
        if isinstance(item, Written):
            place = Location(at.path, item.line)
            yield requirements_file.from_requirement(requirement.parse(item.text, place), place)
            continue
        path = posixpath.normpath(posixpath.join(directory, item.path))
        if not survey.tree.exists(path):
            place = Location(at.path, item.line)
            raise ProjectError(f"{path} does not exist", at=place, hint="add it, or remove that line")
        yield from requirements_file.read(survey, path).wanted
