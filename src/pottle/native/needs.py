"""What a tree needs of a system: of each need who has it, how it is known, and what answers it.

The rules, in their order:

- What extension modules and programs are linked with, directly or through other libraries, is required; so is everything of a
  distribution that has no extension modules. The rest (plugins, tools) is optional: it is told, and nobody installs it.
- What the environment bundles, or the system has, is there. Of a family that the environment bundles (its own Qt) no member is taken
  from anywhere else: versions would not fit. GPU drivers are the host's, and what computes on GPUs comes as wheels.
- What is left is asked of the suite's index.
- What no machine code shows is told by measured rows, then by Debian where the code itself names the same.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from pottle.native.elf import Version
from pottle.native.index import GLIBC, RUNTIME, AlpineIndex, Index, index, suites
from pottle.native.knowledge import claims, curated, rows_for
from pottle.native.loader import SYSTEM, Loader
from pottle.native.tree import Architecture, Binary, Damaged, Distribution, Tree

Signal: TypeAlias = Literal["linked", "measured", "debian"]
"""Machine code; a row of ours; Debian's metadata, confirmed by the code."""
Answer: TypeAlias = Literal["bundled", "system", "package", "host", "wheel", "missing"]
"""It is in the environment; it is on the system; a package has it; the host's driver brings it; a wheel of its own would; nobody has it."""

_HOST = re.compile(r"lib(?:cuda|nvidia-.*|nvcuvid|nvoptix|vdpau_nvidia|GLX_nvidia|EGL_nvidia)\.so.*")
_WHEEL = re.compile(
    r"lib(?:cudart|cublas|cublasLt|cudnn.*|cufft.*|cufile.*|curand|cusolver.*|cusparse.*|nccl|nvrtc.*|nvJitLink|nvToolsExt|cupti"
    r"|nvinfer.*|nvonnxparser|nvshmem.*|hip.*|amdhip.*|roc.*|MIOpen|hsa-runtime.*|rccl|sycl|ze_loader|mkl_.*|svml|iomp5|torch.*|c10.*)\.so.*"
)
_PYTHON = re.compile(r"libpython3.*\.so.*")
_FAMILIES = (
    "libQt5",
    "libQt6",
    "libicu",
    "libopencv_",
    "libvtk",
    "libarrow",
    "libSDL2",
    "libboost_",
    "libwx_",
    "libav",
    "libsw",
)


_EITHER = (("libmpi.so.40", "libmpi.so.12"),)
"""Sonames of which one is enough, the preferred first: mpi4py has a module for each implementation of MPI, and loads the one that is there."""


@dataclass(frozen=True, slots=True)
class System:
    """What the tree is run on."""

    suite: str
    architecture: Architecture
    sonames: frozenset[str] = frozenset()
    """Names of libraries that are there."""
    packages: frozenset[str] = frozenset()
    """Packages that are there."""
    commands: frozenset[str] | None = None
    """Names of programs that are there; None: those of the packages, which are not known by name."""
    glibc: Version | None = None
    glibcxx: Version | None = None
    cxxabi: Version | None = None
    rooted: bool = False
    """The tree is the system's own root."""


def on_suite(suite: str, architecture: Architecture, packages: Collection[str] = RUNTIME) -> System:
    """A system that consists of these packages of a suite. Raises `UnknownSuite`."""
    known = index(suite, architecture)
    facts, held = known.facts, frozenset(packages)
    return System(
        suite=suite,
        architecture=architecture,
        sonames=known.sonames(held),
        packages=held,
        glibc=facts.glibc if facts else None,
        glibcxx=facts.glibcxx if facts else None,
        cxxabi=facts.cxxabi if facts else None,
    )


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that is needed."""

    name: str
    """A soname; of what no machine code shows, the package."""
    signal: Signal
    answer: Answer
    required: bool
    packages: tuple[str, ...] = ()
    """Those that bring it; the one to choose first."""
    of: tuple[str, ...] = ()
    """Distributions that need it, by name."""
    files: tuple[str, ...] = ()
    """The files that are linked with it; those that are loaded in any case come first."""
    because: str = ""

    @property
    def package(self) -> str | None:
        """The one to install, where it is not there."""
        return self.packages[0] if self.packages and self.answer == "package" else None


@dataclass(frozen=True, slots=True)
class TooOld:
    """Symbols of a version that the system's library does not have."""

    symbol: str
    """`GLIBC_2.38`"""
    has: str
    """`GLIBC_2.36`"""
    file: str
    of: str | None
    suites: tuple[str, ...]
    """Those that would do."""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    system: System
    needs: tuple[Need, ...] = ()
    too_old: tuple[TooOld, ...] = ()
    damaged: tuple[Damaged, ...] = ()
    foreign: int = 0
    """Files for other machines, which are passed over."""

    @property
    def packages(self) -> tuple[str, ...]:
        """What to install: of everything that is required and not there, sorted."""
        return tuple(sorted({need.package for need in self.needs if need.required and need.package is not None}))

    @property
    def optional(self) -> tuple[str, ...]:
        """What plugins and further tools would want besides."""
        found = {need.package for need in self.needs if not need.required and need.package is not None}
        return tuple(sorted(found - set(self.packages)))

    @property
    def cheaper(self) -> tuple[tuple[str, str], ...]:
        """Distributions that something has to be installed for → a way to need less."""
        asking = {name for need in self.needs if need.required and need.package for name in need.of}
        rows = curated()
        return tuple((name, way) for name in sorted(asking & rows.keys()) if (way := rows[name].cheaper))

    @property
    def missing(self) -> tuple[Need, ...]:
        """What is required and nobody has."""
        return tuple(need for need in self.needs if need.required and need.answer == "missing")


