"""What a base with musl costs a project, told by its own lock: how much machine code there is for it, and how large that is.

Python's own figures for musl and glibc differ from program to program; those of a lock are facts.
"""

from collections.abc import Iterator, Sequence

from pottle.oci.platform import Platform
from pottle.plan.bases import Base, on_glibc
from pottle.plan.model import Reason
from pottle.plan.wheels import Pick, picks
from pottle.project.facts import Artifact


def told(picked: Sequence[Pick], base: Base, platform: Platform) -> Iterator[Reason]:
    """Nothing where the base has glibc, or no lock says which wheels there are."""
    if base.musl is None:
        return
    others = picks([pick.distribution for pick in picked], on_glibc(base), platform)
    pairs = [(one, one.wheel, other.wheel) for one, other in zip(picked, others, strict=True)]
    native = [(here, there) for _, here, there in pairs if here and there and _is_native(here)]
    slower = sorted(
        str(pick.distribution.name)
        for pick, here, there in pairs
        if here and there and _is_native(there) and not _is_native(here)
    )
    if because := "; ".join((*_weights(native), *_slower(slower))):
        value = f"{len(native)} of {len(pairs)} wheel{'s' if len(pairs) > 1 else ''}"
        yield Reason(decision="machine_code", value=value, because=because)


def _weights(native: Sequence[tuple[Artifact, Artifact]]) -> Iterator[str]:
    here, there = (sum(pair[side].size or 0 for pair in native) for side in (0, 1))
    if here and there:
        yield f"{here / 1e6:.1f} MB for musl, {there / 1e6:.1f} MB for glibc"


def _slower(names: Sequence[str]) -> Iterator[str]:
    if len(names) == 1:
        yield f"{names[0]} has some for glibc alone, and is slower here"
    elif names:
        yield f"{', '.join(names)} have some for glibc alone, and are slower here"


def _is_native(wheel: Artifact) -> bool:
    return not wheel.filename.endswith("-any.whl")
