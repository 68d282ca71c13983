"""How large wheels are whose lock tells a hash and nothing else (Poetry's and PDM's): an index is asked, once for each wheel ever."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from pottle.plan.lock import LockedWheel
from pottle.plan.model import InstallWheels
from pottle.provision import indexes
from pottle.provision.indexes import Stands
from pottle.provision.settings import Settings
from pottle.text import Location


def measured(wheels: Sequence[LockedWheel], step: InstallWheels, plan: Stands, settings: Settings) -> list[LockedWheel]:
    """The wheels with their sizes, as far as anybody tells.

    Only those are asked for that the same index will be asked for when they are installed; a wheel that lies somewhere else stays as
    it is. Raises what `resolve` raises.
    """
    unknown = [wheel for wheel in wheels if wheel.size is None and wheel.url is None]
    known = {wheel.sha256: size for wheel in unknown if (size := _remembered(wheel, settings)) is not None}
    asked = [wheel for wheel in unknown if wheel.sha256 not in known]
    if asked:
        known |= _asked(asked, step, plan, settings)
        _remember({wheel.sha256: known.get(wheel.sha256, 0) for wheel in asked}, settings)
    return [replace(wheel, size=known.get(wheel.sha256) or wheel.size) for wheel in wheels]


def _asked(wheels: Iterable[LockedWheel], step: InstallWheels, plan: Stands, settings: Settings) -> dict[str, int]:
    from pottle.sources.pypi.resolve import Asked, Indexes, Wanted, resolve

    places = {each.name: Location.parse(each.at) for each in step.requirements if each.at}
    wanted = [
        Wanted(f"{wheel.name}=={wheel.version}", (f"sha256:{wheel.sha256}",), places.get(wheel.name), wheel.index)
        for wheel in wheels
    ]
    how = Asked(complete=True, indexes=Indexes(step.index, step.extra_indexes))
    with settings.progress.task("Asking how large the wheels are"):
        found = resolve(indexes.session(plan, settings), wanted, how)
    return {wheel.sha256: wheel.size for wheel in found.wheels if wheel.size is not None}


def _place(sha256: str, settings: Settings) -> Path:
    return settings.cache / "sizes" / sha256[:2] / sha256


def _remembered(wheel: LockedWheel, settings: Settings) -> int | None:
    """Bytes; 0 where an index was asked and did not tell."""
    try:
        return int(_place(wheel.sha256, settings).read_bytes())
    except (OSError, ValueError):
        return None


def _remember(sizes: Mapping[str, int], settings: Settings) -> None:
    from pottle.writing import replacing

    for sha256, size in sizes.items():
        place = _place(sha256, settings)
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as file:
            file.write(b"%d" % size)
