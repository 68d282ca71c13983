"""Sources with Rust in them: which crates a build is given, and by which configuration. cargo itself runs in tests/e2e/test_source_builds.py."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests import host_sandbox
from tests.test_api import SITE, build, paths
from tests.test_hostile_sources import members, sdist
from tests.world import World

from pottle.api.sandbox import Sandbox
from pottle.build.sandbox import Ended, Task
from pottle.errors import PottleError
from pottle.oci.platform import Platform
from pottle.plan.lock import LockedPackage
from pottle.stop import Stop
from pottle.testing.crate_registry import CrateFile, CrateRegistry

CRATES = (CrateFile("memchr", "2.7.4", {"src/lib.rs": "pub fn there() {}\n"}), CrateFile("libc", "0.2.1"))
OWN = 'version = 4\n[[package]]\nname = "thing"\nversion = "1.0.0"\n'


@pytest.fixture
def registry() -> Iterator[CrateRegistry]:
    with CrateRegistry(*CRATES) as made:
        yield made


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What builds find of cargo's and of crates: path in the sandbox → text; and whether the lock is there."""
    found: dict[str, str] = {}

    def run_in(sandbox: Sandbox, root: Path, task: Task, platform: Platform, stop: Stop) -> Ended:
        for target, place in {**task.readable, **task.writable}.items():
            if place.is_dir() and target != "/build/environment":
                for path in place.rglob("*"):
                    if (path.is_file() and "argo" in f"{target}/{path}") or (
                        target == "/build/crates" and path.is_file()
                    ):
                        found[f"{target}/{path.relative_to(place)}"] = path.read_text()
        return host_sandbox.run_in(sandbox, root, task, platform, stop)

    monkeypatch.setattr(Sandbox, "run_in", run_in)
    return found


def source(tmp_path: Path, lock: str | None, manifest: str = '[package]\nname = "thing"\n', **more: str) -> Path:
    files = {**members(), "thing-1.0/Cargo.toml": manifest, **{f"thing-1.0/{n}": text for n, text in more.items()}}
    return sdist(tmp_path / "shop", files | ({"thing-1.0/Cargo.lock": lock} if lock is not None else {}))


@pytest.mark.parametrize("kind", ["sparse", "git"])
def test_the_crates_of_its_lock_are_there(here: World, tmp_path: Path, registry: CrateRegistry, given, kind: str):
    lock = OWN + "".join(each.locked(getattr(registry, kind)) for each in CRATES)
    assert f"{SITE}/thing/__init__.py" in paths(build(here, source(tmp_path, lock)))
    assert given["/build/crates/memchr-2.7.4/src/lib.rs"] == "pub fn there() {}\n"
    assert CRATES[1].sha256 in given["/build/crates/libc-0.2.1/.cargo-checksum.json"]
    assert 'directory = "/build/crates"' in given["/build/.cargo/config.toml"]
    assert given["/build/source/Cargo.lock"] == lock


def test_crates_are_fetched_once_for_all_that_is_built(here: World, tmp_path: Path, registry: CrateRegistry, given):
    lock = OWN + "".join(each.locked(registry.sparse) for each in CRATES)
    build(here, source(tmp_path / "one", lock))
    registry.requests.clear()
    build(here, source(tmp_path / "two", lock, more="another source"))
    assert not registry.requests


def test_a_source_that_brings_its_crates_gets_none(here: World, tmp_path: Path, given):
    lock = OWN + CRATES[0].locked("registry+https://git.invalid/index")
    config = '[source.crates-io]\nreplace-with = "own"\n[source.own]\ndirectory = "own"\n'
    build(here, source(tmp_path, lock, **{".cargo/config.toml": config}))
    assert "/build/source/Cargo.lock" in given
    assert not [path for path in given if path.startswith(("/build/crates", "/build/.cargo"))]


def test_without_a_lock_crates_are_the_suites(here: World, tmp_path: Path, given):
    build(here, source(tmp_path, None))
    assert 'directory = "/usr/share/cargo/registry"' in given["/build/.cargo/config.toml"]


def test_a_repository_among_the_crates_is_one_error(here: World, tmp_path: Path):
    lock = OWN + '[[package]]\nname = "x"\nversion = "1.0.0"\nsource = "git+https://git.example/x#1"\n'
    with pytest.raises(PottleError, match="takes x from a repository") as raised:
        build(here, source(tmp_path, lock))
    assert str(raised.value.at).startswith("uv.lock:")


def test_a_registry_that_is_away_is_one_error_with_a_way_out(here: World, tmp_path: Path, registry: CrateRegistry):
    lock = OWN + CRATES[0].locked(registry.sparse)
    registry.close()
    away = replace(here, more={"POTTLE_HTTP_ATTEMPTS": "1"})
    with pytest.raises(PottleError, match="cannot fetch") as raised:
        build(away, source(tmp_path, lock))
    assert "POTTLE_CRATES" in str(raised.value.hint)


def test_a_rust_that_is_too_old_is_told_before_anything_is_built(here: World, tmp_path: Path, monkeypatch, given):
    monkeypatch.setattr("pottle.build.sources.rust_of", lambda packages: (1, 63))
    with pytest.raises(PottleError, match=r"thing 1\.0 cannot be built: it needs Rust 1\.90, .* has 1\.63"):
        build(here, source(tmp_path, None, '[package]\nname = "thing"\nrust-version = "1.90"\n'))
    assert not given


def package(name: str, version: str) -> LockedPackage:
    return LockedPackage(name, version, "amd64", "trixie", "pool/x.deb", "0" * 64, 1)


@pytest.mark.parametrize(
    ("name", "version", "found"),
    [
        ("rustc", "1.85.0+dfsg3-1", (1, 85)),
        ("rustc-web", "1.96.0+dfsg1-1~deb13u1", (1, 96)),
        ("rustc-1.91", "1.91.1+dfsg-0ubuntu3", (1, 91)),
        ("rustc", "1.93ubuntu1", (1, 93)),
        ("rustc-doc", "1.85.0", None),
    ],
)
def test_the_rust_among_packages(name: str, version: str, found: "tuple[int, int] | None"):
    from pottle.build.sources import rust_of

    assert rust_of([package(name, version), package("gcc", "4:14.2")]) == found
