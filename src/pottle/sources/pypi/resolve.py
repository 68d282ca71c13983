"""Requirements without a list of wheels → exactly one wheel each, as the user's indexes have them now."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from pottle import address
from pottle.errors import IntegrityError, ProjectError
from pottle.sources.pypi import pylock, reach, uv
from pottle.sources.pypi.failure import failure
from pottle.sources.pypi.pylock import Package, PinnedSource, PinnedWheel
from pottle.tags import Target, choose_wheel
from pottle.text import Location


@dataclass(frozen=True, slots=True)
class Wanted:
    """A requirement (PEP 508), and the hashes (`sha256:…`) of the files that may satisfy it: none means any."""

    requirement: str
    hashes: tuple[str, ...] = ()
    at: Location | None = None
    index: str | None = None
    """The one index that it comes from; None: whichever has it."""


@dataclass(frozen=True, slots=True)
class Indexes:
    """The indexes that a list of requirements names itself; with none of them, the user's own are asked."""

    instead: str | None = None
    """In place of the user's."""
    besides: tuple[str, ...] = ()
    """Asked before that one, in their order."""

    def options(self) -> Iterator[str]:
        """The options of uv that say so."""
        if self.instead:
            yield from ("--default-index", self.instead)
        for url in self.besides:
            yield from ("--index", url)

    def alone(self) -> "Iterator[Indexes]":
        """Each of them without the others."""
        yield Indexes(self.instead)
        yield from (Indexes(url) for url in self.besides)


@dataclass(frozen=True, slots=True)
class Asked:
    """How an index is asked."""

    complete: bool = False
    """Nothing may be added to what is wanted."""
    indexes: Indexes = field(default_factory=Indexes)
    may_build: tuple[str, ...] = ()
    """Distributions that may be sources; `*`: any that has no wheel which fits."""
    kept: tuple[PinnedWheel, ...] = ()
    """What an earlier answer was: its versions stay where they still satisfy what is wanted."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What satisfies the requirements; each by name."""

    wheels: tuple[PinnedWheel, ...] = ()
    sources: tuple[PinnedSource, ...] = ()


def resolve(session: uv.Session, wanted: Sequence[Wanted], how: Asked | None = None) -> Resolved:
    """The wheels that satisfy `wanted` and all that these depend on, and what of them has to be built.

    Raises `ProjectError` where no wheel fits the target, `IntegrityError` where those that fit do not have a wanted hash.
    """
    if not wanted:
        return Resolved()
    how = how or Asked()
    wanted = [_expanded(each, session.environ) for each in wanted]
    how = replace(how, indexes=_expanded_indexes(how.indexes, wanted, session.environ))
    asked = {_name(each, how): each for each in wanted}
    found = sorted(_compile(session, asked, how), key=lambda package: package.name)
    built = tuple(
        package.source for package in found if package.source is not None and _is_built(session, package, how)
    )
    for source in built:
        _check_allowed(source, asked.get(canonicalize_name(source.name)))
    names = {source.name for source in built}
    others = [package for package in found if package.name not in names]
    pinned = (_pin(session, package, asked.get(canonicalize_name(package.name)), how.indexes) for package in others)
    return Resolved(tuple(pinned), built)


def _check_allowed(source: PinnedSource, wanted: Wanted | None) -> None:
    if wanted and wanted.hashes and source.commit is None and f"sha256:{source.sha256}" not in wanted.hashes:
        what = f"the source archive of {source.name} {source.version} has no hash that is allowed"
        raise IntegrityError(what, at=wanted.at, hint="add its hash: hash the requirements again")


def _is_built(session: uv.Session, package: Package, how: Asked) -> bool:
    if not _may_build(package.name, how):
        return False
    return not any(_choose(session.target, [wheel.filename]) for wheel in package.wheels)


def _may_build(name: str, how: Asked) -> bool:
    return "*" in how.may_build or canonicalize_name(name) in {str(canonicalize_name(each)) for each in how.may_build}


def _compile(session: uv.Session, asked: Mapping[NormalizedName, Wanted], how: Asked) -> tuple[Package, ...]:
    places = {str(name): each.at for name, each in asked.items() if each.at is not None}
    options = [*how.indexes.options(), *_strategy(session, how.indexes), *(["--no-deps"] if how.complete else [])]
    target = uv.for_target(session.target, how.may_build)
    with uv.scratch(session) as work:
        project, lock = work / "pyproject.toml", work / "pylock.toml"
        project.write_text(_project(asked), encoding="utf-8")
        if how.kept:
            lock.write_text(pylock.write(how.kept), encoding="utf-8")  # uv prefers what its output file says
        try:
            uv.run(session, [*_COMPILE, *target, *options, "--output-file", lock, project], work)
        except uv.UvFailed as failed:
            raise failure(failed, places) from failed
        return pylock.read(lock.read_bytes())


_COMPILE = (
    "pip",
    "compile",
    "--preview-features",
    "pylock",
    "--format",
    "pylock.toml",
    "--no-header",
    "--no-annotate",
)


