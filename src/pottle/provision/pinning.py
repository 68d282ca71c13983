"""What an index answers, as what `pottle.lock` keeps: for one platform, by the versions of before where they still satisfy."""

from packaging.utils import canonicalize_name

from pottle.plan.environment_plan import EnvironmentPlan
from pottle.plan.lock import LockedWheel
from pottle.plan.model import Source
from pottle.project.facts import Artifact, Pin, PinnedEnvironment, PinnedSource
from pottle.project.requirement import without_credentials
from pottle.provision.locking import resolved
from pottle.provision.settings import Settings
from pottle.text import Location

_NOWHERE = Location("pottle.lock")


def pin(plan: EnvironmentPlan, settings: Settings, before: PinnedEnvironment | None) -> PinnedEnvironment:
    """The answer to what `plan` asks. `before` is an older one; None: every version is chosen anew."""
    kept = [_locked(pin) for pin in before.wheels] if before is not None else []
    wheels, sources = resolved(plan.step, plan, settings, kept)
    return PinnedEnvironment(
        platform=plan.platform,
        python=plan.python,
        wanted=plan.question,
        wheels=tuple(map(_pin, wheels)),
        at=_NOWHERE,
        sources=tuple(each for source in sources if (each := _source(source)) is not None),
    )


def _locked(pin: Pin) -> LockedWheel:
    wheel = pin.wheel
    assert wheel.sha256 is not None, "it is not read without"
    return LockedWheel(pin.name, pin.version, wheel.filename, wheel.url, wheel.sha256, wheel.size, pin.index)


def _pin(wheel: LockedWheel) -> Pin:
    url = without_credentials(wheel.url) if wheel.url else None
    index = without_credentials(wheel.index) if wheel.index else None
    file = Artifact(wheel.filename, url, wheel.sha256, wheel.size)
    return Pin(canonicalize_name(wheel.name), wheel.version, file, index, _NOWHERE)


def _source(source: Source) -> PinnedSource | None:
    if source.url is None:
        return None
    return PinnedSource(
        canonicalize_name(source.name),
        source.version,
        without_credentials(source.url),
        _NOWHERE,
        source.commit,
        source.subdirectory,
        source.sha256,
        source.index,
    )
