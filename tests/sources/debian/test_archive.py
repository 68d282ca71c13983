"""The whole path against a served archive: names in, verified files out, faults on the way."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from pottle.errors import HostError, IntegrityError, SourceError
from pottle.oci.entry import File
from pottle.sources.debian.archive import glibc_version
from pottle.sources.debian.deb import read_deb
from pottle.sources.debian.suites import suite_named
from pottle.testing.debian_archive import DebianArchive, Package, build_deb

HELLO = Package(
    "hello", "2.10-3", fields={"Depends": "libc6 (>= 2.34)"}, entries=(File("usr/bin/hello", b"hi", 0o755),)
)
LIBC = Package("libc6", "2.41-12", "amd64", entries=(File("usr/lib/libc.so.6", b"\x7fELF"),))
FIXED = Package("libc6", "2.41-12+deb13u4", "amd64", entries=(File("usr/lib/libc.so.6", b"\x7fELF!"),))


@pytest.fixture
def published(served):
    served.add(HELLO, LIBC)
    served.add(FIXED, pocket="trixie-security")
    return served


def leftovers(cache):
    return [path for path in cache.rglob("*") if path.name.startswith(".partial")]


# --- resolving


def test_suite_updates_and_security_are_one(published, tmp_path):
    published.add(replace(HELLO, version="2.10-4"), pocket="trixie-updates")
    found = published.open(tmp_path).resolve(["hello"])
    assert [(package.name, package.version, package.suite) for package in found] == [
        ("hello", "2.10-4", "trixie-updates"),
        ("libc6", "2.41-12+deb13u4", "trixie-security"),
    ]
    assert glibc_version(found) == (2, 41)
    assert glibc_version(found[:1]) is None


def test_the_release_alone_does_not_move_with_fixes(published, tmp_path):
    archive = published.open(tmp_path)
    assert [package.version for package in archive.at_release().resolve(["hello"])] == ["2.10-3", "2.41-12"]
    assert list(archive.at_release().suite.pockets) == [archive.suite.release]


def test_what_is_left_out_is_said(published, tmp_path):
    resolution = published.open(tmp_path).solve(["hello"], ["libc6"])
    assert [package.name for package in resolution.packages] == ["hello"]
    assert resolution.left_out == {"libc6": "hello"}


def test_a_later_run_asks_for_nothing_and_finds_the_same(published, tmp_path):
    first = published.open(tmp_path).resolve(["hello"])
    published.requests.clear()
    assert published.open(tmp_path).resolve(["hello"]) == first
    assert published.requests == []


def test_each_architecture_has_its_own_index(published, tmp_path):
    published.add(replace(LIBC, architecture="arm64", version="2.41-13"))
    assert [p.version for p in published.open(tmp_path, "arm64").resolve(["libc6"])] == ["2.41-13"]


def test_an_architecture_that_is_not_there_is_an_error(published, tmp_path):
    with pytest.raises(SourceError, match="has no packages for riscv64 in main"):
        published.open(tmp_path, "riscv64").resolve(["hello"])


def test_further_components_are_consulted_only_when_needed(tmp_path):
    with DebianArchive(suite_named("noble")) as served:
        served.add(LIBC)
        archive = served.open(tmp_path)
        assert archive.resolve(["libc6"])
        assert not any("universe" in path for path in served.requests)
        with pytest.raises(SourceError, match="has no packages for amd64 in universe"):
            archive.resolve(["hello"])


def test_debian_does_not_look_further(published, tmp_path):
    with pytest.raises(SourceError, match="has no package nothing for amd64"):
        published.open(tmp_path).resolve(["nothing"])


def test_an_index_is_fetched_by_its_digest_where_the_archive_offers_that(published, tmp_path):
    published.open(tmp_path).resolve(["hello"])
    assert all("by-hash/SHA256" in path for path in published.requests if "binary-amd64" in path)


@pytest.mark.parametrize("offered", [True, False])
def test_else_by_its_name(published, tmp_path, offered):
    published.publish(by_hash=offered)
    for path in [path for path in published.files if "by-hash" in path]:
        del published.files[path]
    assert published.open(tmp_path).resolve(["hello"])


@pytest.mark.parametrize("fault", ["damaged", "longer"])
def test_an_index_that_is_not_what_is_signed_is_refused(published, tmp_path, fault):
    published.fail("by-hash", fault)
    with pytest.raises(IntegrityError):
        published.open(tmp_path).resolve(["hello"])
    assert not list((tmp_path / "indexes").iterdir())


def test_two_runs_at_once_do_not_disturb_each_other(published, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: published.open(tmp_path).resolve(["hello"]), range(8)))
    assert len(set(found)) == 1
    assert not leftovers(tmp_path)


def test_a_cache_that_cannot_be_written_is_the_hosts_error(published, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(HostError):
        published.open(tmp_path / "file").resolve(["hello"])


@pytest.mark.parametrize("fault", ["reset", "cut", 500, 503])
def test_a_stumbling_mirror_is_asked_again(published, tmp_path, fault):
    published.fail("/", fault, times=3)
    assert published.open(tmp_path).resolve(["hello"])


def test_a_mirror_that_is_away_is_the_sources_error(published, tmp_path):
    published.fail("/", "reset")
    with pytest.raises(SourceError, match=r"cannot fetch http://127.0.0.1:\d+/debian"):
        published.open(tmp_path).resolve(["hello"])


# --- fetching


def test_a_fetched_package_is_the_one_that_was_published(published, tmp_path):
    archive, counts = published.open(tmp_path), []
    packages = archive.resolve(["hello"])
    hello, libc = archive.fetch_all(packages, counts.append)
    assert hello.read_bytes() == build_deb(HELLO)
    assert list(read_deb(libc).entries()) == list(FIXED.entries)
    assert sum(counts) == sum(package.size for package in packages)


def test_what_is_in_the_cache_is_not_fetched_again_but_counted(published, tmp_path):
    archive, counts = published.open(tmp_path), []
    packages = archive.resolve(["hello"])
    archive.fetch_all(packages)
    published.requests.clear()
    archive.fetch_all(packages, counts.append)
    assert published.requests == []
    assert sum(counts) == sum(package.size for package in packages)


def test_a_package_that_changed_in_the_cache_is_fetched_again(published, tmp_path):
    archive = published.open(tmp_path)
    packages = archive.resolve(["hello"])
    path, _ = archive.fetch_all(packages)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    assert archive.fetch(packages[0]).read_bytes() == build_deb(HELLO)


def test_a_locked_package_is_fetched_without_resolving(published, tmp_path):
    locked = published.open(tmp_path / "one").resolve(["hello"])
    published.requests.clear()
    published.open(tmp_path / "two").fetch_all(locked)
    assert sorted(published.requests) == sorted(
        [f"/debian/{HELLO.filename}", f"/debian-security/{FIXED.filename.replace('+', '+')}"]
    )


FAULTS = {
    "damaged": (IntegrityError, r"has SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}"),
    "longer": (IntegrityError, r"is longer than the \d+ bytes it should have"),
    "cut": (SourceError, r"\(4 attempts\)"),
    "reset": (SourceError, r"\(4 attempts\)"),
    503: (SourceError, r"the server answered 503 \(4 attempts\)"),
    404: (SourceError, r"does not have hello 2.10-3 any more"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_package_that_does_not_arrive_whole_is_an_error_and_leaves_nothing(published, tmp_path, fault):
    error, message = FAULTS[fault]
    archive = published.open(tmp_path)
    packages = archive.resolve(["hello"])
    published.fail("hello_", fault)
    with pytest.raises(error, match=message):
        archive.fetch_all(packages)
    assert not leftovers(tmp_path)
    assert len(list(tmp_path.rglob("*.deb"))) <= 1


@pytest.mark.parametrize("fault", ["cut", "reset", 500])
def test_a_package_that_stumbles_arrives_in_the_end(published, tmp_path, fault):
    archive, counts = published.open(tmp_path), []
    packages = archive.resolve(["hello"])
    published.fail("hello_", fault, times=2)
    assert archive.fetch(packages[0], counts.append).read_bytes() == build_deb(HELLO)
    assert sum(counts) == packages[0].size


def test_one_failure_stops_the_other_downloads(published, tmp_path):
    published.add(*(Package(f"p{n}", entries=(File("x", bytes([n]) * 9),)) for n in range(40)))
    archive = published.open(tmp_path)
    packages = archive.resolve(f"p{n}" for n in range(40))
    published.fail("/p0_", "damaged")
    published.fail("/p", "slow")
    published.requests.clear()
    with pytest.raises(IntegrityError):
        archive.fetch_all(packages)
    assert len(published.requests) < 40
    assert not leftovers(tmp_path)


def test_an_interrupt_stops_all_downloads_and_leaves_nothing(published, tmp_path):
    published.add(*(Package(f"p{n}") for n in range(20)))
    archive = published.open(tmp_path)
    packages = archive.resolve(f"p{n}" for n in range(20))

    def interrupt(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.fetch_all(packages, interrupt)
    assert not leftovers(tmp_path)
    assert not list(tmp_path.rglob("*.deb"))
    assert threading.active_count() < 20


@pytest.mark.parametrize(
    "bad",
    [
        {"filename": "../../etc/x"},
        {"filename": "/abs"},
        {"filename": ""},
        {"sha256": "../x"},
        {"sha256": "A" * 64},
        {"size": -1},
    ],
    ids=str,
)
def test_a_lock_cannot_name_what_is_outside(published, tmp_path, bad):
    archive = published.open(tmp_path)
    (package, _) = archive.resolve(["hello"])
    with pytest.raises(SourceError, match="is not described by a path, a SHA-256 and a size"):
        archive.fetch(replace(package, **bad))


def test_a_package_of_another_suite_is_refused(published, tmp_path):
    archive = published.open(tmp_path)
    (package, _) = archive.resolve(["hello"])
    with pytest.raises(SourceError, match=r"hello 2.10-3 is from sid, which is no part of trixie"):
        archive.fetch(replace(package, suite="sid"))


def test_importing_the_room_imports_nothing_heavy():
    heavy = "{'httpcore', 'truststore', 'pysequoia', 'debian_inspector', 'zstandard', 'concurrent.futures'}"
    check = f"import sys, pottle.sources.debian.archive, pottle.sources.debian.deb; print({heavy} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout == "set()\n"
