"""Writes what pottle knows of Debian and Ubuntu without asking: `src/pottle/native/known/`.

Read from the signed archives that this machine uses: `Contents` (which package has which file), `Packages` (who depends on whom), and
libc6 and libstdc++6 themselves (which versions their symbols have). The result names suites and dates, and no host.

    python tools/debian_knowledge.py [SUITE...]      # 100 MB for a Debian suite, 60 MB for one of Ubuntu; kept in the cache
"""

import hashlib
import lzma
import os
import re
import sys
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from urllib.request import urlopen

from packaging.utils import canonicalize_name

from pottle.errors import PottleError, SourceError
from pottle.oci.entry import File
from pottle.progress import Silent
from pottle.provision.archives import Archives
from pottle.provision.settings import Settings
from pottle.sources.debian import control
from pottle.sources.debian.archive import Archive
from pottle.sources.debian.deb import read_deb
from pottle.sources.debian.suites import ARCHITECTURES, SUITES
from pottle.writing import replacing

KNOWN = Path(__file__).parents[1] / "src" / "pottle" / "native" / "known"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pottle"

LIBRARY = re.compile(r"(?:usr/)?lib/(?:(?:x86_64|aarch64)-linux-gnu/)?(lib[^/]+\.so(?:\.[^/]+)?)")
COMMAND = re.compile(r"(?:usr/)?s?bin/([A-Za-z0-9][A-Za-z0-9._+-]*)")
METADATA = re.compile(r"usr/lib/python3/dist-packages/([A-Za-z0-9][\w.]*)-[^/]+\.(?:dist|egg)-info(?:/.*)?")
NOT_AT_RUN_TIME = re.compile(
    r".*-(?:dev|dbg|dbgsym|cross|doc|udeb)|(?:lib|lib64|lib32|libx32|libn32)?(?:32|x32|n32).*|.*-(?:i386|armhf|riscv64|arm64|amd64)-cross"
    r"|gcc-snapshot|python3-.*|libc6-.*"
)
OTHER_COMPONENTS = ("restricted/", "multiverse/")


@dataclass
class Suite:
    """What was read of one suite."""

    name: str
    read: str = ""
    """The date of its Release."""
    symbols: str = ""
    libraries: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Soname and package → architectures."""
    commands: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Package → its commands."""
    distributions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Normalized name → the packages that it is in."""
    relations: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Package → its source, Depends, Recommends."""

    @cached_property
    def packages(self) -> frozenset[str]:
        """Those with libraries."""
        return frozenset(package for _, package in self.libraries)


def main() -> None:
    """Read all suites, or those that are named, and write the files."""
    chosen = [suite for suite in SUITES if not sys.argv[1:] or suite.name in sys.argv[1:]]
    everything = frozenset(suite.name for suite in SUITES)
    settings = Settings(CACHE, os.environ, Path(), Silent(), lambda: datetime.now(UTC), max_age=timedelta(days=1))
    found = []
    with Archives(settings) as archives:
        for each in chosen:
            began = time.monotonic()
            suite = Suite(each.name)
            for architecture in ARCHITECTURES:
                try:
                    read(suite, archives.archive(each.name, architecture, everything), architecture)
                except PottleError as error:
                    print(f"{each.name} {architecture} is not read: {error}", file=sys.stderr)
            print(f"{each.name}: {len(suite.libraries)} libraries, {time.monotonic() - began:.1f} s", file=sys.stderr)
            found.append(suite)
    write(found)


def read(suite: Suite, archive: Archive, architecture: str) -> None:
    """Add what one architecture of a suite has."""
    (libc, libstdcxx) = (
        next(p for p in archive.resolve(["libc6", "libstdc++6"]) if p.name == name) for name in ("libc6", "libstdc++6")
    )
    release = archive.releases[archive.suite.release.name]
    suite.read = f"{release.date:%Y-%m-%d}"
    if not suite.symbols:
        suite.symbols = "\t".join(symbols(archive.fetch_all([libc, libstdcxx])))
    ubuntu = archive.suite.family == "ubuntu"
    for kind in [architecture] if ubuntu else [architecture, "all"]:
        if kind == "all" and suite.relations:
            continue
        name = f"Contents-{kind}.gz" if ubuntu else f"main/Contents-{kind}.gz"
        for path, packages in contents(download(archive, name)):
            note(suite, path, packages, architecture)
    for component in archive.suite.components + archive.suite.further_components:
        with lzma.open(download(archive, f"{component}/binary-{architecture}/Packages.xz"), "rt") as text:
            for fields in control.paragraphs(text.read()):
                source = fields.get("Source", fields["Package"]).split()[0]
                both = fields.get("Depends", ""), fields.get("Recommends", "")
                suite.relations[fields["Package"]] = (source, *both)