def _project(asked: Mapping[NormalizedName, Wanted]) -> str:
    """What is asked as a project, since only a project can say which requirement comes from which index."""
    indexes = {
        url: f"index-{number}" for number, url in enumerate(sorted({w.index for w in asked.values() if w.index}))
    }
    lines = ["[project]", 'name = "pottle-requirements"', 'version = "0"', "dependencies = ["]
    lines += [f"    {pylock.quoted(each.requirement)}," for each in asked.values()]
    lines += ["]", "[tool.uv.sources]"]
    lines += [f'{name} = {{ index = "{indexes[each.index]}" }}' for name, each in asked.items() if each.index]
    for url, name in indexes.items():
        lines += ["[[tool.uv.index]]", f'name = "{name}"', f"url = {pylock.quoted(url)}", "explicit = true"]
    return "\n".join([*lines, ""])


def _strategy(session: uv.Session, indexes: Indexes) -> tuple[str, ...]:
    """A list that names several indexes was written for pip, which looks into all of them.

    Unlike pip, what an earlier one has is not outbid by a later one: a stranger's upload of a private name and a higher version is
    not taken. What the user prefers goes before that.
    """
    preferred = "UV_INDEX_STRATEGY" in session.environ or "index-strategy" in reach.configuration(
        session.environ, session.project
    )
    return ("--index-strategy", "unsafe-first-match") if indexes.besides and not preferred else ()


def _expanded(wanted: Wanted, environ: Mapping[str, str]) -> Wanted:
    return replace(wanted, index=expanded(wanted.index, environ, wanted.at)) if wanted.index else wanted


def _expanded_indexes(indexes: Indexes, wanted: Iterable[Wanted], environ: Mapping[str, str]) -> Indexes:
    at = next((Location(each.at.path) for each in wanted if each.at), None)
    instead = expanded(indexes.instead, environ, at) if indexes.instead else None
    return Indexes(instead, tuple(expanded(url, environ, at) for url in indexes.besides))


def expanded(text: str, environ: Mapping[str, str], at: Location | None = None) -> str:
    """An index's URL with its variables (`${NAME}`) replaced; a login in it travels another way (`pottle.sources.pypi.way`)."""
    url = address.parse(text, environ).url
    if missing := address.unset(url):
        hint = f"set it: the index is named as {address.redacted(text)}"
        raise ProjectError(f"an index's URL needs the variable {missing[0]}, which is not set", at=at, hint=hint)
    return url


def _name(wanted: Wanted, how: Asked) -> NormalizedName:
    try:
        requirement = Requirement(wanted.requirement)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise ProjectError(f"not a requirement: {wanted.requirement!r}: {reason}", at=wanted.at) from error
    is_wheel = requirement.url is None or re.match(r"https?://[^#]+\.whl(#|$)", requirement.url)
    if not is_wheel and not _may_build(requirement.name, how):
        hint = f'allow that by `source-builds = ["{canonicalize_name(requirement.name)}"]` under [tool.pottle]'
        raise ProjectError(
            f"{requirement.name} is not a wheel but {address.without_login(str(requirement.url))}",
            at=wanted.at,
            hint=hint,
        )
    return canonicalize_name(requirement.name)


def _pin(session: uv.Session, package: Package, wanted: Wanted | None, indexes: Indexes) -> PinnedWheel:
    at = wanted.at if wanted else None
    fitting = _fitting(session.target, package)
    if not fitting:
        hint = "choose a version that has a wheel, another Python, or build the wheel and publish it on your own index"
        raise ProjectError(
            f"{package.name} {package.version or ''} has no wheel for {session.target}", at=at, hint=hint
        )
    allowed = _allowed(fitting, wanted)
    if not allowed and wanted is not None and indexes.besides:
        allowed = _elsewhere(session, package, wanted, indexes)
    if not allowed:
        hint = "if the hashes are those of an sdist, add the wheel's: hash the requirements again for this platform"
        raise IntegrityError(
            f"no wheel of {package.name} {package.version} has a hash that is allowed", at=at, hint=hint
        )
    best = _choose(session.target, [wheel.filename for wheel in allowed])
    return next(wheel for wheel in allowed if wheel.filename == best)


def _fitting(target: Target, package: Package) -> list[PinnedWheel]:
    return [wheel for wheel in package.wheels if _choose(target, [wheel.filename])]


def _allowed(wheels: Iterable[PinnedWheel], wanted: Wanted | None) -> list[PinnedWheel]:
    return [each for each in wheels if not (wanted and wanted.hashes) or f"sha256:{each.sha256}" in wanted.hashes]


def _elsewhere(session: uv.Session, package: Package, wanted: Wanted, indexes: Indexes) -> list[PinnedWheel]:
    """Another index may have the version as other files: the hashes say whose are meant."""
    exactly = replace(wanted, requirement=f"{package.name}=={package.version}")
    for one in indexes.alone():
        try:
            (found,) = _compile(session, {canonicalize_name(package.name): exactly}, Asked(True, one))
        except ProjectError:
            continue  # it does not have this version at all
        if allowed := _allowed(_fitting(session.target, found), wanted):
            return allowed
    return []


def _choose(target: Target, filenames: Sequence[str]) -> str | None:
    return choose_wheel(filenames, target)
