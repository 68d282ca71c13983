"""pip's requirements file format: what the lines of a file ask for, and those of the files that it includes.

See "Requirements File Format" in pip's documentation; `-e file:…` is how rye writes the projects of its workspace.
"""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, NormalizedName, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from pottle import address
from pottle.errors import ProjectError
from pottle.project import requirement
from pottle.project.clues import Said
from pottle.project.facts import Dependency, Repository, SourceKind
from pottle.project.survey import Survey
from pottle.text import Location

_INDEX = ("-i", "--index-url", "--pypi-url")
_EXTRA_INDEX = ("--extra-index-url",)
_INCLUDE = ("-r", "--requirement")
_CONSTRAIN = ("-c", "--constraint")
_EDITABLE = ("-e", "--editable")
_LINKS = ("-f", "--find-links", "--no-index")
_IGNORED = (
    "--require-hashes", "--prefer-binary", "--trusted-host", "--use-feature", "--only-binary", "--no-binary",
)  # fmt: skip
_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_OWN_OPTIONS = re.compile(r"\s+--(?:hash|config-settings?|global-option|install-option)\b")
_OPTION = re.compile(r"(--[a-z-]+|-[a-z])[=\s]*(.*)")
_HASH = re.compile(r"--hash[= ]\s*(\w+):([0-9a-fA-F]+)")
_WHERE = re.compile(
    r"\.{0,2}/|file:|[A-Za-z][A-Za-z0-9+.-]*://|\.{1,2}(?:$|[\[;\s])|[^\s@;]*\.(?:whl|tar\.gz|zip)(?:$|[\[;\s])|[\w.-]+/"
)
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)(?:\[([^\]]*)\])?")
_SUBDIRECTORY = re.compile(r"[#&]subdirectory=([^&]+)")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_MARKER = re.compile(r"\s*;\s+|\s+;\s*")
_ROOT = "file:///${PROJECT_ROOT}/"
"""How PDM and Hatch write a path that is relative to the project."""

Line: TypeAlias = tuple[str, Location]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One requirement of a list."""

    dependency: Dependency
    """Nameless for a directory that nobody has looked into yet."""
    hashes: tuple[str, ...] = ()
    kind: SourceKind = "registry"
    location: str = ""
    """The URL or path of what is not from an index; for what is, the index, where the list says which."""
    repository: Repository | None = None
    """The commit, where the list names one in full."""

    @property
    def pinned(self) -> bool:
        """Exactly one version can be meant."""
        return (
            self.kind in ("url", "path", "directory")
            or self.dependency.version is not None
            or self.repository is not None
        )

    @property
    def sealed(self) -> bool:
        """Exactly these bytes can be meant: a hash or a commit says so; a directory is what it is."""
        return self.pinned and (bool(self.hashes) or self.kind == "directory" or self.repository is not None)


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
    extras: set[NormalizedName] = field(default_factory=set)
    """The project's own extras that it names: `.[web]`."""
    included: set[str] = field(default_factory=set)
    """Every file that was read."""


def read(survey: Survey, path: str) -> Collected:
    """What the file at `path` asks for, what its constraints say of that already applied."""
    found = Collected()
    _file(survey, path, found, (), constraints=False)
    return _narrowed(found)


def read_lines(survey: Survey, lines: Iterable[Line], path: str) -> Collected:
    """What `lines` ask for, which stand in the file at `path` though that is no requirements file itself."""
    found = Collected()
    _lines(survey, lines, found, (path,), constraints=False)
    return _narrowed(found)


def from_requirement(wish: Requirement, at: Location, hashes: tuple[str, ...] = ()) -> Wanted:
    """What one requirement (PEP 508) asks for."""
    dependency = requirement.dependency(wish, at)
    if wish.url is not None:
        return linked(dependency, wish.url, hashes)
    return Wanted(replace(dependency, version=pin(wish.specifier)), hashes)


def pin(specifier: SpecifierSet) -> Version | None:
    """The one version that `==` or `===` without a wildcard admits."""
    exact = [s.version for s in specifier if s.operator in ("==", "===") and not s.version.endswith(".*")]
    if len(exact) != 1 or len(specifier) != 1:
        return None
    try:
        return Version(exact[0])
    except InvalidVersion:
        return None  # `===` compares as text


def linked(dependency: Dependency, url: str, hashes: tuple[str, ...] = ()) -> Wanted:
    """What `dependency` means that stands at `url`: a file or a repository, pinned where the URL says a whole commit."""
    shown = requirement.without_credentials(url)
    if _REPOSITORY.match(url):
        return Wanted(dependency, hashes, "vcs", shown, _repository(shown))
    fragment = re.search(r"[#&]sha256=([0-9a-f]{64})", url)
    own = (f"sha256:{fragment[1]}",) if fragment else ()
    kind: SourceKind = "path" if url.startswith("file:") else "url"
    return Wanted(replace(dependency, version=_wheel_version(url)), (*hashes, *own), kind, shown)