def download(archive: Archive, name: str) -> Path:
    """A file of the release, unpacked if it is a .gz. What is not as the Release says is told: mirrors have been seen to lag with `Contents`."""
    pocket, root = archive.suite.release, archive.mirrors.archive
    listed = archive.releases[pocket.name].file(name.removesuffix(".gz"))
    assert listed is not None, name
    path = CACHE / "contents" / listed.sha256
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        url = f"{root}/dists/{pocket.name}/{name}"
        digest = hashlib.sha256()
        with replacing(path) as target, urlopen(url, timeout=60) as response:
            unpacked = zlib.decompressobj(wbits=31) if name.endswith(".gz") else None
            while chunk := response.read(1 << 20):
                content = unpacked.decompress(chunk) if unpacked else chunk
                digest.update(content)
                target.write(content)
            if unpacked is not None and not unpacked.eof:
                raise SourceError(f"{name} of {pocket.name} is cut short")
        if digest.hexdigest() != listed.sha256:
            print(f"{name} of {pocket.name} is another one than its Release names", file=sys.stderr)
    return path


def contents(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Paths with the packages that have them, as far as `note` wants any."""
    wanted = re.compile(
        r"^((?:usr/)?(?:lib/|s?bin/)(?:(?:x86_64|aarch64)-linux-gnu/)?[^/\s]+|usr/lib/python3/dist-packages/[^/\s]+-info(?:/METADATA|/PKG-INFO)?)"
        r"\s+(\S+)$"
    )
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := wanted.match(line):
                places = [each for each in match[2].split(",") if not each.startswith(OTHER_COMPONENTS)]
                yield match[1], [each.rpartition("/")[2] for each in places]


def note(suite: Suite, path: str, packages: Iterable[str], architecture: str) -> None:
    """Put one file where it belongs."""
    if match := METADATA.fullmatch(path):
        suite.distributions[canonicalize_name(match[1])].update(packages)
    elif match := LIBRARY.fullmatch(path):
        for package in packages:
            if not NOT_AT_RUN_TIME.fullmatch(package):
                suite.libraries[match[1], package].add(architecture)
    elif match := COMMAND.fullmatch(path):
        for package in packages:
            suite.commands[package].add(match[1])


def symbols(debs: Iterable[Path]) -> Iterator[str]:
    """The highest versions that the symbols of glibc and libstdc++ have: `GLIBC_2.41`, `GLIBCXX_3.4.33` …"""
    for path, library, names in zip(
        debs, ("libc.so.6", "libstdc++.so.6"), (("GLIBC",), ("GLIBCXX", "CXXABI")), strict=True
    ):
        deb = read_deb(path)
        content = next(
            e.read()
            for e in deb.entries()
            if isinstance(e, File) and e.path.rpartition("/")[2].startswith(library) and e.size > 100_000
        )
        for name in names:
            versions = re.findall(rb"\0%s_([0-9]+(?:\.[0-9]+)+)(?=\0)" % name.encode(), content)
            yield f"{name}_{'.'.join(map(str, max(tuple(map(int, v.split(b'.'))) for v in versions)))}"


# --- what is written ------------------------------------------------------------------------------


def write(suites: list[Suite]) -> None:
    """The three files."""
    pairs = [(suite.name, architecture) for suite in suites for architecture in ARCHITECTURES]
    bits = {pair: 1 << number for number, pair in enumerate(pairs)}
    head = "# written by tools/debian_knowledge.py from the archives' Contents, Packages, libc6 and libstdc++6\n"
    lines = [f"{suite.name}\t{suite.read}\t{suite.symbols}\n" for suite in suites]
    (KNOWN / "suites.tsv").write_text(head + "".join(lines))
    write_xz("sonames.tsv.xz", sonames(suites, bits))
    write_xz("distributions.tsv.xz", distributions(suites, bits))


def write_xz(name: str, lines: Iterable[str]) -> None:
    """Text, compressed; the same bytes for the same text."""
    packed = lzma.compress("".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)
    (KNOWN / name).write_bytes(packed)
    print(f"{name}: {len(packed)} bytes", file=sys.stderr)


def sonames(suites: list[Suite], bits: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """`SONAME PACKAGE PAIRS`: a library's file, a package that has it, the suites and architectures as a bit mask."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for suite in suites:
        there = {name for _, architectures in suite.libraries.items() for name in architectures}
        names: dict[str, set[str]] = defaultdict(set)
        for name, package in suite.libraries:
            names[package].add(name)
        for (name, package), architectures in suite.libraries.items():
            if is_soname(name, names[package]):
                for architecture in ARCHITECTURES:
                    # What could not be read is as the other architecture: they differ in two sonames of a suite.
                    if architecture in architectures or architecture not in there:
                        found[name, package] |= bits[suite.name, architecture]
    for (name, package), mask in sorted(found.items()):
        yield f"{name}\t{package}\t{mask:x}\n"


def is_soname(name: str, others: set[str]) -> bool:
    """Whether the name is not merely that of the file that a soname is a link to: `libz.so.1.3.1` beside `libz.so.1`."""
    parts = name.partition(".so.")
    numbers = parts[2].split(".") if parts[1] else []
    shorter = (f"{parts[0]}.so.{'.'.join(numbers[:count])}" for count in range(1, len(numbers)))
    return not any(each in others for each in shorter) or name == "libgomp.so.1.0.0"


def distributions(suites: list[Suite], bits: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """`DISTRIBUTION PACKAGE FIELD SUITES`, then of each package `=PACKAGE LIBRARIES COMMANDS`: what it would be named by in code."""
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    libraries: dict[str, set[str]] = defaultdict(set)
    commands: dict[str, set[str]] = defaultdict(set)
    for suite in suites:
        mask = sum(bits[suite.name, architecture] for architecture in ARCHITECTURES)
        for name, package in suite.libraries:
            libraries[package].add(name.partition(".so")[0])
        for package, names in suite.commands.items():
            commands[package] |= names
        for distribution, packages in suite.distributions.items():
            for package in packages:
                for needed, how in needs(package, suite):
                    found[distribution, needed, how] |= mask
    told = {needed for _, needed, _ in found}
    for (distribution, needed, how), mask in sorted(found.items()):
        yield f"{distribution}\t{needed}\t{how}\t{mask:x}\n"
    for package in sorted(told):
        yield f"={package}\t{' '.join(sorted(libraries[package]))}\t{' '.join(sorted(commands[package]))}\n"


EVERYWHERE = frozenset(
    {"libc6", "libgcc-s1", "libstdc++6", "zlib1g", "python3", "perl", "debconf", "dpkg", "sensible-utils", "adduser"}
)


def needs(package: str, suite: Suite) -> Iterator[tuple[str, str]]:
    """Packages with libraries or commands that a package of Python code depends on, or recommends, and how; metapackages are looked through."""
    source, depends, recommends = suite.relations.get(package, ("", "", ""))
    seen: set[str] = set()
    for relations, how in ((depends, "D"), (recommends, "R")):
        names = list(direct(relations))
        metapackages = [name for name in names if not told(name, suite)]
        names += [name for meta in metapackages for name in direct(suite.relations.get(meta, ("", "", ""))[1])]
        for name in names:
            own = suite.relations.get(name, ("",))[0] == source
            if name not in seen and (name in suite.packages if own else told(name, suite)):
                seen.add(name)
                yield name, how


def direct(relations: str) -> Iterator[str]:
    """The first alternative of each clause, less what is everywhere and what is Python's."""
    for clause in control.relations(relations):
        name = clause[0].name
        if name not in EVERYWHERE and not name.startswith(("python3", "libpython3", "libjs-", "fonts-")):
            yield name


def told(name: str, suite: Suite) -> bool:
    """Whether the package has anything that code would name."""
    return name in suite.packages or bool(suite.commands.get(name))


if __name__ == "__main__":
    main()