def examine(tree: Tree, system: System, direct: Collection[str] | None = None) -> Report:
    """What the tree needs. `direct`: the distributions that the project itself asks for; None: nobody knows."""
    own = tree.of(system.architecture)
    known = index(system.suite, system.architecture)
    linked = _Linked(own, system, known)
    found = [*linked.needs(), *_told(own, system, known, frozenset(direct) if direct is not None else None)]
    return Report(
        system=system,
        needs=tuple(_once(map(_chosen(found), found))),
        too_old=tuple(_too_old(own, linked.reached, system)),
        damaged=tree.damaged,
        foreign=len(tree.binaries) - len(own.binaries),
    )


# --- what machine code is linked with -------------------------------------------------------------


@dataclass(slots=True)
class _Use:
    """Who asks for one name, and whether they find it."""

    files: list[Binary] = field(default_factory=list)
    found: set[str] = field(default_factory=set)


class _Linked:
    """Needs by `DT_NEEDED`."""

    def __init__(self, tree: Tree, system: System, known: Index | AlpineIndex) -> None:
        self._tree, self._system, self._index = tree, system, known
        self._loader = Loader(tree, system.sonames, rooted=system.rooted)
        self._bundles = frozenset(
            family for family in _FAMILIES if any(binary.name.startswith(family) for binary in tree.binaries)
        )
        self.reached = self._reach(_roots(tree, self._loader))
        """What is loaded sooner or later, by path."""

    def needs(self) -> Iterator[Need]:
        """One for each name."""
        uses: dict[str, _Use] = {}
        for binary in self._tree.binaries:
            for name in binary.elf.needed:
                found = self._loader.find(name, binary)
                use = uses.setdefault(name, _Use())
                use.found.add("none" if found is None else "system" if found == SYSTEM else "bundled")
                use.files.append(binary)
        for name, use in sorted(uses.items()):
            # Where one of the files finds it and another does not, the one that finds it has usually loaded it before.
            yield self._need(name, use)

    def _need(self, name: str, use: _Use) -> Need:
        required = any(binary.path in self.reached for binary in use.files)
        owners = tuple(sorted({binary.owner for binary in use.files if binary.owner}))
        files = tuple(sorted((b.path for b in use.files), key=lambda path: (path not in self.reached, path)))
        answer, packages = self._answer(name, use)
        required = required and answer not in {"host", "wheel"}
        return Need(name, "linked", answer, required, packages, owners, files, _because(name, answer))

    def _answer(self, name: str, use: _Use) -> tuple[Answer, tuple[str, ...]]:
        if use.found == {"none"} and not _PYTHON.fullmatch(name):
            return self._unresolved(name)
        if "bundled" in use.found:
            return "bundled", ()
        there = [package for package in self._index.providers(name) if package in self._system.packages]
        return "system", tuple(there)

    def _unresolved(self, name: str) -> tuple[Answer, tuple[str, ...]]:
        if _HOST.fullmatch(name):
            return "host", ()
        if _WHEEL.fullmatch(name):
            return "wheel", ()
        if any(name.startswith(family) for family in self._bundles):
            return "missing", ()
        providers = self._index.providers(name.rpartition("/")[2])
        return ("package", providers) if providers else ("missing", ())

    def _reach(self, roots: Collection[Binary]) -> frozenset[str]:
        seen = {binary.path for binary in roots}
        pending = list(roots)
        while pending:
            binary = pending.pop()
            for name in binary.elf.needed:
                found = self._loader.find(name, binary)
                if isinstance(found, Binary) and found.path not in seen:
                    seen.add(found.path)
                    pending.append(found)
        return frozenset(seen)


def _roots(tree: Tree, loader: Loader) -> list[Binary]:
    """Extension modules and programs; of an owner without extension modules everything, unless another's code reaches some of it."""
    with_modules = {binary.owner for binary in tree.binaries if binary.is_extension}
    roots = [binary for binary in tree.binaries if binary.is_extension or (binary.is_program and binary.owner is None)]
    reached_from_others = {
        found.owner
        for binary in tree.binaries
        for name in binary.elf.needed
        if isinstance(found := loader.find(name, binary), Binary) and found.owner != binary.owner
    }
    partly = with_modules | reached_from_others
    return roots + [b for b in tree.binaries if b.owner not in partly and "/lib-dynload/" not in b.path]


