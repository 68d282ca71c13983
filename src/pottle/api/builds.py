"""Building: a project for its platforms, and every project of a repository."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pottle.api.files import project_files, wheels_of
from pottle.api.host import Host, own_platform
from pottle.api.plans import Member, plans_for, warn_of
from pottle.api.products import Product
from pottle.api.projects import facts_of, platforms, read_options
from pottle.api.provisioning import facts_with_base, settings_for
from pottle.api.sandbox import Sandbox
from pottle.api.sides import Side
from pottle.errors import HostError, PottleError
from pottle.progress import Of, Once

if TYPE_CHECKING:
    from pottle.build.builder import Built, Order
    from pottle.config.options import Options
    from pottle.oci.platform import Platform
    from pottle.oci.registry.ahead import Ahead
    from pottle.oci.registry.shared_layers import SharedLayers
    from pottle.plan.model import ImagePlan
    from pottle.project.facts import Facts
    from pottle.stop import Stop

_T = TypeVar("_T")
_U = TypeVar("_U")


def build(root: Path, options: "Options", platform: "Platform", host: Host) -> "Built":
    """Builds the image of the project at `root` into pottle's store."""
    (built,) = build_for(root, options, (platform,), host).builds
    return built


def build_for(
    root: Path,
    options: "Options",
    platforms: "Sequence[Platform]",
    host: Host,
    shared: "SharedLayers | None" = None,
    ahead: "Ahead | None" = None,
) -> Product:
    """Builds the project at `root` for each platform, side by side, into pottle's store; several under one index.

    All are locked before the first is built, and what they have in common is made once. Where one fails the others are stopped,
    and the error says which one it was. Layers are looked for in `shared` before they are made, and sent `ahead` when they are.
    """
    from pottle.oci.image import assemble_index
    from pottle.provision import keeping

    anew = partial(build_for, root, options, platforms, host, shared)
    host = replace(host, progress=Once(host.progress))
    platforms = sorted(platforms, key=str)
    facts = facts_with_base(facts_of(root, options), root, options, platforms, host, ask=True)
    plans = plans_for(facts, options, platforms)
    _check_machine(plans)
    warn_of(plans, host.progress)
    settings = settings_for(root, options, host)
    several = len(plans) > 1
    sides = [Side.of(planned, facts.pins, settings, host, several=several) for planned in plans]
    if (helper := _helper(plans, facts, root, options, host)) is not None:
        sides.append(Side.of(helper, facts.pins, settings, host, several=True))
    if facts.pins is not None and any(side.decided is not None for side in sides):
        keeping.note_use(facts.pins, settings)
    with ExitStack() as open_until_done:
        for side in sides:
            open_until_done.enter_context(side.archives)
        locked = _together([side.lock for side in sides], settings.stop)
        files = project_files(root, options, host, wheels_of(plans))
        orders = [
            side.order(each, files, Sandbox(host), options, shared, ahead if number < len(plans) else None)
            for number, (side, each) in enumerate(zip(sides, locked, strict=True))
        ]
        works = [
            partial(side.build, order, _stand_in(order, orders)) for side, order in zip(sides, orders, strict=True)
        ]
        builds = tuple(_together(works[: len(plans)], settings.stop))
    images = [built.image for built in builds]
    return Product(builds, assemble_index(images, images[0].store) if several else images[0], shared, anew)


def _check_machine(plans: "Sequence[ImagePlan]") -> None:
    """Raises `HostError` for a program that would have to be compiled for another machine than this."""
    from pottle.plan.model import compiles

    own = own_platform()
    machine = str(own) if sys.platform == "linux" else sys.platform
    for plan in plans:
        if compiles(plan.layers) is not None and plan.platform != machine:
            what = f"a program has to be compiled for {plan.platform}, and this machine is {machine}"
            raise HostError(what, hint=f"build on a machine that is {plan.platform}, or do without `compile`")


def _helper(
    plans: "Sequence[ImagePlan]", facts: "Facts", root: Path, options: "Options", host: Host
) -> "ImagePlan | None":
    """The plan for this machine's platform, where one for another has commands to run and this machine's is not asked for."""
    from pottle.build.builder import runs_commands

    own = own_platform()
    if str(own) in [each.platform for each in plans] or not any(map(runs_commands, plans)):
        return None
    try:
        facts = facts_with_base(facts, root, options, (own,), host, ask=True)
        return plans_for(facts, options, (own,))[0]
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
