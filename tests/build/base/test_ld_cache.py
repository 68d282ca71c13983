"""ld.so.cache: what goes in, in which order, and that the real ldconfig and the real loader agree."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.build.base.cache_files import Row, compare, parse
from tests.native.elf_files import Blueprint, build

from pottle.build.base.ld_cache import ld_cache, links
from pottle.oci.entry import Directory, Entry, File, Symlink

CONF: tuple[Entry, ...] = (
    File("etc/ld.so.conf", b"include /etc/ld.so.conf.d/*.conf\n\n"),
    File("etc/ld.so.conf.d/libc.conf", b"# libc default configuration\n/usr/local/lib\n"),
    File(
        "etc/ld.so.conf.d/x86_64-linux-gnu.conf",
        b"# Multiarch support\n/usr/local/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n",
    ),
)
MERGED = Symlink("lib", "usr/lib")
AMD64 = "usr/lib/x86_64-linux-gnu"


def library(path: str, soname: str | None = None, machine: int = 62) -> File:
    """A library at `path`; without a soname of its own it is named after its file."""
    return File(path, build(Blueprint(soname=soname, machine=machine, needed=("libc.so.6",))))


def rows(*entries: Entry) -> list[Row]:
    return list(parse(ld_cache(entries)).rows)


def paths(*entries: Entry) -> list[str]:
    return [row.path for row in rows(*entries)]


def test_an_image_without_libraries_has_an_empty_cache():
    assert rows(*CONF, MERGED, File("usr/lib/os-release", b"ID=debian\n")) == []


def test_a_library_is_named_as_the_configuration_names_its_directory():
    entries = (
        *CONF,
        MERGED,
        library(f"{AMD64}/libz.so.1.3", "libz.so.1"),
        Symlink(f"{AMD64}/libz.so.1", "libz.so.1.3"),
    )

    assert rows(*entries) == [Row("libz.so.1", "/lib/x86_64-linux-gnu/libz.so.1")]


def test_the_cache_says_who_wrote_it():
    assert parse(ld_cache(CONF)).generator == b"pottle"


FLAGS = {"amd64": (62, 64, 0x0303), "arm64": (183, 64, 0x0A03)}


@pytest.mark.parametrize(("machine", "bits", "flags"), FLAGS.values(), ids=FLAGS)
def test_the_flags_are_the_architectures(machine: int, bits: int, flags: int):
    file = File("usr/lib/libx.so.1", build(Blueprint(machine=machine, bits=bits)))

    assert rows(MERGED, file) == [Row("libx.so.1", "/lib/libx.so.1", flags)]


def test_the_trusted_directories_need_no_configuration():
    entries = [
        library("usr/lib/x86_64-linux-gnu/liba.so.1"),
        library("usr/lib/aarch64-linux-gnu/libb.so.1", machine=183),
        library("usr/lib/libc.so.6"),
    ]

    assert paths(MERGED, *entries) == [
        "/lib/libc.so.6",
        "/lib/aarch64-linux-gnu/libb.so.1",
        "/lib/x86_64-linux-gnu/liba.so.1",
    ]


def test_without_a_merged_usr_both_directories_count():
    assert paths(library("lib/liba.so.1"), library("usr/lib/libb.so.1")) == ["/usr/lib/libb.so.1", "/lib/liba.so.1"]


def test_a_soname_in_two_directories_is_found_in_the_one_named_first():
    entries = (*CONF, MERGED, library("usr/local/lib/libz.so.1"), library(f"{AMD64}/libz.so.1"))

    assert paths(*entries) == ["/usr/local/lib/libz.so.1", "/lib/x86_64-linux-gnu/libz.so.1"]


LEFT_OUT = {
    "an empty file": File("usr/lib/libx.so.1", b""),
    "a linker script": File("usr/lib/libx.so", b"INPUT(-lx)\n"),
    "a damaged library": File("usr/lib/libx.so.1", build(Blueprint(soname="libx.so.1"))[:150]),
    "an object for the linker": File("usr/lib/libx.so.1", build(Blueprint(type=1))),
    "a name that is no library's": library("usr/lib/plugin.so"),
    "a name that is no shared library's": library("usr/lib/libx.a"),
    "another architecture": library("usr/lib/libx.so.1", machine=21),
    "32 bits": File("usr/lib/libx.so.1", build(Blueprint(bits=32, machine=3))),
    "a soname that is a path": library("usr/lib/libx.so.1", "../libx.so.1"),
    "a directory that nobody names": library("opt/lib/libx.so.1"),
    "a directory below": library("usr/lib/x/libx.so.1"),
    "a link to nowhere": Symlink("usr/lib/libx.so.1", "libx.so.1.0"),
    "a link to itself": Symlink("usr/lib/libx.so.1", "libx.so.1"),
    "a link to a directory": Symlink("usr/lib/libx.so.1", "/usr"),
    "a directory with a library's name": Directory("usr/lib/libx.so.1"),
}


@pytest.mark.parametrize("entry", LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_the_loader_could_not_use_is_left_out(entry: Entry):
    assert rows(MERGED, entry) == []
    assert list(links((MERGED, entry))) == []


def test_an_empty_file_on_disk_is_left_out(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.touch()

    assert rows(MERGED, File("usr/lib/libx.so.1", empty)) == []


def test_a_damaged_file_on_disk_is_left_out(tmp_path: Path):
    cut = tmp_path / "cut"
    cut.write_bytes(build(Blueprint(soname="libx.so.1"))[:200])

    assert rows(MERGED, File("usr/lib/libx.so.1", cut)) == []


def test_links_are_followed_inside_the_image(tmp_path: Path):
    outside = tmp_path / "libx.so.1"
    outside.write_bytes(build(Blueprint()))
    linked = (
        Symlink("usr/lib/libx.so.1", str(outside)),
        Symlink("usr/lib/liby.so.1", "../../../../opt/../opt/liby.so.1"),
    )

    assert paths(MERGED, *linked, library("opt/liby.so.1")) == ["/lib/liby.so.1"]


def test_a_later_entry_replaces_an_earlier_one():
    assert paths(MERGED, library("usr/lib/libx.so.1"), File("usr/lib/libx.so.1", b"")) == []


# Configuration

CONFIGURED = {
    "a directory": ({"ld.so.conf": "/opt/a\n"}, ["/opt/a"]),
    "the first name of a directory counts": ({"ld.so.conf": "/opt/link\n/opt/a\n"}, ["/opt/link"]),
    "blanks, comments and slashes": ({"ld.so.conf": "  /opt/a/ # mine\n#/opt/b\n\n"}, ["/opt/a"]),
    "a type": ({"ld.so.conf": "/opt/a=libc6\n"}, ["/opt/a"]),
    "no directory": ({"ld.so.conf": "hwcap 0 nosegneg\nopt/b\n/opt/nowhere\n/opt/a"}, ["/opt/a"]),
    "includes in the order of their names": (
        {"ld.so.conf": "include ld.so.conf.d/*.conf", "ld.so.conf.d/2.conf": "/opt/a", "ld.so.conf.d/1.conf": "/opt/b"},
        ["/opt/b", "/opt/a"],
    ),
    "an include in its place": (
        {"ld.so.conf": "include /etc/x /etc/nowhere\n/opt/b", "x": "/opt/a"},
        ["/opt/a", "/opt/b"],
    ),
    "an include of what includes it": (
        {"ld.so.conf": "include x\n/opt/b", "x": "/opt/a\ninclude ld.so.conf"},
        ["/opt/a", "/opt/b"],
    ),
    "hidden files and those below are not meant": (
        {"ld.so.conf": "include x/*.conf", "x/.a.conf": "/opt/a", "x/y/a.conf": "/opt/b"},
        [],
    ),
}


@pytest.mark.parametrize(("files", "directories"), CONFIGURED.values(), ids=CONFIGURED)
def test_the_configuration_names_directories(files: dict[str, str], directories: list[str]):
    conf = [File(f"etc/{name}", text.encode()) for name, text in files.items()]
    libraries = [Symlink("opt/link", "a"), library("opt/a/libx.so.1"), library("opt/b/libx.so.1")]

    assert paths(*conf, *libraries) == [f"{directory}/libx.so.1" for directory in directories]


def test_a_configuration_may_be_a_link():
    conf = (File("etc/ld.so.conf", b"include *.conf"), Symlink("etc/x.conf", "/opt/x"), File("opt/x", b"/opt/a"))

    assert paths(*conf, library("opt/a/libx.so.1")) == ["/opt/a/libx.so.1"]


def test_a_long_chain_of_includes_is_followed():
    chain = [File(f"etc/{number}", f"include {number + 1}".encode()) for number in range(3000)]
    conf = (File("etc/ld.so.conf", b"include 0"), *chain, File("etc/3000", b"/opt/a"))

    assert paths(*conf, library("opt/a/libx.so.1")) == ["/opt/a/libx.so.1"]


# Sonames and links


def test_of_two_files_for_a_soname_the_higher_version_counts():
    files = [library(f"usr/lib/libx.so.1.{minor}", "libx.so.1") for minor in (9, 10, 2)]

    assert list(links((MERGED, *files))) == [Symlink("usr/lib/libx.so.1", "libx.so.1.10")]
    assert rows(MERGED, *files, *links((MERGED, *files))) == [Row("libx.so.1", "/lib/libx.so.1")]


def test_without_its_link_a_library_is_found_under_its_own_name():
    assert rows(MERGED, library("usr/lib/libx.so.1.2", "libx.so.1")) == [Row("libx.so.1", "/lib/libx.so.1.2")]


def test_a_link_that_a_package_ships_is_left_as_it_is():
    files = [library(f"usr/lib/libx.so.1.{minor}", "libx.so.1") for minor in (1, 2)]

    assert list(links((MERGED, *files, Symlink("usr/lib/libx.so.1", "libx.so.1.1")))) == []
    assert list(links((MERGED, *files, Symlink("usr/lib/libx.so.1", "libx.so.1.0")))) == []


def test_the_linkers_link_has_a_row_of_its_own():
    files = (
        library("usr/lib/libx.so.1.2", "libx.so.1"),
        Symlink("usr/lib/libx.so.1", "libx.so.1.2"),
        Symlink("usr/lib/libx.so", "libx.so.1"),
    )

    assert paths(MERGED, *files) == ["/lib/libx.so.1", "/lib/libx.so"]


def test_a_link_by_another_name_stands_for_the_soname():
    files = (
        library("usr/lib/blas/libblas.so.3", "libblas.so.3"),
        Symlink("usr/lib/libopenblas.so.0", "blas/libblas.so.3"),
    )

    assert rows(MERGED, *files) == [Row("libblas.so.3", "/lib/libopenblas.so.0")]
    assert list(links((MERGED, *files))) == [Symlink("usr/lib/libblas.so.3", "libopenblas.so.0")]


def test_libraries_for_better_processors_come_first():
    files = (
        library("usr/lib/libx.so.1", "libx.so.1"),
        library("usr/lib/glibc-hwcaps/x86-64-v3/libx.so.1.2", "libx.so.1"),
        library("usr/lib/glibc-hwcaps/x86-64-v2/libx.so.1", "libx.so.1"),
    )

    assert rows(MERGED, *files) == [
        Row("libx.so.1", "/lib/glibc-hwcaps/x86-64-v2/libx.so.1", hwcaps="x86-64-v2"),
        Row("libx.so.1", "/lib/glibc-hwcaps/x86-64-v3/libx.so.1.2", hwcaps="x86-64-v3"),
        Row("libx.so.1", "/lib/libx.so.1"),
    ]
    assert list(links((MERGED, *files))) == []


# Laws

names = st.from_regex(r"lib[a-zA-Z_+.-]{0,4}[0-9]{0,9}[a-c-]{0,2}\.so(\.[0-9]{1,3}){0,3}", fullmatch=True)


@given(st.sets(names, max_size=40))
def test_every_soname_is_found_by_the_loaders_search(sonames: set[str]):
    cache = parse(ld_cache([library(f"usr/lib/{soname}", soname) for soname in sonames]))

    for soname in sonames:
        assert soname in [row.soname for row in cache.found(soname)]


@given(st.lists(names, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_the_entries_does_not_show(sonames: list[str], random: object):
    entries: list[Entry] = [MERGED, *CONF, *(library(f"usr/lib/{name}", name) for name in dict.fromkeys(sonames))]
    shuffled = entries.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert ld_cache(shuffled) == ld_cache(entries)


@given(st.lists(st.tuples(st.sampled_from(["liba.so.1", "libb.so.1", "liba.so"]), names), max_size=8))
def test_every_path_in_the_cache_is_in_the_image(libraries: list[tuple[str, str]]):
    entries = [library(f"usr/lib/{name}", soname) for soname, name in libraries]
    there = {f"/{entry.path}" for entry in entries}

    assert {row.path for row in rows(*entries)} <= there
    more = [*entries, *links(entries)]
    assert {row.path for row in rows(*more)} <= {f"/{entry.path}" for entry in more}
    assert list(links(more)) == []


def test_four_hundred_libraries_take_less_than_50_ms(tmp_path: Path):
    (tmp_path / "lib").write_bytes(library("x", None).read().ljust(1 << 20, b"\0"))
    entries = [File(f"usr/lib/lib{number}.so.1", tmp_path / "lib") for number in range(400)]

    def took() -> float:
        start = time.thread_time()  # of the processor: a busy machine is not slower code
        ld_cache(entries)
        return time.thread_time() - start

    assert min(took() for _ in range(3)) < 0.05


# The real ones


def missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def entries_of(root: Path) -> Iterator[Entry]:
    """A tree on disk as entries."""
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if path.is_symlink():
            yield Symlink(name, str(path.readlink()))
        elif path.is_dir():
            yield Directory(name)
        elif path.is_file():
            yield File(name, path)


def write(entries: Sequence[Entry], root: Path) -> None:
    for entry in entries:
        path = root / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(entry, Symlink):
            path.symlink_to(entry.target)
        elif isinstance(entry, File):
            path.write_bytes(entry.read())


@pytest.fixture(scope="module")
def ldconfig() -> str:
    """glibc's ldconfig, of a machine that is amd64 as the made-up libraries are."""
    found = shutil.which("ldconfig", path="/usr/sbin:/sbin")
    if found is None or os.uname().machine != "x86_64":
        missing("no ldconfig for amd64")
    return found


