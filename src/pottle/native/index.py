"""Which package of a suite has a library, by its soname: an index made from the archives' `Contents` by `tools/debian_knowledge.py`.

It ships with pottle (150 kB for six suites and two architectures): sonames do not change while a suite is stable.
"""

import lzma
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pottle.native import KNOWN
from pottle.native.elf import Version
from pottle.native.tree import MACHINES, Architecture

ALPINE = "alpine"
"""In place of a suite: its names need no index."""

RUNTIME = ("libc6", "libgcc-s1", "libstdc++6", "zlib1g")
"""On every Debian and Ubuntu: apt and dpkg need them themselves."""

GLIBC = frozenset(
    {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libresolv.so.2"}
)
"""What no library has but glibc."""

_ELSEWHERE = {
    "libblas.so.3": "libblas3",
    "liblapack.so.3": "liblapack3",
    "libblas64.so.3": "libblas64-3",
    "liblapack64.so.3": "liblapack64-3",
}
"""Alternatives: they lie in directories of their own, and update-alternatives makes the links."""
_VARIANT = re.compile(r".*-(?:gles|extra|jackd2-\d|openssl|nss|gnutls|nox|tiny|minimal|nvidia\S*)(?:t64)?")
_SONAME = re.compile(r"(?P<stem>.+)\.so(?:\.(?P<version>.+))?|(?P<stem2>.+)-(?P<version2>[\d.]+)\.so")


class UnknownSuite(ValueError):
    """The index does not have the suite."""


@dataclass(frozen=True, slots=True)
class SuiteFacts:
    """What is known of a suite besides its libraries."""

    name: str
    read: str
    """The date of the Release that it was read from: `2026-11-21`."""
    glibc: Version
    """The highest version that its symbols have; libstdc++'s likewise."""
    glibcxx: Version
    cxxabi: Version


@lru_cache(maxsize=1)
def suites() -> tuple[SuiteFacts, ...]:
    """Every suite of the index."""
    return tuple(_suites())


def _suites() -> Iterator[SuiteFacts]:
    for line in (KNOWN / "suites.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, read, *symbols = line.split("\t")
            yield SuiteFacts(name, read, *(tuple(map(int, s.partition("_")[2].split("."))) for s in symbols))


class Index:
    """The libraries of one suite for one architecture."""

    def __init__(self, suite: str, architecture: Architecture) -> None:
        self.facts: SuiteFacts | None = facts(suite)
        self.architecture = architecture

    def providers(self, soname: str) -> tuple[str, ...]:
        """The packages that have it, the one to choose first; none: the suite does not have it.

        Chosen is the one that is called like the soname (Debian policy §8.1), before variants of it, before whatever else.
        """
        found = self._packages.get(soname, ())
        if not found and soname in _ELSEWHERE:
            return (_ELSEWHERE[soname],)
        return tuple(sorted(found, key=lambda package: _rank(package, soname)))

    def sonames(self, packages: Collection[str]) -> frozenset[str]:
        """All that these packages have."""
        wanted = frozenset(packages)
        return frozenset(name for name, found in self._packages.items() if not wanted.isdisjoint(found))

    @cached_property
    def _packages(self) -> dict[str, tuple[str, ...]]:
        number = suites().index(self.facts) if self.facts is not None else 0
        bit = 1 << (number * len(MACHINES) + list(MACHINES).index(self.architecture))
        found: dict[str, tuple[str, ...]] = {}
        for soname, package, mask in rows("sonames.tsv.xz"):
            if int(mask, 16) & bit:
                found[soname] = (*found.get(soname, ()), package)
        return found


def facts(suite: str) -> SuiteFacts:
    """Those of the suite called so. Raises `UnknownSuite`."""
    for each in suites():
        if each.name == suite:
            return each
    raise UnknownSuite(
        f"the index has no suite {suite!r}: there are {', '.join((*(each.name for each in suites()), ALPINE))}"
    )


class AlpineIndex:
    """Alpine's packages say themselves which sonames they have: `so:libpq.so.5` is a name that `apk add` takes (APKINDEX, `p:`)."""

    facts = None

    def providers(self, soname: str) -> tuple[str, ...]:
        """The name by which apk finds it, whether there is such a package or not."""
        return () if soname in GLIBC else (f"so:{soname}",)

    def sonames(self, packages: Collection[str]) -> frozenset[str]:  # noqa: ARG002
        """What is on every Alpine: apk needs both."""
        loaders = (f"{kind}-{machine}.so.1" for kind in ("libc.musl", "ld-musl") for machine in ("x86_64", "aarch64"))
        return frozenset({*loaders, "libc.so", "libz.so.1"})


@lru_cache(maxsize=4)
def index(suite: str, architecture: Architecture) -> "Index | AlpineIndex":
    """Read once in a process. Raises `UnknownSuite`."""
    return AlpineIndex() if suite == ALPINE else Index(suite, architecture)


def bits(suite: str) -> int:
    """The suite's bits in a mask, those of all architectures."""
    number = suites().index(facts(suite))
    return ((1 << len(MACHINES)) - 1) << (number * len(MACHINES))


def rows(name: str) -> Iterator[list[str]]:
    """The lines of a file that ships with pottle, as columns."""
    with lzma.open(KNOWN / name, "rt", encoding="utf-8") as lines:
        for line in lines.read().splitlines():
            yield line.split("\t")


def _rank(package: str, soname: str) -> tuple[object, ...]:
    plain = package.removesuffix("t64")
    return (
        plain != _policy_name(soname),
        bool(_VARIANT.fullmatch(package)),
        not package.startswith("lib"),
        len(plain),
        package,
    )


def _policy_name(soname: str) -> str:
    """What policy would call the package: `libpq5` for `libpq.so.5`, `libglib2.0-0` for `libglib-2.0.so.0`."""
    match = _SONAME.fullmatch(soname)
    if match is None:
        return ""
    stem, version = (
        (match["stem"] or match["stem2"]).lower().replace("_", "-"),
        match["version"] or match["version2"] or "",
    )
    return f"{stem}-{version}" if stem[-1:].isdigit() else f"{stem}{version}"
