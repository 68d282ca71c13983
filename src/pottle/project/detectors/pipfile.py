"""What a `Pipfile` asks for where no `Pipfile.lock` has decided it: read, warned about, and left to be resolved."""

from collections.abc import Iterator

from packaging.utils import canonicalize_name

from pottle.project import pipfile, wishes
from pottle.project.clues import Clue, Direct, Said
from pottle.project.declared import Needs
from pottle.project.lock_format import LockFormat, beside, named, nothing
from pottle.project.requirements_file import Collected
from pottle.project.survey import Survey
from pottle.project.wishes import Listing, Own
from pottle.text import Location

PATH = pipfile.PATH
UNLOCKED = "nothing is locked, so that every build may get other versions: run `pipenv lock`"


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The packages of the `Pipfile` at `path`; its other categories as groups."""
    document = survey.toml(path)
    if document is None:
        return
    yield Said("package_manager", "pipenv", Location(path, 1))
    yield from pipfile.credentials(document)
    indexes = pipfile.sources(document.get("source"))
    categories = {name: pipfile.packages(document, name, indexes) for name in pipfile.categories(document)}
    wanted = categories.pop(pipfile.PACKAGES, ())
    yield from (Direct(one.dependency) for one in wanted)
    needs = Needs(
        document.at(pipfile.PACKAGES),
        wanted,
        groups=tuple((canonicalize_name(name), more) for name, more in categories.items()),
    )
    found = Collected(index=indexes.first, extra_indexes=list(indexes.others))
    lock = wishes.as_lock(survey, found, Listing("pipfile", needs.at, "run `pipenv lock`"), Own(needs))
    if lock.roots:
        yield Said("unpinned", UNLOCKED, lock.at)
    yield lock


FORMAT = LockFormat("pipfile", "project", beside(PATH), named(PATH), nothing, detect)