sonames = st.sampled_from([None, "libx.so.1", "libx.so.2", "libx.so"]) | names
libraries = st.lists(st.tuples(st.sampled_from(["opt/a", AMD64, "usr/local/lib"]), names, sonames), max_size=8)


@pytest.mark.engine
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(libraries, st.lists(st.tuples(st.integers(0, 7), names), max_size=3))
def test_ldconfig_writes_the_same_for_any_libraries(
    ldconfig: str,
    tmp_path_factory: pytest.TempPathFactory,
    libraries: list[tuple[str, str, str | None]],
    linked: list[tuple[int, str]],
):
    files: dict[str, Entry] = {f"{at}/{name}": library(f"{at}/{name}", soname) for at, name, soname in libraries}
    for number, name in linked:
        if number < len(libraries):
            at, target, _ = libraries[number]
            files.setdefault(f"{at}/{name}", Symlink(f"{at}/{name}", target))
    conf = (*CONF, File("etc/ld.so.conf.d/a.conf", b"/opt/a\n/opt/a/\n"), MERGED)
    root = tmp_path_factory.mktemp("root")
    write([*conf, *files.values()], root)

    subprocess.run([ldconfig, "-r", root, "-X", "-C", "/real"], check=True, capture_output=True)

    entries = [*conf, *files.values()]
    assert rows(*entries, *links(entries)) == parse((root / "real").read_bytes()).rows
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A real root: Debian with an interpreter."""
    if shutil.which("mmdebstrap") is None or os.geteuid() != 0:
        missing("needs mmdebstrap, and root")
    root = tmp_path_factory.mktemp("debian") / "root"
    packages = "--include=python3.13,ca-certificates"
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", packages, "trixie", root], check=True)
    yield root
    shutil.rmtree(root)


@pytest.mark.engine
@pytest.mark.network
@pytest.mark.slow
def test_debians_own_ldconfig_and_loader_agree(debian: Path):
    entries = list(entries_of(debian))
    subprocess.run(["chroot", debian, "ldconfig", "-X", "-C", "/tmp/real"], check=True)
    real = parse((debian / "tmp/real").read_bytes())

    (debian / "etc/ld.so.cache").write_bytes(ld_cache(entries))

    assert list(links(entries)) == []
    assert rows(*entries) == real.rows
    listed = subprocess.run(["chroot", debian, "ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
    assert f"{len(real.rows)} libs found" in listed
    for row in real.rows:
        assert f"\t{row.soname} (libc6,x86-64) => {row.path}\n" in listed
    loading = ["chroot", debian, "env", "LD_DEBUG=libs", "python3.13", "-c", "import ssl, sqlite3, ctypes"]
    told = subprocess.run(loading, check=True, capture_output=True, text=True).stderr
    for soname in ("libc.so.6", "libssl.so.3", "libsqlite3.so.0", "libffi.so.8"):
        assert f"trying file=/lib/x86_64-linux-gnu/{soname}\n" in told
    assert "search path=" not in told


def test_the_tests_own_comparison_is_glibcs():
    ascending = ["lib", "lib-a.so", "lib.so", "libA.so", "liba.so", "liba.so.", "liba.so.9", "liba.so.10", "lib2.so"]

    assert all(compare(one, other) < 0 for one, other in pairwise(ascending))
