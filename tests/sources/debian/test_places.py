"""Where a package is taken from that no mirror has: a folder, a snapshot."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pottle.errors import IntegrityError, SourceError
from pottle.sources.debian.folder import Folder, filename
from pottle.sources.debian.packages import BinaryPackage
from pottle.sources.debian.snapshot import Snapshots
from pottle.sources.debian.suites import suite_named
from pottle.testing.debian_archive import DATE, DebianArchive, Package

RELEASED = f"{DATE:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def package(served: DebianArchive, tmp_path: Path) -> BinaryPackage:
    """One that was in the archive once."""
    served.add(Package("hello", "2:1.0-1", "amd64", {"Depends": "base (>= 1)"}), Package("base", "1"))
    (found,) = (p for p in served.open(tmp_path / "first").resolve(["hello"]) if p.name == "hello")
    served.remember(DATE + timedelta(days=1))
    served.supersede(Package("hello", "2:2.0-1", "amd64", {"Depends": "base (>= 9)"}))
    return replace(found, released=RELEASED, at="pottle.lock:7")


@pytest.fixture
def kept(served: DebianArchive, package: BinaryPackage, tmp_path: Path) -> Folder:
    """A folder that has it."""
    folder = Folder(tmp_path / "kept")
    snapshots = Snapshots("debian", served.snapshots)
    fetched = served.open(tmp_path / "second", snapshots=snapshots).fetch(package)
    folder.put(filename(package), package.sha256, fetched)
    return folder


def test_files_are_named_as_apt_names_them(package: BinaryPackage):
    assert filename(package) == "hello_2%3a1.0-1_amd64.deb"


def test_a_folder_goes_before_the_mirror(served: DebianArchive, package: BinaryPackage, kept: Folder, tmp_path: Path):
    served.requests.clear()
    assert served.open(tmp_path / "third", places=(kept,)).fetch(package).is_file()
    assert served.requests == []


def test_a_folder_without_it_is_passed_over(
    served: DebianArchive, package: BinaryPackage, kept: Folder, tmp_path: Path
):
    kept.remove([filename(package), "never-there.deb"])
    places, snapshots = (Folder(tmp_path / "nowhere"), kept), Snapshots("debian", served.snapshots)
    assert served.open(tmp_path / "third", places=places, snapshots=snapshots).fetch(package).is_file()


def test_another_file_in_the_folder_is_an_error(
    served: DebianArchive, package: BinaryPackage, kept: Folder, tmp_path: Path
):
    path = kept.path / filename(package)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(IntegrityError) as caught:
        served.open(tmp_path / "third", places=(kept,)).fetch(package)
    assert str(caught.value.at) == str(path)
    kept.put(path.name, package.sha256, next((tmp_path / "second").rglob("*.deb")))
    assert served.open(tmp_path / "third", places=(kept,)).fetch(package).is_file()


def test_what_nobody_has_is_told_with_who_names_it(served: DebianArchive, package: BinaryPackage, tmp_path: Path):
    for snapshots, told in (
        (None, "any more"),
        (Snapshots("debian", f"{served.url}/elsewhere"), "nor does a snapshot"),
    ):
        with pytest.raises(SourceError, match=told) as caught:
            served.open(tmp_path / "third", snapshots=snapshots).fetch(package)
        assert str(caught.value.at) == "pottle.lock:7"


def test_a_service_that_is_away_is_no_excuse(served: DebianArchive, package: BinaryPackage, tmp_path: Path):
    served.fail("/snapshots/", 503)
    with pytest.raises(SourceError, match=r"any more, and no snapshot can be asked: .*503"):
        served.open(tmp_path / "third", snapshots=Snapshots("debian", served.snapshots)).fetch(package)


@pytest.mark.parametrize(
    ("suite", "pocket", "path"),
    [
        ("trixie", 0, "debian/20260102T120000Z/pool/x.deb"),
        ("trixie", 2, "debian-security/20260102T120000Z/pool/x.deb"),
        ("noble", 2, "ubuntu/20260102T120000Z/pool/x.deb"),
    ],
)
def test_a_day_later_is_asked_first(suite: str, pocket: int, path: str):
    named = suite_named(suite)
    first, second = Snapshots(named.family, "https://s.example").urls(named.pockets[pocket], RELEASED, "pool/x.deb")
    assert first == f"https://s.example/{path}"
    assert second == first.replace("20260102", "20260101")


# --- versions that are kept -----------------------------------------------------------------------


def test_a_kept_version_stays_by_what_it_says_itself(
    served: DebianArchive, package: BinaryPackage, kept: Folder, tmp_path: Path
):
    opened = served.open(tmp_path / "third", places=(kept,))
    found = {p.name: (p.version, p.released) for p in opened.keeping([package]).resolve(["hello"])}
    assert found == {"hello": ("2:1.0-1", RELEASED), "base": ("1", None)}
    with pytest.raises(SourceError, match="base"):
        opened.resolve(["hello"])


def test_the_date_of_an_archive_is_its_newest_releases(served: DebianArchive, tmp_path: Path):
    served.add(Package("hello"))
    served.publish(date=datetime(2026, 1, 1, 12, 30, tzinfo=UTC))
    opened = served.open(tmp_path)
    assert opened.released is None
    opened.resolve(["hello"])
    assert opened.released == "2026-01-01T12:30:00Z"
