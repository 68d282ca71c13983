"""What `Pipfile.lock` has decided: a flat list for each category, every entry with its version and the hashes of its files.

It knows the `Pipfile` that it was made from by a hash. Where that differs, the two are compared by meaning, as far as a list can be
that does not say who needs what.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from pottle.errors import ProjectError
from pottle.project import pipfile, requirement, requirements_file, wishes
from pottle.project.clues import Clue, Direct, Said
from pottle.project.facts import Dependency, Lock
from pottle.project.lock_format import LockFormat, beside, named
from pottle.project.requirements_file import Collected, Wanted
from pottle.project.survey import Survey
from pottle.project.wishes import Listing
from pottle.text import Location
from pottle.toml import Document

PATH = "Pipfile.lock"
AGAIN = "run `pipenv lock`"
SPEC = 6
"""The only version of the file format that was ever written since 2017."""

_META, _DEFAULT, _DEVELOP = "_meta", "default", "develop"
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


def detect(survey: Survey, path: str) -> Iterator[Clue]:
    """The lock at `path`."""
    text = survey.tree.read(path)
    if text is None:
        return
    lock = _Lock(text, path)
    document = survey.toml(pipfile.PATH)
    yield Said("package_manager", "pipenv", Location(path, 1))
    sections = {name: lock.section(name) for name in lock.values if name != _META}
    wanted = [one for one in sections.pop(_DEFAULT, ()) if one.location != "."]
    if document is not None:
        yield from pipfile.credentials(document)
        _check_fresh(document, lock, wanted)
        direct = pipfile.packages(document, pipfile.PACKAGES, lock.sources)
        yield from (Direct(one.dependency) for one in direct)
    else:
        yield from (Direct(one.dependency) for one in wanted)
    yield _as_lock(survey, lock, wanted, sections)


def _as_lock(
    survey: Survey, lock: "_Lock", wanted: Sequence[Wanted], sections: Mapping[str, tuple[Wanted, ...]]
) -> Lock:
    names = {name: pipfile.DEVELOPMENT if name == _DEVELOP else name for name in sections}
    return wishes.lock(
        survey,
        wanted,
        Listing("pipenv", Location(lock.path), AGAIN),
        Collected(index=lock.sources.first, extra_indexes=list(lock.sources.others)),
        groups=tuple((canonicalize_name(names[name]), more) for name, more in sections.items()),
        requires_python=_python(lock),
    )


class _Lock:
    """The lock's values, and the line of each."""

    def __init__(self, text: str, path: str) -> None:
        self.path = path
        self.lines = text.split("\n")
        self.values: dict[str, Any] = self._read(text)
        self.meta: dict[str, Any] = self.values[_META]
        self.sources = pipfile.sources(self.meta.get("sources"))

    def _read(self, text: str) -> dict[str, Any]:
        try:
            values = json.loads(text)
        except json.JSONDecodeError as error:
            what = f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
            raise ProjectError(what, at=Location(self.path, error.lineno), hint=AGAIN) from None
        except RecursionError:
            raise ProjectError("it is nested too deeply", at=Location(self.path), hint=AGAIN) from None
        if not isinstance(values, dict) or not isinstance(values.get(_META), dict):
            raise ProjectError("this is no lock of pipenv: it has no `_meta`", at=Location(self.path, 1), hint=AGAIN)
        spec = values[_META].get("pipfile-spec", SPEC)
        if spec != SPEC:
            at = Location(self.path, self.line("pipfile-spec"))
            hint = "upgrade pottle, or lock with an older pipenv"
            raise ProjectError(f"the lock has format version {spec}, and only {SPEC} is known", at=at, hint=hint)
        return values

    def line(self, key: str, after: int = 0) -> int | None:
        """The first line at or below `after` (counted from 0) that sets `key`."""
        start = json.dumps(key, ensure_ascii=False) + ":"
        found = (n for n in range(after, len(self.lines)) if start in self.lines[n].replace('" :', '":'))
        return next((n + 1 for n in found), None)

    def section(self, name: str) -> tuple[Wanted, ...]:
        """The entries of one category."""
        at = self.line(name) or 1
        entries = self.values[name]
        if not isinstance(entries, dict):
            raise ProjectError(f"`{name}` has to be a table", at=Location(self.path, at), hint=AGAIN)
        found = []
        for package, entry in entries.items():
            at = self.line(package, at) or at
            found.append(self._entry(package, entry, Location(self.path, at)))
        return tuple(found)

    def _entry(self, name: str, entry: object, at: Location) -> Wanted:
        if not isinstance(entry, dict):
            raise ProjectError(f"the entry of {name} is no table", at=at, hint=AGAIN)
        pin = requirements_file.pin(pipfile.specifier(entry.get("version", ""), name, at))
        marker = requirement.at_marker(pipfile.condition(entry), at)
        hashes = entry.get("hashes", [])
        if not isinstance(hashes, list) or not all(isinstance(h, str) for h in hashes):
            raise ProjectError(f"the hashes of {name} are no list of texts", at=at, hint=AGAIN)
        strong = [each for each in hashes if _HASH.fullmatch(each)]
        dependency = Dependency(canonicalize_name(name), at, version=pin, marker=marker)
        wanted = pipfile.placed(dependency, entry, self.sources, strong)
        if wanted.kind == "registry" and pin is None:
            raise ProjectError(f"the lock has no version of {name}", at=at, hint=AGAIN)
        if wanted.kind not in ("vcs", "directory") and not wanted.hashes:
            raise ProjectError(f"the lock has no whole sha256 hash of {name}", at=at, hint=AGAIN)
        return wanted


