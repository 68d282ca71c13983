"""What no other lock decides: asked once, and kept in `pottle.lock`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pottle.api.host import Host, own_platform, registry_for
from pottle.api.projects import directory_of, facts_of, platforms, script_options, text_of, tree_of
from pottle.api.provisioning import settings_for
from pottle.api.source_builds import Sources
from pottle.errors import UsageError
from pottle.text import Location

if TYPE_CHECKING:
    from pottle.base_image import BaseImage
    from pottle.config.options import Options
    from pottle.oci.platform import Platform
    from pottle.project.facts import Facts, Pins
    from pottle.provision.answers import Upgrade


@dataclass(frozen=True, slots=True)
class Change:
    """One thing in `pottle.lock` that is new, another, or no longer there."""

    kind: Literal["package", "wheel", "source", "interpreter", "compiler", "build requirement"]
    name: str
    before: str | None
    """Its version; None: it was not there."""
    after: str | None


@dataclass(frozen=True, slots=True)
class Pinned:
    """What `pottle.lock` has for one platform, and what of it is new."""

    platform: str
    base: str | None
    """None: only wheels are locked yet."""
    python: str
    packages: int
    wheels: int
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PinnedBase:
    """The base image of `pottle.lock` for one platform."""

    image: "BaseImage"
    changed: bool
    """It is new, or stands for another digest than before."""


@dataclass(frozen=True, slots=True)
class Pinning:
    """What `pin` did."""

    path: Path
    environments: tuple[Pinned, ...]
    shared: tuple[Change, ...]
    """What compiles and what builds: not a part of any image."""
    changed: bool
    """The file is another one now, or would be."""
    kept: int = 0
    """Files that lie in the folder, or the repository, that is configured for them."""
    base_images: tuple[PinnedBase, ...] = ()


def pin(root: Path, options: "Options", host: Host, upgrade: "Upgrade | None" = None, *, write: bool = True) -> Pinning:
    """Ask archives and an index for what no lock of the project decides, and keep the answers in `pottle.lock`.

    For the platforms that are configured, else this machine's and those that the file has already. Versions of before stay where
    they still satisfy, but for what `upgrade` names. Nothing is asked for an answer that is still fresh. Unless told to `write`,
    nothing is: it is only told what would change.
    """
    from pottle.plan import pottle_lock
    from pottle.plan.pins import PATH
    from pottle.project.facts import Pins
    from pottle.provision import keeping
    from pottle.provision.answers import Answers, Upgrade
    from pottle.provision.archives import Archives
    from pottle.writing import replacing

    _check_whose(root)
    path = directory_of(root) / PATH
    facts = facts_of(root, options)
    before = facts.pins or Pins(Location(PATH))
    settings = settings_for(root, options, host)
    below = {each.image.platform: each.image for each in facts.base_images}
    known = (*(each.platform for each in before.environments), *(each.platform for each in before.systems), *below)
    wanted, kept = _to_pin(options, known), 0
    facts = _with_base_images(facts, root, options, wanted, host, upgrade=upgrade)
    images = tuple(each.image for each in facts.base_images)
    with Archives(settings) as archives:
        sources = Sources(archives, settings, host)
        after = Answers(facts, options, archives, settings, upgrade or Upgrade(), before, sources).all(wanted)
        text = pottle_lock.written(after, images)
        changed = text_of(path) != text
        if write:
            kept = keeping.export(before, after, archives, settings)
    if write and changed:
        with replacing(path) as file:
            file.write(text.encode())
    keeping.note_use(after, settings)
    bases = tuple(PinnedBase(each, below.get(each.platform) != each) for each in images)
    told = tuple(_pinned(str(platform), before, after) for platform in wanted)
    return Pinning(path, told, _changes(_shared(before), _shared(after)), changed, kept, bases)


def _with_base_images(
    facts: "Facts",
    root: Path,
    options: "Options",
    platforms: "Sequence[Platform]",
    host: Host,
    *,
    upgrade: "Upgrade | None",
) -> "Facts":
    """The facts with the base image that `pottle.lock` is to keep, for each platform."""
    from pottle.plan.base_images import reference

    if reference(options) is None:
        return replace(facts, base_images=())
    from pottle.provision.base_images import BaseImages, pinned

    anew = upgrade is not None and upgrade.everything
    host = replace(host, max_age=timedelta(0)) if anew else host
    with registry_for(host) as registry:
        images = BaseImages(settings_for(root, options, host), registry)
        return pinned(facts, options, platforms, images, upgrade=anew)


def _check_whose(root: Path) -> None:
    from pottle.project.single import beside_a_project

    if script_options(root) is not None and beside_a_project(tree_of(root)):
        what = f"pottle.lock here is that of the project around {root.name}, not of the script"
        raise UsageError(what, hint=f"give the script a lock of its own: `uv lock --script {root.name}`")


def _to_pin(options: "Options", known: Sequence[str]) -> "tuple[Platform, ...]":
    from pottle.oci.platform import Platform

    if options.platforms:
        return platforms(options)
    return tuple(dict.fromkeys((own_platform(), *map(Platform.parse, known))))


_Contents: TypeAlias = "Mapping[tuple[str, str], tuple[str, object]]"
"""Kind and name → version, and what tells one file of that version from another."""


def _pinned(platform: str, before: "Pins", after: "Pins") -> Pinned:
    from pottle.plan.places import TOOLS

    environment = next((each for each in after.environments if each.platform == platform), None)
    system = next((each for each in after.systems if each.platform == platform), None)
    changes = _changes(_of_platform(before, platform), _of_platform(after, platform))
    python = system.python if system is not None else environment.python if environment is not None else ""
    packages = sum(deb.layer not in TOOLS for deb in system.debs) if system is not None else 0
    wheels = len(environment.wheels) if environment is not None else 0
    return Pinned(platform, system.base if system is not None else None, python, packages, wheels, changes)


def _of_platform(pins: "Pins", platform: str) -> _Contents:
    found: dict[tuple[str, str], tuple[str, object]] = {}
    for environment in (each for each in pins.environments if each.platform == platform):
        found |= {("wheel", str(pin.name)): (pin.version, pin.wheel.sha256) for pin in environment.wheels}
        sources = environment.sources
        found |= {("source", str(s.name)): (s.version or s.commit or "", s.commit or s.sha256) for s in sources}
    for system in (each for each in pins.systems if each.platform == platform):
        found |= {("package", deb.name): (deb.version, deb.sha256) for deb in system.debs}
        if system.interpreter is not None:
            found["interpreter", "cpython"] = (system.interpreter.version, system.interpreter.sha256)
    return found


def _shared(pins: "Pins") -> _Contents:
    from pottle.provision.answers import cpython

    found: dict[tuple[str, str], tuple[str, object]] = {}
    for compiler in pins.compilers:
        name = f"CPython {compiler.python} of {compiler.base} on {compiler.architecture}"
        found["compiler", name] = cpython(compiler), [deb.sha256 for deb in compiler.debs]
    for build in pins.builds:
        named = {("build requirement", f"{one.name} (of {build.of})"): one for one in build.requires}
        found |= {key: (one.version, one.sha256) for key, one in named.items()}
    return found


def _changes(before: _Contents, after: _Contents) -> tuple[Change, ...]:
    changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    return tuple(Change(*key, _version(before.get(key)), _version(after.get(key))) for key in changed)  # type: ignore[arg-type]


def _version(found: tuple[str, object] | None) -> str | None:
    return found[0] if found is not None else None
