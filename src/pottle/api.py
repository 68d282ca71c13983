"""What pottle does, as functions: the composition root, where rooms that do not know each other meet.

The surroundings (environment, clock, cache directory, who listens) are arguments; nothing here looks for them.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from pottle.errors import ConfigError, HostError, PottleError, ProjectError, UsageError
from pottle.progress import Of, Once, Progress, Silent
from pottle.sharing import Use
from pottle.text import Location

if TYPE_CHECKING:
    from contextlib import ExitStack

    from pottle.base_image import BaseImage
    from pottle.build.builder import Built, Order
    from pottle.build.project import ProjectFiles
    from pottle.build.sandbox import Command, Ended
    from pottle.cache.item import Inventory
    from pottle.cache.pruning import Pruned, Wish
    from pottle.cache.survey import Formats
    from pottle.config.options import LintOptions, Options
    from pottle.lint.engine import Checked
    from pottle.lint.fixing import Fixed
    from pottle.lint.settings import Settings as LintSettings
    from pottle.lint.targets import Target as LintTarget
    from pottle.manifests import Manifest, Mention
    from pottle.oci.image import AnyImage, Image
    from pottle.oci.platform import Platform
    from pottle.oci.reference import Reference
    from pottle.oci.registry.client import Registry
    from pottle.oci.registry.push import Pushed
    from pottle.oci.registry.shared_layers import SharedLayers
    from pottle.plan.lock import Decided, LockedPlan
    from pottle.plan.model import ImagePlan
    from pottle.project.facts import Facts, Pins
    from pottle.project.tree import Tree
    from pottle.project.version import Pretence
    from pottle.provision.answers import Upgrade
    from pottle.provision.archives import Archives
    from pottle.provision.settings import Settings
    from pottle.render.bake import Target
    from pottle.render.context import Context, Files
    from pottle.render.dockerfile import Style
    from pottle.render.files import Output
    from pottle.run.runner import Listener
    from pottle.run.settings import Settings as RunSettings
    from pottle.stop import Stop
    from pottle.turns import Turns

_T = TypeVar("_T")
_U = TypeVar("_U")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Host:
    """What a command needs of the machine it runs on."""

    cache: Path
    """A directory of pottle's own, which may be deleted at any time."""
    environ: Mapping[str, str]
    progress: Progress = field(default_factory=Silent)
    ca_bundle: Path | None = None
    """Certificates (PEM) to trust besides the machine's own. They never get into an image."""
    max_age: timedelta = timedelta(hours=1)
    """How long an archive that was asked is not asked again; zero: always ask."""
    clock: Callable[[], datetime] = _now
    archive_keys: tuple[bytes, ...] | None = None
    """OpenPGP certificates of a mirror that signs what it serves itself; None: Debian's and Ubuntu's own keys, nobody else's."""
    insecure: tuple[str, ...] = ()
    """Registries that may be spoken to without TLS."""
    stop: "Stop | None" = None
    """What ends a build from outside; None: its own failure does, and nothing else."""
    turns: "Turns | None" = None
    """Builds that go on side by side share these, to make once what several of them want."""
    use: Use | None = None
    """Keeps the cache from being pruned, until it ends: an image that was built is safe for as long as somebody holds one."""


def read_options(root: Path, environ: Mapping[str, str], flags: Mapping[str, Any]) -> "Options":
    """The options for the project at `root`: its files, then the environment, then the flags; the later one wins.

    A script with metadata of its own (PEP 723) has its `[tool.pottle]` there.
    """
    from pottle.config import layer

    files = layer.Layer()
    own = _script_options(root)
    if own is not None:
        files |= layer.from_pyproject(own, root.name)
    elif (text := _read(directory_of(root) / "pyproject.toml")) is not None:
        files |= layer.from_pyproject(text)
    if own is None and (text := _read(directory_of(root) / "pottle.toml")) is not None:
        files |= layer.from_pottle_toml(text)
    return (files | layer.from_environment(environ) | layer.from_flags(flags)).options()


def directory_of(root: Path) -> Path:
    """The project's directory, where `root` may be a script in it."""
    return root.parent if root.is_file() else root


def _script_of(root: Path) -> str | None:
    return root.name if root.suffix == ".py" and root.is_file() else None


def _script_options(root: Path) -> str | None:
    from pottle.project.script_block import toml_of

    return toml_of(_read(root) or "", root.name) if _script_of(root) else None


def platforms(options: "Options") -> "tuple[Platform, ...]":
    """What to build for: what is configured, else this machine's."""
    from pottle.oci.platform import InvalidPlatform, Platform

    try:
        return tuple(dict.fromkeys(Platform.parse(text) for text in options.platforms)) or (own_platform(),)
    except InvalidPlatform as error:
        raise UsageError(str(error), hint="write `--platform linux/amd64` or `--platform linux/arm64`") from error


def own_platform() -> "Platform":
    """The one that this machine's containers have."""
    import platform

    from pottle.oci.platform import Platform

    return Platform.parse(platform.machine())


def plan(root: Path, options: "Options", platform: "Platform", host: Host | None = None) -> "ImagePlan":
    """The image that would be built of the project, or of the script, at `root`. Reads the project, and what `host` knows of base images.

    Nobody is asked anything.
    """
    facts = _facts(root, options)
    if host is not None:
        facts = _informed(facts, root, options, (platform,), host)
    (planned,) = _plans(facts, options, (platform,))
    return planned


def _facts(root: Path, options: "Options") -> "Facts":
    from pottle.project.reader import read_project

    return read_project(_tree(root), options.lockfile, _script_of(root))


@dataclass(frozen=True, slots=True)
class Member:
    """One project of a repository: its plans, by platform, or why it has none."""

    directory: str
    """Relative to where the search began."""
    plans: "tuple[ImagePlan, ...]" = ()
    error: PottleError | None = None


