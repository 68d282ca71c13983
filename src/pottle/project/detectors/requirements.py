"""What `requirements.txt` asks for: pip's file format, with the files that it includes.

Every requirement pinned with `==` and hashed is a complete lock, as pip's `--require-hashes` demands of one. Anything less is a
wish list: it is read, warned about, and left to be resolved.
"""

import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from pottle import address
from pottle.errors import ProjectError
from pottle.project import requirement
from pottle.project.clues import Clue, Direct, Said
from pottle.project.facts import Artifact, Dependency, Lock, LockedDistribution, SourceKind
from pottle.project.survey import Survey
from pottle.text import Location

PATH = "requirements.txt"
PIN_THEM = "pin them with hashes: `uv pip compile --generate-hashes requirements.in -o requirements.txt`"

_INDEX = ("-i", "--index-url", "--pypi-url")
_EXTRA_INDEX = ("--extra-index-url",)
_INCLUDE = ("-r", "--requirement")
_CONSTRAIN = ("-c", "--constraint")
_EDITABLE = ("-e", "--editable")
_IGNORED = (
    "--pre", "--require-hashes", "--prefer-binary", "--no-index", "--trusted-host", "--use-feature", "--only-binary",
    "--no-binary", "-f", "--find-links",
)  # fmt: skip
_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_OWN_OPTIONS = re.compile(r"\s+--(?:hash|config-settings?|global-option)\b")
_HASH = re.compile(r"--hash[= ]\s*(\w+):([0-9a-fA-F]+)")
_WHERE = re.compile(r"(?:\.{0,2}/|file:|[A-Za-z][A-Za-z0-9+.-]*://|\.$|\.\[|[^\s@]*\.(?:whl|tar\.gz|zip)$)")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")

