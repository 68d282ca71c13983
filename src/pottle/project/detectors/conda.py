"""What `environment.yml` asks for: the part for pip as it stands, of conda's packages those that an index is known to have.

What exists in conda alone cannot be installed, and is refused with its lines. A project that declares its dependencies itself has such
a file for development, and it is not read.
"""

from collections.abc import Iterator, Sequence

from packaging.utils import canonicalize_name

from pottle.errors import ProjectError
from pottle.project import conda_file, conda_packages, metadata, requirements_file, wishes
from pottle.project.clues import Clue, Direct, Said
from pottle.project.conda_file import Environment
from pottle.project.lock_format import LockFormat, named, nothing
from pottle.project.requirements_file import Wanted
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own
from pottle.text import Location

FILES = ("environment.yml", "environment.yaml")
AGAIN = "run `pottle lock`"

_NAMELESS = ("base", "root")
_ELSEWHERE = "list what it is on a package index in requirements.txt or pyproject.toml; a library belongs to `packages` under [tool.pottle]"


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The environment at `path`. Raises one `ProjectError` that holds all that exists in conda alone."""
    text = survey.tree.read(path)
    declared = metadata.read(survey, sources=False)
    if text is None or (declared.needs is not None and declared.needs.dependencies):
        return
    environment = conda_file.read(text, path)
    if declared.name is None and environment.name is not None and environment.name.value not in _NAMELESS:
        yield Said("name", canonicalize_name(environment.name.value), environment.name.at)
    yield Said("package_manager", "conda", Location(path, 1))
    translated = _translated(environment)
    if translated:
        yield _told(translated)
    found = requirements_file.read_lines(survey, environment.pip, path)
    yield from found.warnings
    found.wanted = [*translated, *found.wanted]
    own = Own(declared.needs, frozenset(found.extras)) if found.itself else None
    lock = wishes.as_lock(survey, found, Listing("conda", Location(path), AGAIN), own)
    yield from (Direct(root) for root in lock.roots)
    yield from wishes.unfinished(lock, found.wanted, AGAIN)
    yield lock


def _translated(environment: Environment) -> list[Wanted]:
    wanted: list[Wanted] = []
    errors: list[ProjectError] = []
    for spec, at in environment.packages:
        try:
            found = conda_packages.requirement(spec)
        except conda_packages.InvalidSpec as error:
            errors.append(ProjectError(str(error), at=at, hint="write it as `name=1.2` or `name>=1.2`"))
            continue
        if found == "unknown":
            name = next(conda_file.names([(spec, at)]))
            errors.append(
                ProjectError(f"{name} comes from conda, and may be on no package index", at=at, hint=_ELSEWHERE)
            )
        elif found != "interpreter":
            wanted.append(requirements_file.from_requirement(found, at))
    if errors:
        first, *others = errors
        raise ProjectError(first.what, at=first.at, hint=first.hint, also=others)
    return wanted


def _told(translated: Sequence[Wanted]) -> Said:
    names = ", ".join(str(one.dependency.name) for one in translated[:6])
    more = f" and {len(translated) - 6} more" if len(translated) > 6 else ""
    what = f"these are taken from a package index, not from conda's channels: {names}{more}"
    return Said("warning", what, translated[0].dependency.at)


def _find(survey: Survey) -> str | None:
    return next((path for path in FILES if survey.tree.exists(path)), None)


FORMAT = LockFormat("conda", "list", _find, named(*FILES), nothing, detect)
