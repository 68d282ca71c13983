"""What is in wheels that asks something of a system: each is looked into once, whatever project it is in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from packaging.utils import canonicalize_name

from pottle.native import folder, knowledge
from pottle.native.tree import Distribution, Tree, united
from pottle.plan.lock import LockedWheel
from pottle.plan.model import InstallWheels
from pottle.provision import findings
from pottle.provision.settings import Settings
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.provision.indexes import Stands
    from pottle.sources.pypi.resolve import Indexes

_FORMAT = 2
"""Raised whenever `Tree` changes, or what is found in one."""
_SITE = re.compile(r"(?:all|alone/[^/]+)/lib(?:64)?/python3\.\d+/(site-packages/.*)")
_OTHER = re.compile(r"(?:all|alone/[^/]+)/(.*)")


def asking(wheels: Iterable[LockedWheel], suite: str) -> tuple[LockedWheel, ...]:
    """Those that may ask for something: with machine code, or with code that Debian says needs a library."""
    return tuple(wheel for wheel in wheels if not _is_pure(wheel) or knowledge.words(suite, _name(wheel)))


def tree(
    wheels: Sequence[LockedWheel], suite: str, plan: "Stands", steps: Sequence[InstallWheels], settings: Settings
) -> Tree:
    """What all of them bring together. Wheels that nobody has looked into yet are fetched, verified and unpacked."""
    found = {_name(wheel): Tree(distributions=(_plain(wheel),)) for wheel in wheels}
    wanted = asking(wheels, suite)
    known = {
        _name(wheel): kept
        for wheel in wanted
        if (kept := findings.read(_place(wheel, suite, settings), Tree)) is not None
    }
    missing = [wheel for wheel in wanted if _name(wheel) not in known]
    if missing:
        known |= _read(missing, suite, plan, steps, settings)
    return united((found | known).values())


def _places(steps: Sequence[InstallWheels]) -> dict[str, Location]:
    """Where the project's lock names each distribution."""
    return {each.name: Location.parse(each.at) for step in steps for each in step.requirements if each.at is not None}


def _indexes(steps: Sequence[InstallWheels]) -> "Indexes | None":
    """Those that the project names itself."""
    from pottle.sources.pypi.resolve import Indexes

    return next((Indexes(step.index, step.extra_indexes) for step in steps), None)


def _is_pure(wheel: LockedWheel) -> bool:
    return wheel.filename.endswith("-none-any.whl")


def _name(wheel: LockedWheel) -> str:
    return canonicalize_name(wheel.name)


def _plain(wheel: LockedWheel) -> Distribution:
    return Distribution(_name(wheel), wheel.version, pure=_is_pure(wheel))


def _read(
    wheels: Sequence[LockedWheel], suite: str, plan: "Stands", steps: Sequence[InstallWheels], settings: Settings
) -> dict[str, Tree]:
    from pottle.provision import indexes
    from pottle.sources.pypi.install import install
    from pottle.writing import host_errors, staged_directory

    work = settings.cache / "work"
    with host_errors(work):
        work.mkdir(parents=True, exist_ok=True)
    told = settings.progress.task(f"Looking into {len(wheels)} wheel{'s' if len(wheels) > 1 else ''}")
    with told, staged_directory(work, "build-") as scratch:
        install(indexes.session(plan, settings), wheels, scratch / "wheels", _places(steps), _indexes(steps))
        whole = folder.collect(scratch / "wheels", lambda name: knowledge.words(suite, name))
    apart = _by_owner(whole, wheels)
    for wheel in wheels:
        findings.write(_place(wheel, suite, settings), _plainly(apart[_name(wheel)]))
    return apart


def _by_owner(whole: Tree, wheels: Sequence[LockedWheel]) -> dict[str, Tree]:
    """Each distribution's own, at the places that they have in one environment."""
    plain = {_name(wheel): _plain(wheel) for wheel in wheels}
    told = {each.name: each for each in whole.distributions}
    owners = {binary.path: binary.owner for binary in whole.binaries}
    return {
        name: Tree(
            tuple(replace(each, path=_placed(each.path)) for each in whole.binaries if each.owner == name),
            {_placed(at): _placed(to) for at, to in whole.links.items() if owners.get(to) == name},
            (replace(distribution, words=told[name].words if name in told else frozenset()),),
            tuple(replace(each, path=_placed(each.path)) for each in whole.damaged if each.owner == name),
        )
        for name, distribution in plain.items()
    }


def _placed(path: str) -> str:
    if match := _SITE.fullmatch(path):
        return f"lib/{match[1]}"
    match = _OTHER.fullmatch(path)
    return match[1] if match else path


# --- what is known already ------------------------------------------------------------------------


def _place(wheel: LockedWheel, suite: str, settings: Settings) -> Path:
    """Among what was found out about wheels; what is looked for in the code is a part of the question."""
    words = sorted(knowledge.words(suite, _name(wheel))) if _is_pure(wheel) else []
    return findings.place(("machine-code", _FORMAT, wheel.sha256, _name(wheel), words), settings)


def _plainly(found: Tree) -> Mapping[str, object]:
    """With sets in an order that does not depend on the process."""
    document = msgspec.to_builtins(found)
    for each in document["distributions"]:
        each["words"] = sorted(each["words"])
    return dict(document)