Line: TypeAlias = tuple[str, Location]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One requirement of the list."""

    dependency: Dependency
    hashes: tuple[str, ...]
    kind: SourceKind = "registry"
    location: str = ""
    """The URL or path of what is not from an index."""

    @property
    def pinned(self) -> bool:
        """Exactly one version can be meant."""
        return self.kind in ("url", "path") or self.dependency.version is not None


@dataclass(slots=True)
class Collected:
    """What the files say, gathered while they are read."""

    wanted: list[Wanted] = field(default_factory=list)
    constraints: list[Dependency] = field(default_factory=list)
    index: str | None = None
    extra_indexes: list[str] = field(default_factory=list)
    warnings: list[Said] = field(default_factory=list)
    itself: Location | None = None
    """Where the list names the project: `-e .`"""


def detect(survey: Survey) -> Iterator[Clue]:
    """The list as a lock, complete or not."""
    if not survey.tree.exists(PATH):
        return
    found = Collected()
    _read(survey, PATH, found, above=(), constraints=False)
    at = Location(PATH, 1)
    yield Said("package_manager", "pip", at)
    yield from found.warnings
    wanted = [_constrained(one, found.constraints) for one in found.wanted]
    if found.itself is not None:
        wanted += list(_own(survey, {one.dependency.name for one in wanted}))
    yield from (Direct(one.dependency) for one in wanted)
    lock = _lock(wanted, found.index, tuple(dict.fromkeys(found.extra_indexes)))
    if not lock.complete:
        yield _unfinished(wanted)
    yield lock


def _lock(wanted: Sequence[Wanted], index: str | None, extra_indexes: tuple[str, ...]) -> Lock:
    return Lock(
        format="requirements",
        at=Location(PATH),
        roots=tuple(one.dependency for one in wanted),
        distributions=tuple(_distribution(one, index or "") for one in wanted),
        complete=all(one.pinned and one.hashes for one in wanted),
        index=index,
        extra_indexes=extra_indexes,
    )


def _distribution(one: Wanted, index: str) -> LockedDistribution:
    dependency = one.dependency
    return LockedDistribution(
        name=dependency.name,
        version=dependency.version,
        source=one.kind,
        source_id=index if one.kind == "registry" else one.location,
        at=dependency.at,
        wheels=tuple(_wheel(one)),
        hashes=one.hashes,
        markers=(dependency.marker,) if dependency.marker else (),
    )


def _wheel(one: Wanted) -> Iterator[Artifact]:
    """The wheel itself, where the list names one by its URL or path."""
    filename = posixpath.basename(one.location.partition("#")[0])
    if one.kind in ("url", "path") and filename.endswith(".whl"):
        sha256 = one.hashes[0].removeprefix("sha256:") if one.hashes else None
        yield Artifact(filename, one.location, sha256, None)


def _unfinished(wanted: Sequence[Wanted]) -> Said:
    loose = [one for one in wanted if not one.pinned]
    bare = [one for one in wanted if not one.hashes]
    what = f"{len(loose)} of {len(wanted)} requirements are not pinned" if loose else f"{len(bare)} have no hashes"
    return Said("warning", f"{what}, so that every build may get others: {PIN_THEM}", (loose or bare)[0].dependency.at)


# --- reading ----------------------------------------------------------------------------------------


def _read(survey: Survey, path: str, found: Collected, above: tuple[str, ...], *, constraints: bool) -> None:
    text = survey.tree.read(path)
    if text is None:  # the caller has seen to it that only an included file can be missing
        raise ProjectError(f"{path} does not exist", at=Location(above[-1]) if above else None, hint="add it")
    for line, at in _logical(text, path):
        if not line.startswith("-"):
            _take(survey, line, at, found, constraints=constraints)
            continue
        option, value = _option(line, at)
        if option in _INCLUDE or option in _CONSTRAIN:
            _include(survey, value, at, found, (*above, path), constraints=constraints or option in _CONSTRAIN)
        elif option in _EDITABLE:
            _take(survey, value, at, found, constraints=False)
        elif option in (*_INDEX, *_EXTRA_INDEX):
            _index(option, value, at, found)
        elif option not in _IGNORED:
            raise ProjectError(f"unknown option {option}", at=at, hint="see pip's requirements file format")


def _logical(text: str, path: str) -> Iterator[Line]:
    """Lines joined at a backslash, without comments, each with the number of its first."""
    pending, start = "", 0
    for number, raw in enumerate([*text.splitlines(), ""], 1):
        start = start or number
        stripped = _COMMENT.sub("", raw)
        if stripped.rstrip().endswith("\\") and stripped == raw:
            pending += stripped.rstrip()[:-1] + " "
            continue
        line = (pending + stripped).strip()
        if line:
            yield line, Location(path, start)
        pending, start = "", 0


def _option(line: str, at: Location) -> tuple[str, str]:
    try:
        words = shlex.split(line)
    except ValueError:
        raise ProjectError("a quotation mark has no end", at=at, hint="correct that line") from None
    option, equals, value = words[0].partition("=")
    if not equals and not option.startswith("--") and len(option) > 2:
        return option[:2], option[2:]  # `-rbase.txt`
    return option, value if equals else " ".join(words[1:])


def _include(
    survey: Survey, value: str, at: Location, found: Collected, above: tuple[str, ...], *, constraints: bool
) -> None:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(above[-1]), value))
    if path.startswith(("../", "/")) or "://" in value:
        raise ProjectError(f"{value} lies outside of the project", at=at, hint="copy it into the project")
    if path in above:
        raise ProjectError(f"{value} includes itself", at=at, hint="remove one of the `-r` lines")
    if not survey.tree.exists(path):
        raise ProjectError(f"{path} does not exist", at=at, hint="add it, or remove that line")
    _read(survey, path, found, above, constraints=constraints)


def _index(option: str, value: str, at: Location, found: Collected) -> None:
    url = requirement.without_credentials(value)
    if address.holds_login(value):
        what = "this index URL holds credentials: keep them in netrc or in variables, `https://${USER}:${TOKEN}@…`"
        found.warnings.append(Said("warning", what, at))
    if option in _INDEX:
        found.index = url  # the last one counts, as in pip
    else:
        found.extra_indexes.append(url)


def _take(survey: Survey, line: str, at: Location, found: Collected, *, constraints: bool) -> None:
    """One requirement: by name, by URL or by path."""
    options = _OWN_OPTIONS.search(line)
    text, hashes = (line[: options.start()], _hashes(line[options.start() :], at)) if options else (line, ())
    if _WHERE.match(text):
        wanted = _placed(survey, text, at, hashes)
        if wanted is None:
            found.itself = at
            return
    else:
        wanted = _named(requirement.parse(text, at), at, hashes)
    if constraints:
        found.constraints.append(wanted.dependency)
    else:
        found.wanted.append(wanted)


def _hashes(options: str, at: Location) -> tuple[str, ...]:
    pairs = _HASH.findall(options)
    strong = tuple(f"sha256:{digest.lower()}" for algorithm, digest in pairs if algorithm == "sha256")
    if (pairs and not strong) or any(len(text) != 71 for text in strong):
        raise ProjectError(
            "there is no whole sha256 hash among these", at=at, hint="write the file anew with pip-compile or uv"
        )
    return strong


def _named(wish: Requirement, at: Location, hashes: tuple[str, ...]) -> Wanted:
    dependency = requirement.dependency(wish, at)
    if wish.url is not None:
        return _linked(dependency, dependency.url or "", hashes)
    return Wanted(replace(dependency, version=_pin(wish.specifier)), hashes)


def _pin(specifier: SpecifierSet) -> Version | None:
    """The one version that `==` or `===` without a wildcard admits."""
    exact = [s.version for s in specifier if s.operator in ("==", "===") and not s.version.endswith(".*")]
    return Version(exact[0]) if len(exact) == 1 and len(specifier) == 1 else None


def _linked(dependency: Dependency, url: str, hashes: tuple[str, ...]) -> Wanted:
    if re.match(r"(?:git|hg|svn|bzr)\+", url):
        return Wanted(dependency, hashes, "vcs", url)
    fragment = re.search(r"[#&]sha256=([0-9a-f]{64})", url)
    own = (f"sha256:{fragment[1]}",) if fragment else ()
    kind: SourceKind = "path" if url.startswith("file:") else "url"
    return Wanted(replace(dependency, version=_wheel_version(url)), (*hashes, *own), kind, url)


def _wheel_version(location: str) -> Version | None:
    try:
        return parse_wheel_filename(posixpath.basename(location.partition("#")[0]))[1]
    except InvalidWheelFilename:
        return None


def _placed(survey: Survey, text: str, at: Location, hashes: tuple[str, ...]) -> Wanted | None:
    """A requirement that is only a place; None where that is the project itself."""
    place, _, extras = text.partition(";")[0].strip().removesuffix("]").partition("[")
    if "://" in place:
        return _linked(Dependency(_name_in(place, at), at, url=requirement.without_credentials(place)), place, hashes)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(at.path), place.removeprefix("file:")))
    if path == ".":
        return None
    if path.startswith(("../", "/")):
        raise ProjectError(f"{place} lies outside of the project", at=at, hint="copy it into the project")
    wished = tuple(canonicalize_name(extra) for extra in extras.split(",") if extra)
    if path.endswith((".whl", ".tar.gz", ".zip")):
        dependency = Dependency(_name_in(path, at), at, version=_wheel_version(path), extras=wished)
        return Wanted(dependency, hashes, "path", path)
    document = survey.toml(f"{path}/pyproject.toml")
    name = document.get("project", "name") if document else None
    if not isinstance(name, str):
        raise ProjectError(f"{place} holds no pyproject.toml with a name", at=at, hint="is the path right?")
    return Wanted(Dependency(canonicalize_name(name), at, extras=wished), hashes, "directory", path)


def _name_in(place: str, at: Location) -> NormalizedName:
    """The distribution that a file name or an `#egg=` names."""
    if egg := _EGG.search(place):
        return canonicalize_name(egg[1])
    filename = posixpath.basename(place.partition("#")[0])
    try:
        return parse_wheel_filename(filename)[0]
    except InvalidWheelFilename:
        hint = "write it with its name: `name @ URL`"
        raise ProjectError(
            f"{requirement.without_credentials(place)} does not say what it is", at=at, hint=hint
        ) from None


def _constrained(one: Wanted, constraints: Sequence[Dependency]) -> Wanted:
    """The requirement narrowed by what `-c` says of its name, wherever no marker limits that."""
    specifier = one.dependency.specifier
    for constraint in constraints:
        if constraint.name == one.dependency.name and constraint.marker is None and constraint.specifier is not None:
            specifier = constraint.specifier if specifier is None else specifier & constraint.specifier
    if specifier is one.dependency.specifier or specifier is None:
        return one
    version = one.dependency.version or next(
        (v for c in constraints if c.name == one.dependency.name and (v := c.version)), None
    )
    return replace(one, dependency=replace(one.dependency, specifier=specifier, version=version))


def _own(survey: Survey, listed: set[NormalizedName]) -> Iterator[Wanted]:
    """What the project itself depends on, where the list names the project and not those."""
    document = survey.pyproject
    for text in document.table("project").get("dependencies", ()) if document else ():
        at = document.at("project", "dependencies", item=str(text)) if document else Location(PATH)
        wanted = _named(requirement.parse(text, at), at, ())
        if wanted.dependency.name not in listed:
            yield wanted
