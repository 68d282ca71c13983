"""The Debian and Ubuntu suites that a base can come from, and the CPython that each brings; the CPythons that any of them can be given.

Figures: each suite's own `Packages` index, read 2026-11; uv 0.13.8's list of downloads. The exact patch version is what markers on
`python_full_version` are evaluated with; the locked plan holds the one that was really found.
"""

from dataclasses import dataclass, replace

from pottle.base_image import BaseImage, Interpreter
from pottle.oci.reference import Reference
from pottle.plan.places import STANDALONE as STANDALONE_PLACE
from pottle.tags import Target


@dataclass(frozen=True, slots=True)
class Base:
    """One suite as a base: its CPython and how much it is trusted to stay as it is."""

    distribution: str
    suite: str
    python: str
    """X.Y"""
    python_full: str
    """X.Y.Z"""
    glibc: tuple[int, int] | None
    standing: str
    """What the distribution calls it: stable, oldstable, testing, LTS."""
    standalone: str | None = None
    """The CPython is not the suite's own, but python-build-standalone's: X.Y.Z, or the newest of X.Y. None: it is the suite's own."""
    musl: tuple[int, int] | None = None
    """In place of glibc."""
    reference: Reference | None = None
    """Of a base image, in place of a suite that is put together here."""
    image: BaseImage | None = None
    """What is known of it; None: nothing but its name."""
    own: Interpreter | None = None
    """Its CPython, where that is taken."""

    @property
    def name(self) -> str:
        """`debian:trixie`; of a base image the whole reference, with its digest where that is known."""
        if self.reference is None:
            return f"{self.distribution}:{self.suite}"
        return self.image.pinned if self.image else str(self.reference)

    @property
    def title(self) -> str:
        """What a person calls it: `debian:trixie`, `python:3.12-slim`."""
        return self.reference.familiar if self.reference else self.name

    @property
    def interpreter(self) -> str:
        """The path of the interpreter in the image."""
        if self.own is not None:
            return self.own.path
        return f"{STANDALONE_PLACE if self.standalone else '/usr'}/bin/python{self.python}"

    def target(self, platform: object) -> Target:
        """What wheels have to fit on `platform`, which is anything whose text is `linux/amd64`."""
        return Target(self.python, str(platform), self.glibc, self.musl)


BASES: tuple[Base, ...] = (
    # In the order of preference: Debian before Ubuntu, what is stable before what still moves.
    Base("debian", "trixie", "3.13", "3.13.5", (2, 41), "stable"),
    Base("debian", "bookworm", "3.11", "3.11.2", (2, 36), "oldstable"),
    Base("ubuntu", "noble", "3.12", "3.12.3", (2, 39), "LTS"),
    Base("ubuntu", "resolute", "3.14", "3.14.4", (2, 43), "LTS"),
    Base("debian", "forky", "3.14", "3.14.8", (2, 43), "testing"),
    Base("ubuntu", "jammy", "3.10", "3.10.12", (2, 35), "LTS"),
)

STANDALONE: tuple[str, ...] = (
    "3.15.2", "3.14.10", "3.13.18", "3.12.16", "3.11.18", "3.10.22", "3.9.25", "3.8.20",
)  # fmt: skip
"""The newest patch version of each X.Y that python-build-standalone has for linux/amd64 and linux/arm64, without pre-releases.

They need glibc 2.17, which every suite has; wheels are chosen by the suite's."""


def named(name: str) -> tuple[Base, ...]:
    """The bases that a wish for `debian`, `ubuntu`, `trixie` or `debian:trixie` admits; empty: there is none of that name."""
    return tuple(base for base in BASES if name in (base.distribution, base.suite, base.name))


def of(name: str) -> Base:
    """The suite that a plan names: `debian:trixie`. Which CPython the plan has is the plan's own business."""
    return next(base for base in BASES if base.name == name)


def suite_with(python: str) -> Base | None:
    """The first suite whose own CPython is an X.Y."""
    return next((base for base in BASES if base.python == python), None)


def standalone(suite: Base, version: str, *, newest: bool = False) -> Base:
    """`suite` with python-build-standalone's CPython `version`, X.Y.Z, in place of its own; or with the newest of X.Y, by now that."""
    minor = version.rpartition(".")[0]
    return replace(suite, python=minor, python_full=version, standalone=minor if newest else version)


def on_glibc(base: Base) -> Base:
    """A base with musl as it would be with the newest glibc of a suite: what wheels there would be for it then."""
    return replace(base, glibc=max(suite.glibc for suite in BASES if suite.glibc is not None), musl=None)
