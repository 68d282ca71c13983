"""The suites that a base can be made of: Debian's and Ubuntu's, as data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Family: TypeAlias = Literal["debian", "ubuntu"]
Root: TypeAlias = Literal["archive", "security"]

ARCHITECTURES = ("amd64", "arm64")

_KEYS = Path(__file__).parent / "keys"
_KEY_FILES: dict[Family, tuple[str, ...]] = {
    "debian": tuple(
        f"debian-archive-{suite}-{role}.pgp"
        for suite in ("bookworm", "trixie")
        for role in ("automatic", "security-automatic", "stable")
    ),
    "ubuntu": ("ubuntu-archive-2018.pgp",),
}


@dataclass(frozen=True, slots=True)
class Pocket:
    """One part of a suite with a signed `Release` of its own: the release itself, its updates, its security fixes."""

    name: str
    """As in `dists/NAME`."""
    root: Root = "archive"
    """The archive it lies in: Debian's security fixes have one of their own."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A distribution's release, by its codename."""

    name: str
    family: Family
    python: str
    """The X.Y of its CPython, the one that its `python3` depends on."""
    pockets: tuple[Pocket, ...]
    components: tuple[str, ...] = ("main",)
    further_components: tuple[str, ...] = ()
    """Consulted only when the first do not have what is asked for."""

    @property
    def release(self) -> Pocket:
        """The pocket that changes at point releases only, or never."""
        return self.pockets[0]

    @property
    def identity(self) -> Literal["Codename", "Suite"]:
        """The field of a `Release` that holds a pocket's name and nothing wider.

        Debian's `Suite` says "stable"; Ubuntu's `Codename` is the same in all pockets, so that one could be passed off as another.
        """
        return "Codename" if self.family == "debian" else "Suite"

    def read_keys(self) -> tuple[bytes, ...]:
        """The OpenPGP certificates of those who may sign this suite."""
        return tuple((_KEYS / name).read_bytes() for name in _KEY_FILES[self.family])


def _debian(name: str, python: str) -> Suite:
    pockets = (Pocket(name), Pocket(f"{name}-updates"), Pocket(f"{name}-security", "security"))
    return Suite(name, "debian", python, pockets)


def _ubuntu(name: str, python: str) -> Suite:
    pockets = (Pocket(name), Pocket(f"{name}-updates"), Pocket(f"{name}-security"))
    return Suite(name, "ubuntu", python, pockets, further_components=("universe",))


SUITES = (
    _debian("bookworm", "3.11"),
    _debian("trixie", "3.13"),
    _debian("forky", "3.14"),
    _ubuntu("jammy", "3.10"),
    _ubuntu("noble", "3.12"),
    _ubuntu("resolute", "3.14"),
)


class UnknownSuite(ValueError):
    """No suite has this name."""


def suite_named(name: str) -> Suite:
    """The suite called `name`."""
    for suite in SUITES:
        if suite.name == name:
            return suite
    raise UnknownSuite(f"no suite is called {name!r}: there are {', '.join(suite.name for suite in SUITES)}")