def plan_all(root: Path, environ: Mapping[str, str], flags: Mapping[str, Any]) -> tuple[Member, ...]:
    """Every project of the repository below `root`, planned by itself."""
    from pottle.project.members import members

    return tuple(_member(root, directory, environ, flags) for directory in members(_tree(root)))


def _member(root: Path, directory: str, environ: Mapping[str, str], flags: Mapping[str, Any]) -> Member:
    try:
        options = read_options(root / directory, environ, flags)
        return Member(directory, tuple(plan(root / directory, options, platform) for platform in platforms(options)))
    except PottleError as error:
        return Member(directory, error=error)


def plan_resolved(root: Path, options: "Options", platform: "Platform", host: Host) -> "ImagePlan":
    """The same, and an index is asked for what no lock has decided: exact wheels, and nothing written."""
    from pottle.plan.planner import make_plan, wanted
    from pottle.project.facts import Pins
    from pottle.provision.pinning import pin

    facts = _informed(_facts(root, options), root, options, (platform,), host, ask=True)
    kept = facts.pins is not None and facts.pins.has_environment(str(platform))
    asked = wanted(facts, options, platform) if not kept and not options.locked else None
    if asked is not None:
        found = pin(asked, _settings(root, options, host), None)
        facts = replace(facts, pins=Pins(Location("pottle.lock"), (found,), written=False))
    return make_plan(facts, options, platform)


def plans_as_json(plans: "Sequence[ImagePlan]") -> str:
    """One plan as an object, several as an array."""
    return _json(plans[0] if len(plans) == 1 else plans)


def members_as_json(members: Sequence[Member]) -> str:
    """An array: of each project its directory, its plans, and its error where it has one."""
    return _json(
        [
            {"directory": each.directory, "plans": each.plans, "error": each.error.what if each.error else None}
            for each in members
        ]
    )


