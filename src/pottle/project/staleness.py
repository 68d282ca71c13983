"""Whether a lock of Poetry or PDM still answers what the project asks for: by meaning, since their hash of it changes with a comma.

A lock is stale if something that some environment would install is not in it, or not as it is asked for now. What the project no
longer asks for does no harm.
"""

from collections.abc import Iterable, Iterator

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pottle.errors import ProjectError
from pottle.project import environments
from pottle.project.lock_entries import Entries, Entry
from pottle.project.wanted import Wanted
from pottle.text import Location


def check(lock: str, wanted: Iterable[Wanted], entries: Entries, pythons: tuple[SpecifierSet, ...]) -> None:
    """Raise `ProjectError` at the first thing that the lock does not answer. `pythons` are those that the project admits."""
    apart = {entries.itself, *entries.left_out, *entries.loose}
    for each in wanted:
        if each.name not in apart and (why := _why(each, entries)) and _counts(each, pythons):
            raise stale(lock, why, each.at, entries.again)


def stale(lock: str, what: str, at: Location, again: str) -> ProjectError:
    """The error that says so."""
    return ProjectError(f"{lock} is stale: {what}", at=at, hint=again)


def check_python(
    lock: str, wanted: tuple[SpecifierSet, ...], locked: tuple[SpecifierSet, ...], at: Location, again: str
) -> None:
    """Raise `ProjectError` where the project admits a Python that the lock was not made for."""
    texts = [str(each) for each in (*wanted, *locked)]
    for version in environments.pythons(texts):
        if _among(version, wanted) and not _among(version, locked):
            made = " || ".join(map(str, locked))
            asked = " || ".join(map(str, wanted)) or "any"
            raise stale(lock, f"it was made for Python {made}, and the project asks for {asked}", at, again)


def _among(version: Version, sets: tuple[SpecifierSet, ...]) -> bool:
    return any(each.contains(version, prereleases=True) for each in sets or (SpecifierSet(),))


def _why(wanted: Wanted, entries: Entries) -> str | None:
    """What is wrong, if anything is."""
    found = entries.by_name.get(wanted.name, ())
    if any(_answers(entry, wanted) for entry in found):
        return None
    if not found:
        return f"the project asks for {wanted}, and it was made without that"
    held = ", ".join(sorted({_held(entry, wanted) for entry in found}))
    return f"the project asks for {wanted}, and it holds {held}"


def _answers(entry: Entry, wanted: Wanted) -> bool:
    if not entry.answers(wanted):
        return False
    if wanted.origin is None:
        return entry.distribution.source == "registry" or not wanted.constraint
    repository = entry.distribution.repository
    return (
        wanted.origin.kind != "vcs"
        or repository is None
        or repository.url.rstrip("/") == wanted.origin.place.rstrip("/")
    )


def _held(entry: Entry, wanted: Wanted) -> str:
    found = entry.distribution
    if found.source != "registry" or wanted.origin is not None:
        place = found.repository.url if found.repository else found.source_id
        return f"{found.version} from {place or 'an index'}"
    return f"{found.version} from {entry.source or 'PyPI'}" if wanted.source else str(found.version)


def _counts(wanted: Wanted, pythons: tuple[SpecifierSet, ...]) -> bool:
    """Whether any environment would install it."""
    if wanted.marker is None:
        return True
    text = str(wanted.marker)
    return any(wanted.marker.evaluate(each) for each in _environments(text, pythons))


def _environments(text: str, pythons: tuple[SpecifierSet, ...]) -> Iterator[dict[str, str]]:
    for each in pythons or (SpecifierSet(),):
        yield from environments.grid([text], each)
