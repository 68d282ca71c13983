import threading
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from pottle.build.packages import Packages
from pottle.build.supplies import Supplies
from pottle.oci.entry import File
from pottle.plan.lock import LockedPackage
from pottle.sources.debian.deb import Deb, read_deb
from pottle.testing.debian_archive import Package, build_deb

LARGE = b"x" * 20_000
"""Bytes that are put aside."""


class Debs:
    """Supplies of .debs, and how often each was unpacked."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self.unpacked: list[str] = []
        real = Deb.entries

        def entries(deb, aside=None):
            self.unpacked.append(deb.path.name)
            return real(deb, aside)

        monkeypatch.setattr(Deb, "entries", entries)

    def packages(self, packages: Sequence[LockedPackage]) -> list[Deb]:
        return [read_deb(self.directory / package.name) for package in packages]


@pytest.fixture
def debs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Debs:
    for name in ("one", "two"):
        package = Package(name, entries=(File(f"usr/bin/{name}", LARGE), File(f"etc/{name}", b"small")))
        (tmp_path / name).write_bytes(build_deb(package))
    return Debs(tmp_path, monkeypatch)


def locked(name: str) -> LockedPackage:
    return LockedPackage(name, "1", "all", "trixie", f"pool/{name}.deb", name * 8, 1)


def test_two_that_want_a_package_at_once_unpack_it_once(debs: Debs, tmp_path: Path):
    wanted = [locked("one"), locked("two")]
    packages = Packages(cast(Supplies, debs), tmp_path, [*wanted, *wanted])
    found: list[list[tuple[str, bytes]]] = []

    def read() -> None:
        entries = [entry for each in packages.of(wanted) for entry in each.entries()]
        found.append([(entry.path, entry.read()) for entry in entries if isinstance(entry, File)])

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1]
    assert ("usr/bin/one", LARGE) in found[0]
    assert sorted(debs.unpacked) == ["one", "two"]


def test_what_its_last_reader_has_is_kept_no_longer(debs: Debs, tmp_path: Path):
    packages = Packages(cast(Supplies, debs), tmp_path, [locked("one")] * 2)
    (first,), (second,) = packages.of([locked("one")]), packages.of([locked("one")])
    assert [*first.entries()] == [*second.entries()]
    assert debs.unpacked == ["one"]
    assert first._entries is None


def test_who_was_not_expected_is_served_all_the_same(debs: Debs, tmp_path: Path):
    packages = Packages(cast(Supplies, debs), tmp_path, [])
    for _ in range(2):
        (found,) = packages.of([locked("one")])
        assert [entry.path for entry in found.entries()]
    assert debs.unpacked == ["one", "one"]
