"""What a program needs of a system: the files that the loader opens, and whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace
from tests.native.elf_files import Blueprint, build

from pottle.build import builder_root, linked
from pottle.build.program import Program
from pottle.build.workshop import Workshop
from pottle.config.layer import from_pyproject
from pottle.oci.entry import Entry, File, Symlink
from pottle.oci.platform import Platform
from pottle.plan.lock import LockedPackage, LockedPlan
from pottle.plan.model import LinkProgram, SystemPackages
from pottle.plan.planner import make_plan
from pottle.progress import Silent
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.sources.debian.deb import Deb, read_deb
from pottle.stop import Stop
from pottle.testing.debian_archive import Package, build_deb

LIB = "usr/lib/x86_64-linux-gnu"
LOADER = "/lib64/ld-linux-x86-64.so.2"
STEP = LinkProgram(65532, 65532, "nonroot", "/home/nonroot")


def library(soname: str, *needed: str, version: str = "") -> tuple[Entry, ...]:
    """A library as Debian ships it: a file, and the link that is called as the loader asks."""
    content = build(Blueprint(soname=soname, needed=needed))
    if not version:
        return (File(f"{LIB}/{soname}", content),)
    return File(f"{LIB}/{soname}{version}", content), Symlink(f"{LIB}/{soname}", f"{soname}{version}")


def package(name: str, *entries: Entry, **scripts: str) -> Package:
    licence = File(f"usr/share/doc/{name}/copyright", b"free")
    return Package(name, architecture="amd64", entries=(*entries, licence), scripts=scripts)


PACKAGES = (
    package(
        "libc6",
        *library("libc.so.6", "ld-linux-x86-64.so.2"),
        *library("libm.so.6", "libc.so.6"),
        *library("libresolv.so.2"),
        *library("ld-linux-x86-64.so.2"),
        Symlink("usr/lib64/ld-linux-x86-64.so.2", f"../lib/{LIB.rpartition('/')[2]}/ld-linux-x86-64.so.2"),
    ),
    package("libc-bin", File("usr/lib/locale/C.utf8/LC_CTYPE", b""), File("usr/bin/iconv", b"", 0o755)),
    package("zlib1g", *library("libz.so.1", "libc.so.6", version=".3.1")),
    package("libssl3t64", *library("libssl.so.3", "libcrypto.so.3"), *library("libcrypto.so.3", "libz.so.1")),
    Package(
        "libgcc-s1",
        architecture="amd64",
        entries=(*library("libgcc_s.so.1", "libc.so.6"), Symlink("usr/share/doc/libgcc-s1", "gcc-14-base")),
    ),
    package("gcc-14-base"),
    package("gcc", File("usr/bin/gcc", b"", 0o755)),
    package("libmagic1t64", *library("libmagic.so.1", "libz.so.1"), File("usr/lib/file/magic.mgc", b"magic")),
    package(
        "base-files", File("usr/lib/os-release", b"ID=debian\n"), Symlink("etc/os-release", "../usr/lib/os-release")
    ),
    package("tzdata", File("usr/share/zoneinfo/Etc/UTC", b"TZif")),
    package("ca-certificates", File("usr/share/ca-certificates/mozilla/a.crt", b"certificate\n")),
    *(package(f"{name}-minimal") for name in ("python3.13", "libpython3.13")),
    package("libpython3.13-stdlib", File("usr/lib/python3.13/os.py", b"")),
)


@dataclass
class Supplies:
    debs: Mapping[str, Deb]

    def packages(self, packages: Sequence[LockedPackage]) -> Sequence[Deb]:
        return [self.debs[each.name] for each in packages]


@dataclass
class Warned(Silent):
    said: list[str] = field(default_factory=list)

    def warn(self, what: str) -> None:
        self.said.append(what)


@dataclass
class Here:
    directory: Path
    warned: Warned = field(default_factory=Warned)

    def entries(
        self, *binaries: Entry, brought: frozenset[str] = frozenset(), further: tuple[str, ...] = ()
    ) -> dict[str, Entry]:
        """By path."""
        debs = {}
        for each in PACKAGES:
            path = self.directory / f"{each.name}.deb"
            path.write_bytes(build_deb(each))
            debs[each.name] = read_deb(path)
        locked = tuple(
            LockedPackage(each.name, "1.0", each.architecture, "trixie", each.filename, "0" * 63 + str(n % 10), 1)
            for n, each in enumerate(PACKAGES)
        )
        workshop = Workshop(self.directory / "cache", Supplies(debs), self.warned, Stop())  # type: ignore[arg-type]
        root = builder_root.root(locked, None, workshop)
        program = Program(binaries, frozenset(entry.path for entry in binaries), brought, root)
        text = '[tool.pottle]\ncompile = "nuitka"\npython = "3.13"\n'
        tree = DictTree({"pyproject.toml": text, "main.py": ""})
        plan = make_plan(read_project(tree), from_pyproject(text).options(), Platform.parse("linux/amd64"))
        plan = replace(plan, system_packages=SystemPackages(runtime=further))
        whole = LockedPlan(plan, (("program", locked),), (), (), None)
        found = linked.entries(STEP, program, whole, workshop, self.directory / "aside")
        return {entry.path: entry for entry in found}


def binary(*needed: str, path: str = "app/shop.bin") -> File:
    return File(path, build(Blueprint(needed=needed, interpreter=LOADER)), 0o755)


def libraries(found: Mapping[str, Entry]) -> set[str]:
    return {path.removeprefix(f"{LIB}/") for path in found if path.startswith(f"{LIB}/")}


GLIBC = {"libc.so.6", "ld-linux-x86-64.so.2", "libgcc_s.so.1"}


def test_it_is_what_the_loader_opens_and_nothing_else(tmp_path: Path):
    found = Here(tmp_path).entries(binary("libssl.so.3", "libc.so.6"))
    assert libraries(found) == {*GLIBC, "libssl.so.3", "libcrypto.so.3", "libz.so.1", "libz.so.1.3.1"}
    assert isinstance(found["usr/lib64/ld-linux-x86-64.so.2"], Symlink)
    assert isinstance(found["lib64"], Symlink)
    assert not [path for path in found if path.startswith("usr/bin/")]


def test_extension_modules_are_looked_at_too(tmp_path: Path):
    found = Here(tmp_path).entries(
        binary("libc.so.6"), File("app/fast/fast.so", build(Blueprint(needed=("libm.so.6",))))
    )
    assert libraries(found) == {*GLIBC, "libm.so.6"}


def test_what_wheels_bring_is_not_brought_again(tmp_path: Path):
    here = Here(tmp_path)
    own = File("app/libz.so.1", build(Blueprint(soname="libz.so.1")))
    assert libraries(here.entries(binary("libz.so.1", "libc.so.6"), own)) == GLIBC
    assert not here.warned.said


def test_what_nobody_has_is_told(tmp_path: Path):
    here = Here(tmp_path)
    here.entries(binary("libnobody.so.1"))
    assert here.warned.said == ["app/shop.bin is linked with libnobody.so.1, which no package of the image has"]


def test_scanners_find_the_packages_that_files_are_of(tmp_path: Path):
    found = Here(tmp_path).entries(binary("libz.so.1"))
    names = {path.rpartition("/")[2] for path in found if path.startswith("var/lib/dpkg/status.d/")}
    assert {name for name in names if not name.endswith(".md5sums")} == {
        *("libc6", "libc-bin", "zlib1g", "libgcc-s1", "gcc-14-base", "base-files", "tzdata", "ca-certificates"),
        *("python3.13-minimal", "libpython3.13-minimal", "libpython3.13-stdlib"),
    }
    sums = found["var/lib/dpkg/status.d/libc6.md5sums"]
    assert isinstance(sums, File)
    assert [line.split()[1] for line in sums.read().decode().splitlines()] == [
        f"{LIB}/libc.so.6",
        f"{LIB}/ld-linux-x86-64.so.2",
        "usr/share/doc/libc6/copyright",
    ]


def test_licences_are_passed_on_through_links_too(tmp_path: Path):
    found = Here(tmp_path).entries(binary("libz.so.1"))
    assert {"usr/share/doc/zlib1g/copyright", "usr/share/doc/gcc-14-base/copyright"} <= found.keys()
    assert isinstance(found["usr/share/doc/libgcc-s1"], Symlink)


def test_what_every_image_has(tmp_path: Path):
    found = Here(tmp_path).entries(binary("libc.so.6"))
    assert {
        *("etc/ssl/certs/ca-certificates.crt", "usr/share/zoneinfo/Etc/UTC", "etc/localtime", "etc/os-release"),
        *("etc/passwd", "etc/group", "etc/nsswitch.conf", "etc/ld.so.cache", "tmp", "home/nonroot"),
        "usr/lib/locale/C.utf8/LC_CTYPE",
    } <= found.keys()


def test_a_package_that_is_asked_for_is_there_as_a_whole_with_what_it_is_linked_with(tmp_path: Path):
    found = Here(tmp_path).entries(binary("libc.so.6"), further=("libmagic1t64",))
    assert "usr/lib/file/magic.mgc" in found
    assert {"libmagic.so.1", "libz.so.1"} <= libraries(found)