def _repository(url: str) -> Repository | None:
    """`git+https://host/path@COMMIT#subdirectory=x`."""
    address, _, fragment = url.partition("#")
    place, at, commit = address.rpartition("@")
    if not at or not _COMMIT.fullmatch(commit) or not address.startswith("git+"):
        return None
    subdirectory = _SUBDIRECTORY.search(f"#{fragment}")
    return Repository(place.removeprefix("git+"), commit, subdirectory[1] if subdirectory else None)


def _wheel_version(location: str) -> Version | None:
    try:
        return parse_wheel_filename(posixpath.basename(location.partition("#")[0]))[1]
    except InvalidWheelFilename:
        return None


# --- files and lines ------------------------------------------------------------------------------


def _file(survey: Survey, path: str, found: Collected, above: tuple[str, ...], *, constraints: bool) -> None:
    text = survey.tree.read(path) or ""
    found.included.add(path)
    _lines(survey, _logical(text, path), found, (*above, path), constraints=constraints)


def _lines(
    survey: Survey, lines: Iterable[Line], found: Collected, above: tuple[str, ...], *, constraints: bool
) -> None:
    for line, at in lines:
        if not line.startswith("-"):
            _take(survey, line, at, found, constraints=constraints)
            continue
        for option, value in _options(line, at):
            if option in _INCLUDE or option in _CONSTRAIN:
                _include(survey, value, at, found, above, constraints=constraints or option in _CONSTRAIN)
            elif option in _EDITABLE:
                _take(survey, value, at, found, constraints=constraints, editable=True)
            elif option in (*_INDEX, *_EXTRA_INDEX):
                _index(option, value, at, found)
            elif option in _LINKS:
                what = f"{option} is passed over: name an index with --index-url or --extra-index-url"
                found.warnings.append(Said("warning", what, at))
            elif option == "--pre":
                what = "--pre is passed over: name the pre-release that is meant, `name==2.0rc1`"
                found.warnings.append(Said("warning", what, at))
            elif option not in _IGNORED:
                raise ProjectError(f"unknown option {option}", at=at, hint="see pip's requirements file format")


def _logical(text: str, path: str) -> Iterator[Line]:
    """Lines joined at a backslash, without comments, each with the number of its first."""
    pending, start = "", 0
    for number, raw in enumerate([*text.removeprefix("\ufeff").splitlines(), ""], 1):
        start = start or number
        stripped = _COMMENT.sub("", raw)
        if stripped.rstrip().endswith("\\") and stripped == raw:
            pending += stripped.strip()[:-1].strip() + " "
            continue
        line = f"{pending}{stripped.strip()}".strip()
        if line:
            yield line, Location(path, start)
        pending, start = "", 0


def _options(line: str, at: Location) -> Iterator[tuple[str, str]]:
    """The options of one line, each with its value: `-i https://index.example/ --pre`."""
    start = _OPTION.match(line)
    if start is not None and start[1] in _EDITABLE:
        yield start[1], start[2].strip("\"'")
        return
    try:
        words = shlex.split(line)
    except ValueError:
        raise ProjectError("a quotation mark has no end", at=at, hint="correct that line") from None
    while words:
        option, equals, value = words.pop(0).partition("=")
        if not equals and not option.startswith("--") and len(option) > 2:
            option, value = option[:2], option[2:]  # `-rbase.txt`
        elif not equals and words and not words[0].startswith("-"):
            value = words.pop(0)
        yield option, value


def _include(
    survey: Survey, value: str, at: Location, found: Collected, above: tuple[str, ...], *, constraints: bool
) -> None:
    path = posixpath.normpath(posixpath.join(posixpath.dirname(above[-1]), value))
    if "://" in value:
        shown = requirement.without_credentials(value)
        raise ProjectError(f"{shown} lies outside of the project", at=at, hint="copy it into the project")
    if path in above:
        raise ProjectError(f"{value} includes itself", at=at, hint="remove one of the `-r` lines")
    if not survey.tree.exists(path):
        if path.startswith(("../", "/")):
            what = f"{value} lies outside of the project's repository, or does not exist"
            raise ProjectError(what, at=at, hint="copy it into the project")
        raise ProjectError(f"{path} does not exist", at=at, hint="add it, or remove that line")
    _file(survey, path, found, above, constraints=constraints)


