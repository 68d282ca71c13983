"""The root directory that sources are built in: the image's packages and a toolchain, as they are but for what people read; no script is run.

It is unpacked once, named by the digest of its packages, and never written to: who builds in it has directories of their own.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.build import standalone
from pottle.build.base.alternatives import chosen
from pottle.build.base.scripts.effects import Scripts, effects
from pottle.build.base.usrmerge import links, merged
from pottle.build.workshop import Workshop
from pottle.errors import HostError
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.oci.unpack import lay_out
from pottle.plan.lock import LockedInterpreter, LockedPackage
from pottle.plan.places import STANDALONE
from pottle.sharing import used
from pottle.writing import host_errors, staged_directory

if TYPE_CHECKING:
    from pottle.sources.debian.deb import Deb

FORMAT = "2"
"""Counts how a root is put together."""
PLACE = "build"
"""The directory below which all lies that a build is given, and that it makes."""
LIBRARIES = f"{PLACE}/libraries.json"
"""Where it is noted which package has which library."""
_LIBRARY = re.compile(r"usr/lib/(.*/)?lib[^/]*\.so(\.[\w.]+)?")
CRATES = "usr/share/cargo/registry"
"""Where Debian's packages have the sources of crates."""
CONFIGURED, VENDORED = f"{PLACE}/.cargo", f"{PLACE}/crates"
"""Where a build finds cargo's configuration (which it looks for above the source), and the crates that were fetched for it."""
_FOR_PEOPLE = re.compile(r"usr/share/(doc|man|info|locale|lintian|bug)/")
_GIVEN = ("source", "environment", "out", ".cargo", "crates")
_MOUNT_POINTS = ("proc", "dev", "tmp", "etc", *(f"{PLACE}/{name}" for name in _GIVEN))


def identity(packages: Iterable[LockedPackage], interpreter: LockedInterpreter | None) -> str:
    """What names the root, as hex."""
    named = sorted([*(each.sha256 for each in packages), *([interpreter.sha256] if interpreter else [])])
    return hashlib.sha256("\n".join((FORMAT, *named)).encode()).hexdigest()


def root(packages: Sequence[LockedPackage], interpreter: LockedInterpreter | None, workshop: Workshop) -> Path:
    """The directory, unpacked unless it is there."""
    name = identity(packages, interpreter)
    place = workshop.builders / name
    with workshop.turns.of(place):
        if not place.is_dir():
            with host_errors(place):
                place.parent.mkdir(parents=True, exist_ok=True)
            _unpack(packages, interpreter, place, workshop)
        used(place)
    return place


def _unpack(
    packages: Sequence[LockedPackage], interpreter: LockedInterpreter | None, place: Path, workshop: Workshop
) -> None:
    debs = workshop.supplies.packages(packages)
    with (
        workshop.progress.task("Unpacking what is built with"),
        host_errors(place),
        staged_directory(place.parent, ".unpacking-") as scratch,
    ):
        aside = scratch / "aside"
        aside.mkdir()
        by_package = _merged(packages, debs, aside, workshop)
        entries = [entry for some in by_package.values() for entry in some]
        if interpreter is not None:
            entries += standalone.whole(workshop.supplies.interpreter(interpreter), STANDALONE)
        owners = File(LIBRARIES, json.dumps(_owners(by_package)).encode())
        lay_out((*_whole(debs, packages, entries), owners), scratch / "root")
        try:
            (scratch / "root").rename(place)
        except OSError:
            if not place.is_dir():  # else another build was faster, with the same packages
                raise HostError(f"{place} cannot be made", hint="check its owner and mode") from None


def _merged(
    packages: Sequence[LockedPackage], debs: "Sequence[Deb]", aside: Path, workshop: Workshop
) -> dict[str, list[Entry]]:
    """By package."""
    found = {}
    for package, deb in zip(packages, debs, strict=True):
        workshop.stop.check()
        found[package.name] = [each for each in merged(deb.entries(aside)) if not _FOR_PEOPLE.match(each.path)]
    return found


def _owners(by_package: Mapping[str, Sequence[Entry]]) -> dict[str, str]:
    """Shared library → the package that has it; where several have one of that name, the one that the loader finds without being told."""
    found: dict[str, tuple[int, str]] = {}
    for name, entries in by_package.items():
        for path in (entry.path for entry in entries if _LIBRARY.fullmatch(entry.path)):
            mine = (path.count("/"), name)
            library = path.rpartition("/")[2]
            found[library] = min(found.get(library, mine), mine)
    return {library: name for library, (_, name) in sorted(found.items())}


def owners(root: Path) -> dict[str, str]:
    """Shared library, by its file's name → the package of the root that has it."""
    return dict(json.loads((root / LIBRARIES).read_bytes()))


def _whole(debs: "Sequence[Deb]", packages: Sequence[LockedPackage], entries: Sequence[Entry]) -> Iterator[Entry]:
    """With what is in every root, and what the packages' scripts would link."""
    yield from (Directory(path, 0o755) for path in _MOUNT_POINTS)
    yield from links(entry.path for entry in entries)
    yield File(f"{PLACE}/worker.py", b"")  # a mount point
    yield File("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nbuilder:x:65532:65532::/tmp:/bin/sh\n")
    yield File("etc/group", b"root:x:0:\nbuilder:x:65532:\n")
    yield from entries
    scripts = (
        Scripts(package.name, package.architecture, deb.preinst, deb.postinst)
        for package, deb in zip(packages, debs, strict=True)
    )
    paths = {entry.path for entry in entries}
    yield from chosen(effects(scripts, entries).alternatives, paths)
    if "usr/bin/sh" not in paths:
        yield Symlink("usr/bin/sh", "dash")
    for program in ("cargo", "rustc"):  # Ubuntu's packages of one version each have no other name for it
        named = sorted(path for path in paths if re.fullmatch(rf"usr/bin/{program}-\d+\.\d+", path))
        if named and f"usr/bin/{program}" not in paths:
            yield Symlink(f"usr/bin/{program}", named[-1].rpartition("/")[2])