def _python(lock: _Lock) -> SpecifierSet | None:
    """`_meta.requires`: the one version that it was made for."""
    requires = lock.meta.get("requires")
    asked = requires if isinstance(requires, dict) else {}
    if full := asked.get("python_full_version"):
        return pipfile.specifier(f"=={full}", "python", Location(lock.path, lock.line("python_full_version")))
    if version := asked.get("python_version"):
        return pipfile.specifier(f"=={version}.*", "python", Location(lock.path, lock.line("python_version")))
    return None


# --- whether it is still what the Pipfile asks for ------------------------------------------------


def _check_fresh(document: Document, lock: _Lock, locked: Sequence[Wanted]) -> None:
    known = lock.meta.get("hash")
    if isinstance(known, dict) and known.get("sha256") == pipfile.sha256(document):
        return
    _check_python(document, lock)
    wanted = pipfile.packages(document, pipfile.PACKAGES, pipfile.sources(document.get("source")))
    by_name = {one.dependency.name: one for one in locked}
    for one in wanted:
        _check_one(one, by_name)
    _check_nothing_gone(document, lock, {one.dependency.name for one in wanted})


def _stale(what: str, at: Location) -> ProjectError:
    return ProjectError(f"{PATH} is stale: {what}", at=at, hint=AGAIN)


def _check_python(document: Document, lock: _Lock) -> None:
    wanted, locked = document.get("requires") or {}, lock.meta.get("requires") or {}
    for key in ("python_version", "python_full_version"):
        if wanted.get(key) != locked.get(key):
            asked, made = wanted.get(key, "any"), locked.get(key, "any")
            raise _stale(
                f"it was made for Python {made}, and the Pipfile asks for {asked}", document.at("requires", key)
            )


def _check_one(one: Wanted, locked: Mapping[NormalizedName, Wanted]) -> None:
    wish = one.dependency
    has = locked.get(wish.name)
    if has is None:
        if one.location == ".":
            return  # the project itself
        raise _stale(f"the Pipfile asks for {wish.name}, and it was made without that", wish.at)
    if one.kind != has.kind:
        raise _stale(f"the Pipfile asks for {wish.name} from another place", wish.at)
    version, specifier = has.dependency.version, wish.specifier or SpecifierSet()
    if version is not None and not specifier.contains(version, prereleases=True):
        raise _stale(f"the Pipfile asks for {wish.name}{specifier}, and it has {version}", wish.at)


def _check_nothing_gone(document: Document, lock: _Lock, wanted: set[NormalizedName]) -> None:
    """Pipenv names the index of what stands in the Pipfile itself."""
    for name, entry in lock.values.get(_DEFAULT, {}).items():
        if "index" in entry and canonicalize_name(name) not in wanted:
            raise _stale(
                f"it was made for {name}, and the Pipfile no longer asks for that", document.at(pipfile.PACKAGES)
            )


def _used(survey: Survey) -> Location | None:
    return Location(pipfile.PATH) if survey.tree.exists(pipfile.PATH) else None


FORMAT = LockFormat("pipenv", "lock", beside(PATH), named(PATH), _used, detect)
