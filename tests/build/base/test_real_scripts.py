"""Scripts of the archive's own packages: what is told of each, and what is made in a tool's place held against the tool itself."""

import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from pottle.build.base import layers
from pottle.build.base.scripts.effects import Scripts, effects
from pottle.errors import SourceError
from pottle.http import HttpOptions
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.plan import packages
from pottle.plan.bases import BASES
from pottle.sources.debian.archive import Archive, ArchiveOptions
from pottle.sources.debian.deb import read_deb
from pottle.sources.debian.mirror import MirrorWish, choose, read_machine
from pottle.sources.debian.packages import BinaryPackage
from pottle.sources.debian.suites import suite_named
from pottle.sources.http import Http

pytestmark = pytest.mark.network

BASE = next(base for base in BASES if base.suite == "trixie")


@dataclass(frozen=True)
class Trixie:
    """Its packages, unpacked."""

    archive: Archive
    given: Sequence[BinaryPackage]
    """The base's own."""

    def of(self, *names: str) -> tuple[list[Entry], list[Scripts]]:
        """Packages and all that they need besides the base."""
        found = self.archive.resolve(names, packages.without(names), list(self.given))
        return self.unpacked([package for package in found if package not in self.given])

    def unpacked(self, found: Sequence[BinaryPackage]) -> tuple[list[Entry], list[Scripts]]:
        debs = zip(found, self.archive.fetch_all(found), strict=True)
        read = [(package.name, read_deb(path)) for package, path in debs]
        both = [layers.unpacked(name, deb, tuple(deb.entries()), BASE.python) for name, deb in read]
        return [entry for entries, _ in both for entry in entries], [scripts for _, scripts in both]


@pytest.fixture(scope="module")
def trixie(tmp_path_factory) -> Iterator[Trixie]:
    suite = suite_named(BASE.suite)
    mirrors = choose(suite, "amd64", MirrorWish(), read_machine())
    with Http(HttpOptions(attempts=2)) as http:
        try:
            http.read(f"{mirrors.archive}/dists/{suite.name}/InRelease", limit=1 << 24)
        except SourceError as error:
            pytest.skip(f"{suite.name}'s mirror is out of reach: {error.what}")
        archive = Archive(suite, "amd64", mirrors, ArchiveOptions(tmp_path_factory.mktemp("cache"), http))
        own = (*packages.RUNTIME, *packages.interpreter(BASE), *packages.SYSTEM)
        yield Trixie(archive, archive.resolve(own, sorted(packages.WITHOUT)))


NOTHING_MISSED = (
    "libgl1",
    "libglib2.0-0t64",
    "fontconfig",
    "libpango-1.0-0",
    "git",
    "openssh-client",
    "curl",
    "odbc-postgresql",
    "poppler-utils",
    "ghostscript",
    "imagemagick",
    "default-mysql-client",
    "postgresql-client",
    "graphviz",
)


@pytest.mark.parametrize("name", NOTHING_MISSED)
def test_nothing_is_missed_of(name: str, trixie: Trixie):
    entries, scripts = trixie.of(name)
    assert effects(scripts, entries).untold == ()


def test_what_is_missed_is_told(trixie: Trixie):
    entries, scripts = trixie.of("locales")
    (untold,) = effects(scripts, entries).untold
    assert untold.startswith("locales: its script might run")
    assert untold.endswith("name the package locales-all")


def test_an_image_gets_what_loops_would_install(trixie: Trixie):
    entries, scripts = trixie.of("imagemagick")
    found = effects(scripts, entries)
    links = {link.path for link in layers.chosen(found.alternatives, {entry.path for entry in entries})}
    assert {"usr/bin/convert", "usr/bin/identify", "usr/bin/magick"} <= links


LOADERS = "/usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders"
TOOLS = {
    "graphviz": (("/usr/bin/dot", "-c"), {"config6a"}),
    "shared-mime-info": (
        ("/usr/bin/update-mime-database", "/usr/share/mime"),
        {"globs2", "magic", "aliases", "subclasses"},
    ),
    "librsvg2-common": ((LOADERS, "--update-cache"), {"loaders.cache"}),
}
"""Package → the tool that its script runs, and the names of the files that it writes."""


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or platform.machine() != "x86_64", reason="chroot into a root for amd64")
@pytest.mark.parametrize("name", TOOLS)
def test_what_is_made_is_what_the_tool_would_make(name: str, trixie: Trixie, tmp_path: Path):
    tool, names = TOOLS[name]
    base, _ = trixie.unpacked(trixie.given)
    more, scripts = trixie.of(name)
    made = layers.system([], [*base, *more], layers.Account("x", 1, 1, "x", "/x"), effects(scripts, [*base, *more]))
    files = {e.path: e for e in made if isinstance(e, File) and e.path.rpartition("/")[2] in names}
    assert len(files) == len(names)
    root = tmp_path / "root"
    _write(root, [*layers.root([*base, *more])])
    (root / "proc").mkdir(exist_ok=True)
    subprocess.run(["chroot", root, *tool], check=True, capture_output=True)
    for path, file in files.items():
        assert _lines(file.read()) == _lines((root / path).read_bytes()), path


def _lines(content: bytes) -> set[bytes]:
    """Order and comments aside: tools leave both to chance."""
    return {line for line in content.split(b"\n") if line.strip() and not line.startswith(b"#")}


def _write(root: Path, entries: Iterable[Entry]) -> None:
    for entry in entries:
        path = root / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        match entry:
            case Directory():
                path.mkdir(exist_ok=True)
            case Symlink():
                path.symlink_to(entry.target)
            case File():
                path.write_bytes(entry.read())
                path.chmod(entry.mode)
