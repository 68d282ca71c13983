"""`.crate` files: where they are, and that they are what a lock says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pottle.errors import IntegrityError, SourceError
from pottle.http import HttpOptions
from pottle.sources.crates.cargo_config import CargoConfig
from pottle.sources.crates.cargo_lock import Crate
from pottle.sources.crates.registry import Registry, configuration, download
from pottle.sources.http import Http
from pottle.stop import Stop
from pottle.testing.crate_registry import CrateFile, CrateRegistry

CRATES = (CrateFile("memchr", "2.7.4"), CrateFile("libc", "0.2.1"))
_QUICK = HttpOptions(attempts=1, backoff=0)


@pytest.fixture
def registry() -> Iterator[CrateRegistry]:
    with CrateRegistry(*CRATES) as made:
        yield made


def fetch(index: str, cache: Path, crates: tuple[CrateFile, ...] = CRATES, **environ: str) -> list[bytes]:
    stop, told = Stop(), list[int]()
    with Http(_QUICK, stop) as http:
        wanted = [Crate(each.name, each.version, each.sha256, index) for each in crates]
        found = Registry(CargoConfig(environ=environ), http, cache, stop).fetch(wanted, told.append)
    assert sum(told) == len(crates)
    return [path.read_bytes() for path in found]


@pytest.mark.parametrize("kind", ["sparse", "git"])
def test_they_are_where_the_index_says(registry: CrateRegistry, tmp_path: Path, kind: str):
    assert fetch(getattr(registry, kind), tmp_path) == [each.content for each in CRATES]
    assert len(registry.requests) == 3  # the index is asked once


def test_what_is_kept_is_not_asked_for(registry: CrateRegistry, tmp_path: Path):
    fetch(registry.sparse, tmp_path)
    registry.requests.clear()
    assert fetch(registry.sparse, tmp_path) == [each.content for each in CRATES]
    assert not registry.requests


def test_another_place_may_be_chosen(registry: CrateRegistry, tmp_path: Path):
    elsewhere = "registry+https://git.invalid/index"
    assert fetch(elsewhere, tmp_path, POTTLE_CRATES=registry.sparse) == [each.content for each in CRATES]


def test_a_directory_may_be_chosen(tmp_path: Path):
    (tmp_path / "near").mkdir()
    for each in CRATES:
        (tmp_path / f"near/{each.name}-{each.version}.crate").write_bytes(each.content)
    found = fetch("registry+https://git.invalid/index", tmp_path / "cache", POTTLE_CRATES=str(tmp_path / "near"))
    assert found == [each.content for each in CRATES]


def test_a_directory_without_it_is_one_error(tmp_path: Path):
    with pytest.raises(SourceError, match="is not here") as raised:
        fetch("registry+https://git.invalid/index", tmp_path, POTTLE_CRATES=str(tmp_path))
    assert "POTTLE_CRATES" in str(raised.value.hint)


def test_what_is_not_as_locked_is_not_kept(registry: CrateRegistry, tmp_path: Path):
    registry.crates["libc/0.2.1"] = b"other"
    with pytest.raises(IntegrityError, match=r"libc 0\.2\.1 has SHA-256"):
        fetch(registry.sparse, tmp_path)
    assert {path.read_bytes() for path in tmp_path.iterdir()} <= {CRATES[0].content}


def test_what_a_registry_has_not_is_one_error(registry: CrateRegistry, tmp_path: Path):
    with pytest.raises(SourceError, match=r"does not have the crate memchr 9\.9\.9") as raised:
        fetch(registry.sparse, tmp_path, (CrateFile("memchr", "9.9.9"),))
    assert "librust" in str(raised.value.hint)


def test_a_registry_that_is_away_is_one_error_with_a_way_out(tmp_path: Path):
    with CrateRegistry() as away:
        index = away.sparse
    with pytest.raises(SourceError, match="cannot fetch") as raised:
        fetch(index, tmp_path)
    assert "POTTLE_CRATES" in str(raised.value.hint)


@pytest.mark.parametrize(
    ("index", "url"),
    [
        ("sparse+https://own.example/index/", "https://own.example/index/config.json"),
        ("https://own.example/index", "https://own.example/index/config.json"),
        ("registry+https://git.example/a/index.git", "https://git.example/a/index/raw/HEAD/config.json"),
    ],
)
def test_where_an_index_says_it(index: str, url: str):
    assert configuration(index) == url


def test_an_index_that_nobody_can_ask_is_one_error():
    with pytest.raises(SourceError, match="no index that can be asked"):
        configuration("registry+ssh://git.example/index")


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("https://own.example/crates", "https://own.example/crates/Memchr/2.7.4/download"),
        ("https://own.example/{prefix}/{crate}-{version}", "https://own.example/Me/mc/Memchr-2.7.4"),
        ("https://own.example/{lowerprefix}/{sha256-checksum}", "https://own.example/me/mc/" + "0" * 64),
    ],
)
def test_where_a_crate_is(pattern: str, url: str):
    assert download(pattern, Crate("Memchr", "2.7.4", "0" * 64, "")) == url


@pytest.mark.parametrize(("name", "prefix"), [("a", "1"), ("ab", "2"), ("abc", "3/a"), ("abcd", "ab/cd")])
def test_the_directory_of_a_name(name: str, prefix: str):
    assert download("https://own.example/{prefix}", Crate(name, "1.0.0", "", "")) == f"https://own.example/{prefix}"