def _json(value: object) -> str:
    import msgspec

    return (msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n").decode()


def lock(root: Path, planned: "ImagePlan", options: "Options", host: Host) -> "LockedPlan":
    """The plan with every .deb and every wheel named by digest."""
    from pottle.plan.system_pins import decided
    from pottle.provision.archives import Archives
    from pottle.provision.locking import lock as lock_plan

    settings = _settings(root, options, host)
    with Archives(settings) as archives:
        return lock_plan(planned, archives, settings, decided(_facts(root, options).pins, planned))


@dataclass(frozen=True, slots=True)
class Product:
    """What a project was built into."""

    builds: "tuple[Built, ...]"
    """One for each platform, in the index's order."""
    target: "AnyImage"
    """What is named, written and loaded: the image, or the index of several platforms."""
    shared: "SharedLayers | None" = None
    """Where its layers are found and kept for others."""

    @property
    def origins(self) -> "tuple[Reference, ...]":
        """Repositories that have layers whose bytes nobody wanted here: such an image can be pushed, and nothing else."""
        return self.shared.origins if self.shared is not None and not self.shared.bytes_wanted else ()

    @property
    def name(self) -> str:
        """The project's."""
        return self.builds[0].plan.name


def build(root: Path, options: "Options", platform: "Platform", host: Host) -> "Built":
    """Builds the image of the project at `root` into pottle's store."""
    (built,) = build_for(root, options, (platform,), host).builds
    return built


def build_for(
    root: Path, options: "Options", platforms: "Sequence[Platform]", host: Host, shared: "SharedLayers | None" = None
) -> Product:
    """Builds the project at `root` for each platform, side by side, into pottle's store; several under one index.

    All are locked before the first is built, and what they have in common is made once. Where one fails the others are stopped,
    and the error says which one it was. Layers are looked for in `shared` before they are made.
    """
    from pottle.oci.image import assemble_index
    from pottle.provision import keeping

    host = replace(host, progress=Once(host.progress))
    platforms = sorted(platforms, key=str)
    facts = _informed(_facts(root, options), root, options, platforms, host, ask=True)
    plans = _plans(facts, options, platforms)
    _warn(plans, host.progress)
    settings = _settings(root, options, host)
    several = len(plans) > 1
    sides = [_Side.of(planned, facts.pins, settings, several=several) for planned in plans]
    if (helper := _helper(plans, facts, root, options, host)) is not None:
        sides.append(_Side.of(helper, facts.pins, settings, several=True))
    if facts.pins is not None and any(side.decided is not None for side in sides):
        keeping.note_use(facts.pins, settings)
    with ExitStack() as open_until_done:
        for side in sides:
            open_until_done.enter_context(side.archives)
        locked = _together([side.lock for side in sides], settings.stop)
        files = _project_files(root, options, host, _wheels(plans))
        orders = [
            side.order(each, files, _Sandbox(host), options, shared) for side, each in zip(sides, locked, strict=True)
        ]
        works = [
            partial(side.build, order, _stand_in(order, orders)) for side, order in zip(sides, orders, strict=True)
        ]
        builds = tuple(_together(works[: len(plans)], settings.stop))
    images = [built.image for built in builds]
    return Product(builds, assemble_index(images, images[0].store) if several else images[0], shared)


@contextmanager
def layer_cache(
    options: "Options", host: Host, insecure: Sequence[str] = (), *, bytes_wanted: bool = True
) -> "Iterator[SharedLayers | None]":
    """The repositories in which layers are shared, if any are configured.

    Without `bytes_wanted` the record of a layer is enough: an image of such layers can be pushed, and nothing else.
    """
    if not options.cache_from and not options.cache_to:
        yield None
        return
    from pottle.oci.registry.shared_layers import SharedLayers

    sources = tuple(_repository(text, "cache_from", options) for text in options.cache_from)
    target = _repository(options.cache_to, "cache_to", options) if options.cache_to else None
    with _registry(host, insecure, timeout=_CACHE_TIMEOUT, attempts=2) as registry:
        yield SharedLayers(registry, sources, target, host.progress, bytes_wanted)


def share(product: Product, shared: "SharedLayers", names: "Sequence[Reference]" = ()) -> int:
    """Put the layers of what was built where others find them; `names` were pushed before. Gives how many were not there yet."""
    layers = {key: layer for built in product.builds for key, layer in built.portable}
    return shared.keep(layers, product.builds[0].image.store, names)


_CACHE_TIMEOUT = 6.0
"""Seconds without a byte from a layer cache: what it can save is not worth more."""


def _repository(text: str, field: str, options: "Options") -> "Reference":
    """A repository by its name alone."""
    from pottle.oci.reference import InvalidReference, Reference

    try:
        found = Reference.parse(text)
        if found.tag is None and found.digest is None:
            return found
        why = "it names an image, not a repository"
    except InvalidReference as error:
        why = str(error)
    at = options.origins.get(field)
    raise ConfigError(
        f"{text!r} cannot be a layer cache: {why}", at=at, hint="write REGISTRY/REPOSITORY, without a tag"
    )


def _registry(host: Host, insecure: Sequence[str] = (), **how: Any) -> "Registry":
    """The client of all registries."""
    from pottle.oci.registry.client import Registry
    from pottle.oci.registry.options import RegistryOptions

    return Registry(RegistryOptions(host.environ, host.ca_bundle, (*host.insecure, *insecure), **how))


@dataclass(frozen=True, slots=True)
class Outcome(Generic[_T]):
    """What became of one project of a repository."""

    directory: str
    """Relative to where the search began."""
    value: _T | None = None
    error: PottleError | None = None

    def then(self, do: Callable[[_T], _U]) -> "Outcome[_U]":
        """What `do` makes of it, or what went wrong, now or before."""
        if self.value is None:
            return Outcome(self.directory, error=self.error)
        try:
            return Outcome(self.directory, do(self.value))
        except PottleError as error:
            return Outcome(self.directory, error=error)


def build_all(
    root: Path,
    members: Sequence[Member],
    flags: Mapping[str, Any],
    host: Host,
    cache: "Callable[[Options], SharedLayers | None]" = lambda options: None,  # noqa: ARG005
) -> "tuple[Outcome[Product], ...]":
    """Builds every project that has plans, as many at a time as there are cores, each with the layer `cache` of its own options.

    What they have in common is made once. Where one fails the others go on: its error is its outcome.
    """
    from pottle.stop import Stop, together
    from pottle.turns import Turns

    stop, turns = Stop(), Turns()

    def built(member: Member) -> Product:
        progress = Of(member.directory, host.progress, warnings=True)
        place = root / member.directory
        with stop.part() as own:
            options = read_options(place, host.environ, flags)
            told = replace(host, progress=progress, stop=own, turns=turns)
            return build_for(place, options, platforms(options), told, cache(options))

    planned = [Outcome(each.directory, each if each.plans else None, each.error) for each in members]
    return tuple(together([partial(each.then, built) for each in planned], stop, os.cpu_count() or 1))


def _plans(facts: "Facts", options: "Options", platforms: "Sequence[Platform]") -> "tuple[ImagePlan, ...]":
    """One for each platform."""
    from pottle.plan.planner import make_plan

    return tuple(make_plan(facts, options, platform) for platform in platforms)


def _informed(
    facts: "Facts", root: Path, options: "Options", platforms: "Sequence[Platform]", host: Host, *, ask: bool = False
) -> "Facts":
    """The facts with what is known of the base image that is named, if one is."""
    from pottle.plan.base_images import reference

    if reference(options) is None:
        return facts
    from pottle.provision.base_images import BaseImages, informed

    with _registry(host) as registry:
        images = BaseImages(_settings(root, options, host), registry)
        return informed(facts, options, platforms, images, ask=ask)


def complete(target: "AnyImage", host: Host) -> None:
    """Fetch the layers of base images that are still where these are from, for whoever needs their bytes here."""
    for image in target.images:
        if (base := image.base) is not None and (layers := image.elsewhere):
            from pottle.oci.registry.pull import fetch_layers

            with _registry(host) as registry:
                fetch_layers(image, base, registry, layers=layers, progress=host.progress)


def _warn(plans: "Sequence[ImagePlan]", progress: Progress) -> None:
    for each in plans:
        for warning in each.warnings:
            common = all(warning in other.warnings for other in plans)
            progress.warn(warning if common else f"{each.platform}: {warning}")


def _helper(
    plans: "Sequence[ImagePlan]", facts: "Facts", root: Path, options: "Options", host: Host
) -> "ImagePlan | None":
    """The plan for this machine's platform, where one for another has commands to run and this machine's is not asked for."""
    from pottle.build.builder import runs_commands

    own = own_platform()
    if str(own) in [each.platform for each in plans] or not any(map(runs_commands, plans)):
        return None
    try:
        facts = _informed(facts, root, options, (own,), host, ask=True)
        return _plans(facts, options, (own,))[0]
    except PottleError:
        return None  # whoever runs the command says that it cannot be run here


def _together(works: "Sequence[Callable[[], _T]]", stop: "Stop") -> "list[_T]":
    from pottle.stop import together

    return together(works, stop, len(works)) if len(works) > 1 else [work() for work in works]


def _stand_in(order: "Order", orders: "Sequence[Order]") -> "Order | None":
    """The order for this machine's platform, where what its commands write serves another's."""
    from pottle.build.builder import serves

    own = str(own_platform())
    if order.locked.plan.platform == own:
        return None
    return next((o for o in orders if o.locked.plan.platform == own and serves(o.locked, order.locked)), None)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the platforms that are built side by side, with a stop, archives and supplies of its own."""

    planned: "ImagePlan"
    settings: "Settings"
    archives: "Archives"
    stop: "Stop"
    """Of all together: it stops this one too."""
    decided: "Decided | None"
    """What `pottle.lock` says of it."""

    @classmethod
    def of(cls, planned: "ImagePlan", pins: "Pins | None", settings: "Settings", *, several: bool) -> "_Side":
        """Settings are those of all together."""
        from pottle.plan.system_pins import decided
        from pottle.provision.archives import Archives
        from pottle.stop import Stop

        stop = settings.stop
        if several:
            settings = replace(settings, stop=Stop(), progress=Of(planned.platform, settings.progress))
        return cls(planned, settings, Archives(settings), stop, decided(pins, planned))

    def lock(self) -> "LockedPlan":
        """The locked plan."""
        from pottle.provision.locking import lock as lock_plan

        with self._named():
            return lock_plan(self.planned, self.archives, self.settings, self.decided)

    def order(
        self,
        locked: "LockedPlan",
        files: "ProjectFiles",
        sandbox: "_Sandbox",
        options: "Options",
        shared: "SharedLayers | None",
    ) -> "Order":
        """What has to be known for building it."""
        from pottle.build.builder import Order
        from pottle.build.workshop import Workshop
        from pottle.provision.supplies import Supplies

        settings = self.settings
        supplies = Supplies(locked, self.archives, settings)
        supplies.note_use()
        common = (sandbox, shared, options.compression, settings.turns)
        workshop = Workshop(settings.cache, supplies, settings.progress, settings.stop, *common)
        return Order(locked, files, workshop)

    def build(self, order: "Order", stand_in: "Order | None") -> "Built":
        """The image."""
        from pottle.build.builder import build as build_ordered

        with self._named():
            return build_ordered(order, stand_in)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Stopped with all the others; what goes wrong names the platform, where there are several."""
        if self.stop is self.settings.stop:
            yield
            return
        with self.stop.ending(self.settings.stop.set):
            try:
                yield
            except PottleError as error:
                if self.planned.platform not in error.what:
                    error.what = f"{self.planned.platform}: {error.what}"
                raise


@dataclass(frozen=True, slots=True)
class _Sandbox:
    """Runs commands of a project in its image: `pottle.build.sandbox.Sandbox` by means of `pottle.run`."""

    host: Host

    def run(self, image: "Image", command: "Command", work: Path) -> "Ended":
        from pottle.build.sandbox import Ended
        from pottle.run.command import run_command
        from pottle.run.settings import Host as RunHost
        from pottle.run.stored import stored_image

        own, wanted = own_platform(), f"{image.config.os}/{image.config.architecture}"
        if wanted != f"{own.os}/{own.architecture}":
            what = f"a command of the project has to run in the image, and this machine is {own}, not {wanted}"
            raise HostError(what, hint=f"build on a machine that is {wanted}")
        complete(image, self.host)
        run_host = RunHost(self.host.environ, self.host.cache)
        stored = stored_image(image, reference("building"))
        return Ended(*run_command(stored, command.argv, command.environment, command.outputs, work, run_host))


def _settings(root: Path, options: "Options", host: Host) -> "Settings":
    from pottle.provision.settings import Settings
    from pottle.stop import Stop
    from pottle.turns import Turns

    return Settings(
        cache=host.cache,
        environ=host.environ,
        project=directory_of(root).absolute(),
        progress=host.progress,
        clock=host.clock,
        max_age=host.max_age,
        mirror=options.mirror,
        debs=options.debs,
        ca_bundle=host.ca_bundle,
        archive_keys=host.archive_keys,
        stop=host.stop or Stop(),
        turns=host.turns or Turns(),
    )


# --- what no other lock decides ----------------------------------------------------------------------


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
    facts = _facts(root, options)
    before = facts.pins or Pins(Location(PATH))
    settings = _settings(root, options, host)
    below = {each.image.platform: each.image for each in facts.base_images}
    known = (*(each.platform for each in before.environments), *(each.platform for each in before.systems), *below)
    wanted, kept = _to_pin(options, known), 0
    facts = _with_base_images(facts, root, options, wanted, host, upgrade=upgrade)
    images = tuple(each.image for each in facts.base_images)
    with Archives(settings) as archives:
        after = Answers(facts, options, archives, settings, upgrade or Upgrade(), before).all(wanted)
        text = pottle_lock.written(after, images)
        changed = _read(path) != text
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
    with _registry(host) as registry:
        images = BaseImages(_settings(root, options, host), registry)
        return pinned(facts, options, platforms, images, upgrade=anew)


def _check_whose(root: Path) -> None:
    from pottle.project.single import beside_a_project

    if _script_options(root) is not None and beside_a_project(_tree(root)):
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
    environment = next((each for each in after.environments if each.platform == platform), None)
    system = next((each for each in after.systems if each.platform == platform), None)
    changes = _changes(_of_platform(before, platform), _of_platform(after, platform))
    python = system.python if system is not None else environment.python if environment is not None else ""
    packages = len(system.debs) if system is not None else 0
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


# --- where a built image goes ---------------------------------------------------------------------


def references(product: Product, tags: Sequence[str]) -> "tuple[Reference, ...]":
    """The names of the image: those that were asked for, each once, else the project's own."""
    return tuple(dict.fromkeys(reference(tag) for tag in (tags or [product.name])))


def reference(text: str) -> "Reference":
    """The name that `text` is, with the tag `latest` where it says none."""
    from pottle.oci.reference import InvalidReference, Reference

    try:
        return Reference.parse(text).tagged
    except InvalidReference as error:
        raise UsageError(f"this cannot be an image's name: {error}", hint="write `-t NAME:TAG`") from error


def tag(target: "AnyImage", names: "Sequence[Reference]") -> None:
    """Name the image in pottle's store, where `pottle run NAME` finds it."""
    target.store.tag(target.descriptor, names)


def check_output(output: str) -> bool:
    """Whether `output` is an OCI image layout, `DIR/`, and not an archive, `FILE.tar`; raises `UsageError` for anything else."""
    path = Path(output)
    layout = output.endswith("/") or path.is_dir()
    if not layout and path.suffix != ".tar":
        raise UsageError(f"what should {output} be?", hint="end it with .tar for an archive, with / for an OCI layout")
    return layout


def save(target: "AnyImage", output: str, names: "Sequence[Reference]", host: Host) -> Path:
    """Write the image to `output`: `FILE.tar` is an archive for every engine, `DIR/` an OCI image layout."""
    from pottle.oci.archive import write_archive
    from pottle.oci.image import copy_image
    from pottle.oci.layout import Layout

    complete(target, host)
    path = Path(output)
    if check_output(output):
        copy_image(target, Layout.create(path), names)
    else:
        write_archive(target, path, names)
    return path


def write_digest(target: "AnyImage", path: Path) -> None:
    """Write the image's digest to a file, for scripts."""
    from pottle.writing import replacing

    with replacing(path) as file:
        file.write(f"{target.digest}\n".encode())


def load(target: "AnyImage", names: "Sequence[Reference]", host: Host) -> tuple[str, str]:
    """Give the image, or of an index the one for the engine's platform, to docker or podman: (the engine, the name to run it by)."""
    from pottle.oci.media_types import LAYER_ZSTD
    from pottle.run.loading import load as load_image
    from pottle.run.settings import Host as RunHost
    from pottle.run.stored import stored_image

    complete(target, host)
    images = {str(image.config.platform): stored_image(image, *names) for image in target.images}
    with host.progress.task("Loading the image"):
        try:
            return load_image(images, RunHost(host.environ, host.cache))
        except HostError as error:
            if error.hint is None and any(layer.media_type == LAYER_ZSTD for layer in target.images[0].layers):
                error.hint = "if the engine is older than Docker 23 it cannot read zstd: build with --compression gzip"
            raise


def push(
    target: "AnyImage",
    names: "Sequence[Reference]",
    host: Host,
    insecure: Sequence[str] = (),
    origins: "Sequence[Reference]" = (),
) -> "Pushed":
    """Put the image where each name says. `insecure` are hosts that may be spoken to without TLS.

    Layers that are not in the store are in one of the repositories `origins`, or in that of the base image.
    """
    from pottle.oci.registry.push import push as push_image

    below = tuple(image.base for image in target.images if image.base is not None)
    origins = tuple(dict.fromkeys((*origins, *below)))
    with _registry(host, insecure) as registry:
        return push_image(target, names, registry, origins=origins, progress=host.progress)


# --- manifests that name projects -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """A project that manifests name, and its image."""

    project: Path
    mentions: "tuple[Mention, ...]"
    image: str
    """`registry.example/team/shop@sha256:…`: what stands in the place of the mentions."""
    pushed: "Pushed"


@dataclass(frozen=True, slots=True)
class Resolution:
    """Manifests without a project in them, as one stream of documents."""

    text: str
    published: tuple[Published, ...]


@dataclass(frozen=True, slots=True)
class Publication:
    """Where images go that manifests name."""

    repository: str
    """`registry.example/team`: the images are below, by the names of their projects."""
    tags: tuple[str, ...] = ()
    """Empty: `latest`, since registries throw away what has no tag."""
    insecure: tuple[str, ...] = ()

    def names(self, name: str) -> "tuple[Reference, ...]":
        """Those of the image of the project called `name`."""
        from pottle.oci.reference import InvalidReference, Reference

        try:
            place = Reference.parse(f"{self.repository.rstrip('/')}/{name}")
        except InvalidReference as error:
            hint = "write `--repository REGISTRY/PREFIX`, or set POTTLE_REPOSITORY"
            raise UsageError(f"no image can be put below {self.repository}: {error}", hint=hint) from error
        return tuple(reference(f"{place}:{tag}") for tag in self.tags or ("latest",))


def resolve(
    manifests: "Sequence[Manifest]", publication: Publication, flags: Mapping[str, Any], host: Host
) -> Resolution:
    """Build every project that the manifests name, each once, push the images, and put their digests where the names stood.

    Nothing is pushed before everything is built. What goes wrong names the line that asked for it.
    """
    from contextlib import ExitStack

    from pottle.errors import combined
    from pottle.manifests import joined
    from pottle.stop import Stop
    from pottle.turns import Turns

    if problems := [problem for manifest in manifests for problem in manifest.problems]:
        raise combined(problems)
    publication.names("any")  # what cannot be is said before anything is built
    stop, host = Stop(), replace(host, turns=Turns(), progress=Once(host.progress))
    with ExitStack() as around:
        works = [_Publishing.of(*named, publication, flags, host, stop, around) for named in _named(manifests).items()]
        _at_once([work.build for work in works], stop)
        _check_apart(works)
        published = tuple(_at_once([work.push for work in works], stop))
    images = {mention: each.image for each in published for mention in each.mentions}
    return Resolution(joined([manifest.resolved(images) for manifest in manifests]), published)


def _named(manifests: "Sequence[Manifest]") -> "dict[Path, list[Mention]]":
    """The projects, whatever way they are spelled, and where they are mentioned."""
    import os

    found: dict[Path, list[Mention]] = {}
    for manifest in manifests:
        for mention in manifest.mentions:
            found.setdefault(Path(os.path.realpath(manifest.project_of(mention))), []).append(mention)
    return found


def _at_once(works: "Sequence[Callable[[], _T]]", stop: "Stop") -> "list[_T]":
    from pottle.stop import together

    return together(works, stop, _PROJECTS_AT_ONCE) if works else []


_PROJECTS_AT_ONCE = 4
"""Each takes memory, and most of what takes long uses every core by itself."""


@dataclass(slots=True)
class _Publishing:
    """One project on its way to a registry."""

    project: Path
    mentions: "list[Mention]"
    publication: Publication
    options: "Options"
    host: Host
    stop: "Stop"
    """Of all of them."""
    shared: "SharedLayers | None"
    product: Product | None = None

    @classmethod
    def of(
        cls,
        project: Path,
        mentions: "list[Mention]",
        publication: Publication,
        flags: Mapping[str, Any],
        host: Host,
        stop: "Stop",
        around: "ExitStack",
    ) -> "_Publishing":
        from pottle.stop import Stop

        own = replace(host, stop=Stop(), progress=Of(mentions[0].reference, host.progress, warnings=True))
        with _blamed(mentions[0], project):
            options = read_options(project, host.environ, flags)
            shared = around.enter_context(layer_cache(options, host, publication.insecure, bytes_wanted=False))
        return cls(project, mentions, publication, options, own, stop, shared)

    @property
    def names(self) -> "tuple[Reference, ...]":
        """Of the image."""
        assert self.product is not None, "it was built"
        return self.publication.names(self.product.name)

    def build(self) -> None:
        assert self.host.stop is not None, "`of` gives it one"
        with self.stop.ending(self.host.stop.set), _blamed(self.mentions[0], self.project):
            platforms_ = platforms(self.options)
            self.product = build_for(self.project, self.options, platforms_, self.host, self.shared)

    def push(self) -> Published:
        assert self.product is not None, "it was built"
        with _blamed(self.mentions[0], self.project):
            target, origins = self.product.target, self.product.origins
            pushed = push(target, self.names, self.host, self.publication.insecure, origins)
            if self.shared is not None:
                share(self.product, self.shared, self.names)
        image = str(replace(self.names[0], tag=None, digest=target.digest))
        return Published(self.project, tuple(self.mentions), image, pushed)


def _check_apart(works: "Sequence[_Publishing]") -> None:
    taken: dict[str, _Publishing] = {}
    for work in works:
        place = work.names[0].name
        other = taken.setdefault(place, work)
        if other is not work:
            one, two = other.mentions[0], work.mentions[0]
            what = f"{one.reference} ({one.at}) and {two.reference} would both be pushed to {place}"
            raise ProjectError(what, at=two.at, hint="give one of the projects another `name`")


@contextmanager
def _blamed(mention: "Mention", project: Path) -> Iterator[None]:
    """What goes wrong stands where the project is named."""
    try:
        yield
    except PottleError as error:
        for each in (error, *error.also):
            each.what = f"{mention.reference}: {each.what}{_inside(each.at, project)}"
            each.at = mention.at
        raise


def _inside(at: Location | None, project: Path) -> str:
    """A place in the project, where it is one and not a flag or a variable."""
    if at is None or Path(at.path) in {project, directory_of(project)}:
        return ""
    return f" ({project.name}/{at})" if (directory_of(project) / at.path).exists() else f" ({at})"


# --- files for others to build with ------------------------------------------------------------------


def generate(
    kinds: Sequence[str], root: Path, options: "Options", host: Host, style: "Style | None" = None
) -> "tuple[Output, ...]":
    """The files of these kinds (`dockerfile`, `dockerignore`, `bake`) for the project at `root`: as they should be, not written.

    `style` None: the one in which the Dockerfile that is there was written.
    """
    return _generated(kinds, (_written(root, options, host, style),), root, host)


def generate_all(
    kinds: Sequence[str], root: Path, flags: Mapping[str, Any], host: Host, style: "Style | None" = None
) -> "tuple[Output, ...]":
    """The same for every project of the repository below `root` that has something to run; one bake file names them all."""
    from pottle.errors import NothingToRun
    from pottle.project.members import members

    found = []
    for directory in members(_tree(root)):
        try:
            options = read_options(root / directory, host.environ, flags)
            found.append(_written(root / directory, options, host, style))
        except NothingToRun as error:
            host.progress.warn(f"{directory}: {error.what}")
    return _generated(kinds, found, root, host)


@dataclass(frozen=True, slots=True)
class _Written:
    """What the files of one project are written from."""

    directory: Path
    plans: "tuple[ImagePlan, ...]"
    context: "Context"
    style: "Style"
    platforms: tuple[str, ...]
    """Those that are configured."""

    @property
    def ignore_file(self) -> Path:
        """The one that Docker reads: beside the Dockerfile, where the context is a directory above."""
        return self.directory / ("Dockerfile.dockerignore" if self.context.directory else ".dockerignore")


def _written(root: Path, options: "Options", host: Host, style: "Style | None") -> _Written:
    from pottle.plan.planner import make_plan
    from pottle.project.reader import read_project
    from pottle.render.context import context
    from pottle.render.dockerfile import remembered

    tree = _tree(root)
    facts = read_project(tree, options.lockfile, _script_of(root))

    def planned(platform: "Platform") -> "ImagePlan":
        return make_plan(_informed(facts, root, options, (platform,), host), options, platform)

    plans = _for_platforms(options, planned)
    _warn(plans, host.progress)
    around = context(tree, facts, options, plans[0], files_of(root, options, host))
    configured = tuple(map(str, platforms(options))) if options.platforms else ()
    style = style or remembered(tree.read("Dockerfile") or "")
    return _Written(directory_of(root), plans, around, style, configured)


def _generated(kinds: Sequence[str], projects: Sequence[_Written], root: Path, host: Host) -> "tuple[Output, ...]":
    if "dockerfile" in kinds and "dockerignore" not in kinds:
        for each in projects:
            if not each.ignore_file.exists():
                what = f"there is no {each.ignore_file}: a builder would be sent secrets and caches as well"
                host.progress.warn(f"{what}; `pottle generate dockerignore` writes it")
    return tuple(output for kind in kinds for output in _outputs(kind, projects, root))


def _outputs(kind: str, projects: Sequence[_Written], root: Path) -> "Iterator[Output]":
    from pottle.render import bake, dockerfile, listed
    from pottle.render.files import Output

    if kind == "bake":
        targets = [_target(each, directory_of(root)) for each in projects]
        if targets:
            yield Output(directory_of(root) / bake.NAME, bake.render(targets))
        return
    for each in projects:
        if kind == "dockerignore":
            yield Output(each.ignore_file, each.context.ignore)
        else:
            yield Output(each.directory / "Dockerfile", dockerfile.render(each.plans, each.context, each.style))
            if each.context.lock is None and (text := listed.render(each.plans)) is not None:
                yield Output(each.directory / listed.NAME, text)


def _target(project: _Written, below: Path) -> "Target":
    """The project's target in a bake file in `below`."""
    import os

    from pottle.render.bake import Target

    up = [".."] * len(project.context.directory.split("/")) if project.context.directory else []
    directory = os.path.relpath(project.directory, below)
    return Target(
        plan=project.plans[0],
        directory=directory,
        context=os.path.normpath(os.path.join(directory, *up)),
        dockerfile=project.context.path("Dockerfile"),
        platforms=project.platforms,
        secrets=project.style.secrets,
    )


def files_of(root: Path, options: "Options", host: Host) -> "Files":
    """The files of the project at `root`: all of them, and those that belong to its image."""
    from pottle.project.assets import collect, own
    from pottle.project.checkout import listed
    from pottle.render.context import Files

    tree = _tree(root)
    in_checkout = listed(directory_of(root), host.environ)
    app = collect(tree, in_checkout, options.exclude)
    return Files(tuple(own(tree, in_checkout, options.exclude)), tuple(asset.path for asset in app.files))


def _for_platforms(options: "Options", make: "Callable[[Platform], ImagePlan]") -> "tuple[ImagePlan, ...]":
    """A plan for each platform: those that are configured, else those of the two usual ones that there are wheels for.

    The host's own does not count: generated files are the same wherever they are made.
    """
    from pottle.oci.platform import Platform

    if options.platforms:
        return tuple(map(make, platforms(options)))
    plans: list[ImagePlan] = []
    errors: list[PottleError] = []
    for name in ("linux/amd64", "linux/arm64"):
        try:
            plans.append(make(Platform.parse(name)))
        except PottleError as error:
            errors.append(error)
    if not plans:
        raise errors[0]
    return tuple(plans)


# --- running --------------------------------------------------------------------------------------


def stored(name: str, host: Host) -> "Image | None":
    """The image called `name` in pottle's store, if there is one: `shop`, `shop:1.2`; of an index the one for this machine."""
    from pottle.oci.image import ImageIndex
    from pottle.oci.image import load as load_image
    from pottle.oci.layout import Layout
    from pottle.oci.reference import InvalidReference, Reference
    from pottle.sharing import used

    store = Layout.create(host.cache / "store")
    try:
        found = store.references().get(str(Reference.parse(name).tagged))
    except InvalidReference:
        return None
    if found is None:
        return None
    used(store.path_of(found.digest))
    target, own = load_image(store, found), own_platform()
    if not isinstance(target, ImageIndex):
        return target
    if (image := target.select(own)) is None:
        there = ", ".join(str(each.config.platform) for each in target.images)
        raise UsageError(f"{name} is for {there}, and this machine is {own}", hint=f"build it with --platform {own}")
    return image


def run(image: "Image", name: "Reference", settings: "RunSettings", listener: "Listener", host: Host) -> int:
    """Run the image; gives the program's exit code."""
    from pottle.run.runner import run as run_image
    from pottle.run.settings import Host as RunHost
    from pottle.run.stored import stored_image

    complete(image, host)
    return run_image(stored_image(image, name), settings, RunHost(host.environ, host.cache), listener)


# --- checking -------------------------------------------------------------------------------------


def lint_settings(
    root: Path, environ: Mapping[str, str], select: Sequence[str], ignore: Sequence[str]
) -> "LintSettings":
    """What is checked: the configuration of the project around `root`, and what the command line says in its place."""
    from pottle.lint.settings import Settings, UnknownRule

    said = read_options(_configured(root), environ, {}).lint
    try:
        Settings(select=tuple(select), ignore=tuple(ignore))
    except UnknownRule as error:
        raise UsageError(str(error), hint=error.hint) from None
    for name, values in _named_rules(said):
        try:
            Settings(select=values)
        except UnknownRule as error:
            raise ConfigError(str(error), at=said.origins.get(name), hint=error.hint) from None
    return Settings(
        tuple(select) or said.select,
        (*said.ignore, *ignore),
        dict(said.severity),
        said.per_file_ignores,
    )


def _configured(root: Path) -> Path:
    """The nearest directory with a configuration of pottle's, from `root` up to the repository's."""
    absolute = root.absolute()
    for path in (absolute, *absolute.parents):
        if (path / "pottle.toml").is_file() or "[tool.pottle" in (_read(path / "pyproject.toml") or ""):
            return path
        if (path / ".git").exists():
            break
    return root


def _named_rules(said: "LintOptions") -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "select", said.select
    yield "ignore", said.ignore
    yield "severity", tuple(name for name, _ in said.severity)
    yield "per_file_ignores", tuple(name for _, names in said.per_file_ignores for name in names)


def lint_targets(names: Sequence[str], cwd: Path, stdin: bytes | None, stdin_name: str) -> "list[LintTarget]":
    """The files that are meant: files, directories to look below, `-`."""
    from pottle.lint.targets import targets

    return targets(names, cwd, stdin, stdin_name)


def lint_fixed(targets: "Sequence[LintTarget]", settings: "LintSettings", *, unsafe: bool) -> "list[Fixed]":
    """The files with their fixes made; nothing is written."""
    from pottle.lint.fixing import fix_all

    return fix_all(targets, settings, unsafe=unsafe)


def lint_rule(name: str) -> "dict[str, str]":
    """What is to be said of a rule: its name, severity, category, first line and page."""
    from pottle.lint import registry

    if name not in registry.names():
        near = registry.suggestion(name)
        hint = f"did you mean `{near}`?" if near else "`pottle lint --rules` lists them"
        raise UsageError(f"there is no rule `{name}`", hint=hint)
    found, page = registry.rule(name), registry.page(name)
    finds = page.partition("\n")[0]
    return {"rule": name, "severity": found.severity, "category": found.category, "finds": finds, "page": page}


def lint_rules() -> "list[dict[str, str]]":
    """The same of every rule."""
    from pottle.lint import registry

    return [lint_rule(name) for name in registry.names()]


def lint_rendered(form: str, checked: "Sequence[Checked]") -> str:
    """Findings for programs: "json", "sarif", "github", "gitlab", "junit"."""
    from pottle.lint.formats import rendered

    return rendered(form, checked)


# --- the cache ------------------------------------------------------------------------------------


def cache_inventory(host: Host) -> "Inventory":
    """What lies in the cache."""
    from pottle.cache.item import Inventory
    from pottle.cache.survey import survey

    if not host.cache.is_dir():
        return Inventory(host.cache, (), {})
    return survey(host.cache, host.clock().timestamp(), _formats())


def prune(wish: "Wish", host: Host, *, dry_run: bool = False) -> "Pruned":
    """Remove from the cache what nothing refers to, and what is wished for besides; with `dry_run`, say what that would be.

    Waits for those who use the cache, so the caller's own `Use` has to have ended.
    """
    from pottle.cache.pruning import Pruner

    def waiting() -> AbstractContextManager[object]:
        return host.progress.task("Waiting for those who use the cache")

    pruner = Pruner(host.cache, _formats(), lambda: host.clock().timestamp(), waiting)
    return pruner.preview(wish) if dry_run else pruner.prune(wish)


def _formats() -> "Formats":
    from pottle.cache.survey import Formats
    from pottle.run.rootfs import LAYOUT
    from pottle.sources.debian.packages import FORMAT

    return Formats(FORMAT, LAYOUT)


# --- the project ----------------------------------------------------------------------------------


def _wheels(plans: "Sequence[ImagePlan]") -> dict[str, str]:
    """The projects whose wheels the plans want, their own (".") among them: directory → name."""
    from pottle.plan.model import InstallProject

    steps = [step for planned in plans for layer in planned.layers for step in layer.steps]
    return {step.path: step.name for step in steps if isinstance(step, InstallProject)}


def _project_files(root: Path, options: "Options", host: Host, wheels: Mapping[str, str]) -> "ProjectFiles":
    from pottle.build.project import ProjectFiles
    from pottle.project.assets import collect, own
    from pottle.project.checkout import listed
    from pottle.project.version import NOTHING
    from pottle.provision.places import is_ours

    tree = _tree(root)  # not the plan's: locking may have taken a while, and what lies here now is what is built
    root = directory_of(root)
    in_checkout = listed(root, host.environ)
    if in_checkout is None and (root / ".git").exists():
        host.progress.warn("git cannot say which files it ignores: all but caches and secrets may get into the image")
    assets = collect(tree, in_checkout, options.exclude)
    for withheld in assets.withheld:
        host.progress.warn(f"{withheld.path} stays out of the image: {withheld.because}")
    beside = {path: _neighbour_files(root, path, name, host) for path, name in wheels.items() if path != "."}
    pretence = _pretence(root, wheels["."], tree, host) if "." in wheels else NOTHING
    everything = tuple(path for path in own(tree, in_checkout, options.exclude) if not is_ours(path, options.debs))
    files = tuple(asset for asset in assets.files if not is_ours(asset.path, options.debs))
    return ProjectFiles(root.absolute(), everything, files, pretence, beside)


def _neighbour_files(root: Path, path: str, name: str, host: Host) -> "ProjectFiles":
    """What the backend of another project of the repository may need; nothing of it is copied as it is."""
    from pottle.build.project import ProjectFiles
    from pottle.project.assets import own
    from pottle.project.checkout import listed
    from pottle.provision.places import is_ours

    directory = (root / path).resolve()
    tree = _tree(directory)
    everything = tuple(path for path in own(tree, listed(directory, host.environ)) if not is_ours(path, None))
    return ProjectFiles(directory, everything, (), _pretence(directory, name, tree, host))


def _pretence(root: Path, name: str, tree: "Tree", host: Host) -> "Pretence":
    """What the backend is shown for the version control that its copy of the project has not."""
    from pottle.project import version
    from pottle.project.checkout import described
    from pottle.project.detectors import versioning
    from pottle.project.survey import Survey

    found = next(iter(versioning.detect(Survey(tree))), None)
    if found is None:
        return version.given(host.environ)
    derived = version.derive(found, name, tree, described(root, host.environ, found.tags), host.environ)
    if derived.warning:
        host.progress.warn(f"{found.at}: {derived.warning}")
    return version.pretence(found.tool, name, derived.version)


def _tree(root: Path) -> "Tree":
    from pottle.project.tree import DirectoryTree

    if _script_of(root):
        root = directory_of(root)
    if not root.is_dir():
        missing = "is not a directory" if root.exists() else "does not exist"
        raise ProjectError(
            f"{root} {missing}", at=Location(str(root)), hint="name the directory that holds the project, or a script"
        )
    return DirectoryTree(root, repository(root))


def repository(root: Path) -> Path:
    """The repository that the project at `root` is a part of: what of it may be read.

    Where nothing is under version control, the uv workspace that counts the project among its members; else the project itself.
    """
    from pottle.project.workspace import root_above

    absolute = root.absolute()
    return next((path for path in (absolute, *absolute.parents) if (path / ".git").exists()), None) or (
        root_above(absolute) or root
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (UnicodeDecodeError, OSError):
        return None  # the project's reader says what is wrong with it, with its place
