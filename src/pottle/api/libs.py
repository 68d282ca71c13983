"""The libraries and programs that machine code and distributions need of a system, and which packages have them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.host import Host, own_platform
from pottle.errors import PottleError, UsageError

if TYPE_CHECKING:
    from pottle.native.needs import Report
    from pottle.native.tree import Architecture, Tree
    from pottle.provision.closures import Closure

SUITE = "trixie"
"""Debian's stable."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which system it is about; None: the one that fits best."""

    suite: str | None = None
    architecture: str | None = None


@dataclass(frozen=True, slots=True)
class Libraries:
    """What is needed, and what it comes to."""

    report: "Report"
    closure: "Closure | None" = None
    """Of all that is to be installed; None: nothing is, or the archive could not be asked."""

    @property
    def found_wanting(self) -> bool:
        """Whether something is required that nobody has, or a version of it."""
        return bool(self.report.missing or self.report.too_old or self.report.damaged)


def libs(target: str, asked: Asked, host: Host, *, sizes: bool = True) -> Libraries:
    """What the folder, or the virtual environment, `target` needs. The archive is asked for sizes alone, and only if wanted."""
    from pottle.native.folder import collect
    from pottle.native.index import UnknownSuite
    from pottle.native.knowledge import words
    from pottle.native.needs import examine, on_suite

    suite = asked.suite or SUITE
    try:
        words(suite, "")
    except UnknownSuite as error:
        raise UsageError(str(error), hint="name one of them with --suite") from error
    with host.progress.task("Reading machine code"):
        tree = collect(Path(target), lambda distribution: words(suite, distribution))
    report = examine(tree, on_suite(suite, _architecture(asked, tree)))
    return Libraries(report, _closure(report, host) if sizes else None)


def _architecture(asked: Asked, tree: "Tree") -> "Architecture":
    """The one asked for, else the one that most of the code is for, else this machine's."""
    from pottle.native.tree import MACHINES

    wanted = asked.architecture or next(iter(tree.architectures), None) or own_platform().debian_architecture
    for each in MACHINES:
        if each == wanted:
            return each
    raise UsageError(f"there is no architecture {wanted!r}: there are {', '.join(MACHINES)}")


def _closure(report: "Report", host: Host) -> "Closure | None":
    """None, with a warning, where the archive cannot be asked: what is needed is known without it."""
    from pottle.api.provisioning import settings_for
    from pottle.config.options import Options
    from pottle.native.index import ALPINE
    from pottle.provision.archives import Archives
    from pottle.provision.closures import closure

    system = report.system
    if not report.packages or system.suite == ALPINE:
        return None
    try:
        with (
            Archives(settings_for(Path(), Options(), host)) as archives,
            host.progress.task("Asking what they need themselves"),
        ):
            return closure(archives, system.suite, system.architecture, report.packages, system.packages)
    except PottleError as error:
        host.progress.warn(f"how large the packages are cannot be told: {error.what}")
        return None