def _because(name: str, answer: Answer) -> str:
    match answer:
        case "host":
            return "the driver of the machine's GPU brings it"
        case "wheel":
            return "it comes as a wheel, or only one of several such libraries is ever loaded"
        case "missing" if name in GLIBC:
            return "it is linked with glibc, and the C library here is musl"
        case "missing" if name.startswith(_FAMILIES):
            return "the environment bundles others of the same family, and not this one"
        case _:
            return ""


# --- what it does not show ------------------------------------------------------------------------


def _told(tree: Tree, system: System, known: Index | AlpineIndex, direct: frozenset[str] | None) -> Iterator[Need]:
    """By rows of ours, then by Debian of distributions that none is about."""
    held = {each.name: each for each in tree.distributions}
    rows = dict(rows_for(frozenset(held), direct))
    with_code = {binary.owner for binary in tree.binaries}
    for name, row in rows.items():
        if row.linked and name in with_code:
            continue  # it has been seen
        for package in row.named(known):
            answer = _there(package, system)
            yield Need(package, "measured", answer, True, (package,), (name,), (), row.because)
    bundled = {stem for binary in tree.binaries for stem in _stems(binary)}
    for name in sorted(held.keys() - rows.keys()):
        yield from _claimed(held[name], system, bundled)


def _claimed(distribution: Distribution, system: System, bundled: Collection[str]) -> Iterator[Need]:
    """What Debian says of a distribution that brings no libraries, where its own code names the same."""
    if not (distribution.pure or distribution.built) or not distribution.words:
        return
    for claim in claims(system.suite).get(distribution.name, ()):
        libraries = claim.libraries & distribution.words
        commands = claim.commands & distribution.words
        if libraries and not libraries.isdisjoint(bundled):
            continue
        if not libraries and not commands:
            continue
        word = min(libraries or commands)
        field_ = "recommends" if claim.recommended else "depends on"
        because = f"Debian's package of it {field_} {claim.package}, and its code names {word}"
        # What a program opens itself is at most a Recommends: dpkg-shlibdeps sees only what it is linked with.
        required = bool(libraries) and (not claim.recommended or not libraries.isdisjoint(distribution.loaded))
        answer = _there(claim.package, system)
        yield Need(claim.package, "debian", answer, required, (claim.package,), (distribution.name,), (), because)


def _there(package: str, system: System) -> Answer:
    return "system" if package in system.packages else "package"


def _stems(binary: Binary) -> Iterator[str]:
    """`libsndfile` of `libsndfile-ab12cd34.so.1` too, as auditwheel renames what it bundles."""
    stem = binary.name.partition(".so")[0]
    yield stem
    yield re.sub(r"-[0-9a-f]{8}$", "", stem)


def _chosen(found: Sequence[Need]) -> Callable[[Need], Need]:
    """Of sonames of which one is enough, the others are optional: where one is there, all that are not."""
    answers = {need.name: need for need in found if need.signal == "linked"}
    spared: set[str] = set()
    for group in _EITHER:
        known = [name for name in group if name in answers]
        best = min(known, key=lambda name: (_ORDER.index(answers[name].answer), group.index(name)), default=None)
        spared |= {name for name in known if name != best}
    return lambda need: replace(need, required=False) if need.name in spared else need


_ORDER: tuple[Answer, ...] = ("bundled", "system", "package", "wheel", "host", "missing")


def _once(needs: Iterable[Need]) -> Iterator[Need]:
    """A package that two distributions want for the same reason is told once; what is required before what is not."""
    found: dict[tuple[str, str, str], Need] = {}
    for need in needs:
        key = need.name, need.signal, need.because
        found[key] = need if key not in found else _both(found[key], need)
    yield from sorted(found.values(), key=lambda need: (not need.required, need.signal, need.name))


def _both(one: Need, other: Need) -> Need:
    of = tuple(sorted({*one.of, *other.of}))
    required = one.required or other.required
    return replace(one, required=required, of=of)


# --- versions of symbols --------------------------------------------------------------------------


def _too_old(tree: Tree, reached: Collection[str], system: System) -> Iterator[TooOld]:
    """The worst of each family among what is loaded."""
    bundled = {binary.name for binary in tree.binaries} | {binary.elf.soname for binary in tree.binaries}
    for family, name in (("GLIBC", "glibc"), ("GLIBCXX", "glibcxx"), ("CXXABI", "cxxabi")):
        has: Version | None = getattr(system, name)
        if has is None or (family != "GLIBC" and "libstdc++.so.6" in bundled):
            continue
        wanting = [
            binary for binary in tree.binaries if binary.path in reached and (getattr(binary.elf, name) or ()) > has
        ]
        if wanting:
            worst = max(wanting, key=lambda binary: (getattr(binary.elf, name), binary.path))
            wanted: Version = getattr(worst.elf, name)
            would_do = tuple(suite.name for suite in suites() if getattr(suite, name) >= wanted)
            yield TooOld(_symbol(family, wanted), _symbol(family, has), worst.path, worst.owner, would_do)


def _symbol(family: str, version: Version) -> str:
    return f"{family}_{'.'.join(map(str, version))}"