def _index(option: str, value: str, at: Location, found: Collected) -> None:
    url = requirement.without_credentials(value)
    if address.holds_login(value):
        what = "this index URL holds credentials: keep them in netrc or in variables, `https://${USER}:${TOKEN}@…`"
        found.warnings.append(Said("warning", what, at))
    if option in _INDEX:
        found.index = None if requirement.is_public(url) else url  # the last one counts, as in pip
    else:
        found.extra_indexes.append(url)


# --- one requirement ------------------------------------------------------------------------------


def _take(
    survey: Survey, line: str, at: Location, found: Collected, *, constraints: bool, editable: bool = False
) -> None:
    """One requirement: by name, by URL or by path."""
    options = _OWN_OPTIONS.search(line)
    text, hashes = (line[: options.start()], _hashes(line[options.start() :], at)) if options else (line, ())
    text = text.replace(_ROOT, "./")
    if not editable and not _WHERE.match(text):
        wanted = from_requirement(requirement.parse(text, at), at, hashes)
    elif "://" in text.partition(";")[0]:
        wanted = _addressed(text, at, hashes)
    else:
        placed = _placed(survey, text, at, hashes, found)
        if placed is None:
            return
        wanted = placed
    if constraints:
        found.constraints.append(wanted.dependency)
    else:
        found.wanted.append(wanted)


def _hashes(options: str, at: Location) -> tuple[str, ...]:
    pairs = _HASH.findall(options)
    strong = tuple(f"sha256:{digest.lower()}" for algorithm, digest in pairs if algorithm == "sha256")
    wanted = "--hash" in options
    if (wanted and not strong) or any(len(text) != 71 for text in strong):
        raise ProjectError(
            "there is no whole sha256 hash among these", at=at, hint="write the file anew with pip-compile or uv"
        )
    return strong


def _conditional(text: str, at: Location) -> tuple[str, Dependency]:
    """A place and a nameless dependency with the marker behind it: `./lib ; python_version < "3.13"`."""
    place, *condition = _MARKER.split(text.strip(), maxsplit=1)
    marker = requirement.at_marker(condition[0] if condition else None, at)
    return place, Dependency(canonicalize_name(""), at, marker=marker)


def _extras(text: str) -> tuple[NormalizedName, ...]:
    return tuple(sorted(canonicalize_name(name.strip()) for name in text.split(",") if name.strip()))


def _addressed(text: str, at: Location, hashes: tuple[str, ...]) -> Wanted:
    """A requirement that is only a URL."""
    url, dependency = _conditional(text, at)
    egg = _EGG.search(url)
    extras = _extras((egg[2] or "") if egg else "")
    named = replace(dependency, name=_name_in(url, at), extras=extras, url=requirement.without_credentials(url))
    return linked(named, url, hashes)


def _placed(survey: Survey, text: str, at: Location, hashes: tuple[str, ...], found: Collected) -> Wanted | None:
    """A requirement that is only a path; None where that is the project itself."""
    whole, dependency = _conditional(text, at)
    place, _, names = whole.rstrip("]").partition("[")
    dependency = replace(dependency, extras=_extras(names))
    path = _resolved(survey, place.removeprefix("file:"), at)
    if path == ".":
        found.itself = found.itself or at
        found.extras |= {*dependency.extras}
        return None
    if path.endswith((".whl", ".tar.gz", ".zip")):
        if path.startswith(("../", "/")):
            raise ProjectError(f"{place} lies outside of the project", at=at, hint="copy it into the project")
        named = replace(dependency, name=_name_in(path, at), version=_wheel_version(path))
        return Wanted(named, hashes, "path", path)
    return Wanted(dependency, hashes, "directory", path)


def _resolved(survey: Survey, place: str, at: Location) -> str:
    """The path, relative to the project. pip takes it from where it runs, uv from the list: whichever holds something counts."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(at.path), place))
    path = posixpath.normpath(place)
    there = (path, f"{path}/pyproject.toml", f"{path}/setup.py")
    return path if path == "." or any(map(survey.tree.exists, there)) else beside


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


# --- constraints ----------------------------------------------------------------------------------


def _narrowed(found: Collected) -> Collected:
    found.wanted = [_constrained(one, found.constraints) for one in found.wanted]
    return found


def _constrained(one: Wanted, constraints: Iterable[Dependency]) -> Wanted:
    """The requirement narrowed by what `-c` says of its name, wherever no marker limits that."""
    ours = [c for c in constraints if c.name == one.dependency.name and c.marker is None and c.specifier is not None]
    if not ours:
        return one
    specifier = one.dependency.specifier or SpecifierSet()
    for constraint in ours:
        specifier &= constraint.specifier or SpecifierSet()
    version = one.dependency.version or next((c.version for c in ours if c.version), None)
    return replace(one, dependency=replace(one.dependency, specifier=specifier, version=version))
