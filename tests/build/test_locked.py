"""The promise of `pottle.lock`: the same project gives the same digest though every archive has moved on."""

import base64
import json
import os
import platform
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.world import BASE, World

from pottle import api
from pottle.testing.debian_archive import DATE, Package
from pottle.testing.distribution import distribution
from pottle.testing.registry import FakeRegistry

LIBC = ".".join(map(str, BASE.glibc))


@pytest.fixture
def shop(here: World, tmp_path: Path) -> Path:
    """A project that is locked and built."""
    root = here.virtual(tmp_path / "shop")
    assert here.pottle("lock", "-q", root, "--platform", "linux/amd64,linux/arm64").code == 0
    return root


@pytest.fixture
def digest(here: World, shop: Path) -> str:
    return here.pottle("build", "-q", shop).digest


def move_on(here: World) -> None:
    """All packages have a newer version now, and the old ones are gone."""
    newer = [replace(each, version=f"{each.version}+new") for each in distribution(BASE.suite)]
    here.archive.supersede(*newer)


def asked(here: World) -> Iterator[str]:
    """What the archive was asked for since `clear`."""
    return (path for path in here.archive.requests if "/dists/" in path or "/pool/" in path)


def test_without_it_another_machine_builds_something_else(here: World, tmp_path: Path):
    root = here.virtual(tmp_path / "shop")
    before = here.pottle("build", "-q", root).digest
    move_on(here)
    assert here.fresh("later").pottle("build", "-q", root).digest != before


def test_the_store_has_what_was_built_before(here: World, shop: Path, digest: str):
    move_on(here)
    here.archive.requests.clear()
    shutil.rmtree(here.cache / "layers")
    shutil.rmtree(here.cache / "store")
    assert here.pottle("build", "-q", "--refresh", "--locked", shop).digest == digest
    assert list(asked(here)) == []


def test_no_release_is_asked_for(here: World, shop: Path):
    here.archive.requests.clear()
    assert here.fresh("other").pottle("build", "-q", shop).code == 0
    assert {path for path in asked(here) if "/dists/" in path} == set()


@pytest.mark.parametrize("place", ["vendor/debs", "../share"])
def test_a_folder_has_them_for_good(here: World, shop: Path, digest: str, place: str):
    assert here.pottle("lock", "-q", "--debs", place, shop).code == 0
    kept = sorted(path.name for path in (shop / place).iterdir())
    assert f"libc6_{LIBC}-1_amd64.deb" in kept
    assert f"libc6_{LIBC}-1_arm64.deb" in kept
    move_on(here)
    here.archive.requests.clear()
    (shop / "pottle.toml").write_text(f'debs = "{place}"\n')
    later = here.fresh("later", UV_CACHE_DIR=str(here.home / "uv"))
    assert later.pottle("build", "-q", "--locked", shop).digest == digest
    assert list(asked(here)) == []


def test_a_registrys_repository_has_them_too(here: World, shop: Path, digest: str):
    with FakeRegistry(login=("me", "secret"), anonymous_pull=True) as registry:
        place = f"oci://{registry.host}/team/debs"
        write_login(here, registry)
        assert here.pottle("lock", "-q", "--debs", place, shop).code == 0
        ((tag, listed),) = registry.tags["team/debs"].items()
        assert tag.startswith("lock-")
        document = json.loads(registry.manifests["team/debs"][listed][1])
        titles = [layer["annotations"]["org.opencontainers.image.title"] for layer in document["layers"]]
        assert document["artifactType"] == "application/vnd.pottle.debs.v1"
        assert {f"libc6_{LIBC}-1_amd64.deb", f"libc6_{LIBC}-1_arm64.deb"} <= set(titles)
        assert titles == sorted(titles)
        move_on(here)
        here.archive.requests.clear()
        later = here.fresh("later")
        assert later.pottle("build", "-q", "--locked", "--debs", place, shop).digest == digest
        assert list(asked(here)) == []
        sent = len([each for each in registry.requests if each.method in {"POST", "PATCH"}])
        assert here.pottle("lock", "-q", "--debs", place, shop).code == 0
        assert len([each for each in registry.requests if each.method in {"POST", "PATCH"}]) == sent


def test_a_registry_that_is_away_is_passed_over_and_told_of(here: World, shop: Path, digest: str):
    with FakeRegistry() as registry:
        place = f"oci://{registry.host}/team/debs"
    done = here.fresh("other").pottle("build", "--debs", place, shop)
    assert done.digest == digest
    assert done.err.count("is not asked for packages") == 1


def write_login(here: World, registry: FakeRegistry) -> None:
    (here.home / ".docker").mkdir()
    login = base64.b64encode(b"me:secret").decode()
    (here.home / ".docker/config.json").write_text(json.dumps({"auths": {registry.host: {"auth": login}}}))


def test_what_is_no_longer_named_leaves_the_folder(here: World, shop: Path):
    (shop / "pottle.toml").write_text('debs = "vendor/debs"\n')
    own = shop / "vendor/debs/own_1_all.deb"
    assert here.pottle("lock", "-q", shop).code == 0
    own.write_text("the project's own")
    move_on(here)
    assert here.pottle("lock", "-q", "--upgrade", "--refresh", shop).code == 0
    kept = {path.name for path in own.parent.iterdir()}
    assert own.name in kept
    assert f"libc6_{LIBC}-1+new_amd64.deb" in kept
    assert f"libc6_{LIBC}-1_amd64.deb" not in kept


@pytest.mark.parametrize("later", [timedelta(days=1), timedelta()], ids=["a day later", "at once"])
def test_a_snapshot_service_is_the_last_resort(here: World, shop: Path, digest: str, later: timedelta):
    here.archive.remember(DATE + later)
    move_on(here)
    machine = here.fresh("later", POTTLE_DEBIAN_SNAPSHOT=here.archive.snapshots)
    assert machine.pottle("build", "-q", "--locked", shop).digest == digest
    assert any("/snapshots/" in path for path in here.archive.requests)


def test_what_nobody_has_is_told_with_its_line(here: World, shop: Path):
    move_on(here)
    machine = here.fresh("later", POTTLE_DEBIAN_SNAPSHOT=here.archive.snapshots)
    said = machine.pottle("build", "-q", shop)
    assert said.code == 4
    assert "any more, nor does a snapshot of it" in said.err
    assert "pottle.lock:" in said.err


def test_another_hash_than_the_mirrors_is_told_with_its_line(here: World, shop: Path):
    lock = shop / "pottle.lock"
    lines = lock.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if '"libc6"' in line)
    digest = lines[at].partition('sha256 = "')[2][:64]
    lines[at] = lines[at].replace(digest, "f" * 64)
    lock.write_text("\n".join(lines))
    said = here.fresh("other").pottle("build", "-q", shop)
    assert said.code == 5
    assert f"pottle.lock:{at + 1}" in said.err
    assert "run `pottle lock --upgrade-package libc6`" in said.err


def test_one_that_has_lost_its_glibc_is_refused(here: World, shop: Path):
    lock = shop / "pottle.lock"
    lock.write_text("\n".join(line for line in lock.read_text().splitlines() if '"libc6", version' not in line))
    said = here.pottle("build", "-q", shop)
    assert (said.code, "has no glibc" in said.err, "--> pottle.lock:4" in said.err) == (3, True, True)


def test_a_file_of_the_folder_that_is_another_is_told(here: World, shop: Path):
    assert here.pottle("lock", "-q", "--debs", "debs", shop).code == 0
    bad = shop / "debs" / f"libc6_{LIBC}-1_amd64.deb"
    bad.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n")
    said = here.fresh("other").pottle("build", "-q", "--platform", "linux/amd64", "--debs", "debs", shop)
    assert said.code == 5
    assert str(bad) in said.err
    assert "git lfs pull" in said.err


def test_neither_the_lock_nor_the_folder_gets_into_the_image(here: World, shop: Path):
    assert here.pottle("lock", "-q", "--debs", "debs", shop).code == 0
    (shop / "pottle.toml").write_text('debs = "debs"\nexclude = ["!pottle.lock", "!debs"]\n')
    assert here.pottle("build", "-q", shop).code == 0
    image = here.image("shop")
    with (
        image.store.open_blob(image.manifest.layers[-1].digest) as blob,
        tarfile.open(fileobj=blob) as layer,
    ):
        names = layer.getnames()
    assert "app/main.py" in names
    assert not [name for name in names if "pottle.lock" in name or "deb" in name]


def test_a_newer_version_comes_with_an_upgrade_only(here: World, shop: Path, digest: str):
    move_on(here)
    before = (shop / "pottle.lock").read_text()
    assert here.pottle("lock", "-q", "--refresh", shop).code == 0
    assert (shop / "pottle.lock").read_text() == before
    done = here.pottle("lock", "-q", "--refresh", "--upgrade", "--platform", "linux/amd64", shop)
    assert f"libc6 {LIBC}-1 → {LIBC}-1+new" in done.out
    assert here.fresh("later").pottle("build", "-q", shop).digest != digest


def test_another_package_leaves_the_versions_of_before(here: World, shop: Path):
    here.archive.add(Package("libmore", "1", "amd64", {"Depends": "libc6 (>= 1)"}))
    here.archive.remember(DATE)
    move_on(here)
    (shop / "pottle.toml").write_text('packages = ["libmore"]\n')
    stale = here.pottle("build", "-q", shop, "--platform", "linux/amd64")
    assert (stale.code, "it was made without libmore (packages)" in stale.err) == (3, True)
    machine = here.fresh(
        "other", POTTLE_DEBIAN_SNAPSHOT=here.archive.snapshots
    )  # what they need, only they themselves say
    done = machine.pottle("lock", "-q", shop, "--platform", "linux/amd64")
    assert done.out.splitlines()[1:] == ["  + libmore 1"]
    assert machine.pottle("build", "-q", "--locked", shop, "--platform", "linux/amd64").code == 0


def test_unless_they_do_not_fit_it(here: World, shop: Path):
    here.archive.supersede(Package("zlib1g", "2", "amd64"))
    here.archive.add(Package("libmore", "1", "amd64", {"Depends": "zlib1g (>= 2)"}))
    (shop / "pottle.toml").write_text('packages = ["libmore"]\n')
    done = here.pottle("lock", "--refresh", shop, "--platform", "linux/amd64")
    assert "    zlib1g 1 → 2" in done.out.splitlines()
    assert "all of them are chosen anew" in done.err


def test_an_index_of_platforms_is_the_same_too(here: World, shop: Path):
    build = ("build", "-q", "--locked", "--platform", "linux/amd64,linux/arm64", shop)
    digest = here.pottle(*build).digest
    here.archive.remember(DATE)
    move_on(here)
    later = here.fresh("later", POTTLE_DEBIAN_SNAPSHOT=here.archive.snapshots)
    assert later.pottle(*build).digest == digest


def test_hosts_of_both_architectures_give_the_same(
    here: World, shop: Path, digest: str, monkeypatch: pytest.MonkeyPatch
):
    machine = {"x86_64": "aarch64", "aarch64": "x86_64"}[platform.machine()]
    own = api.own_platform()
    monkeypatch.setattr(platform, "machine", lambda: machine)
    other = here.fresh("other")
    assert other.pottle("build", "-q", "--locked", "--platform", str(own), shop).digest == digest
    compilers = [path for path in here.archive.requests if f"stdlib_{BASE.python_full}" in path]
    assert any(path.endswith("arm64.deb") for path in compilers)


def test_what_a_lock_names_is_in_use_on_every_platform(here: World, shop: Path, digest: str):
    for architecture in ("amd64", "arm64"):
        assert here.pottle("build", "-q", "--platform", f"linux/{architecture}", shop).digest
    debs = list((here.cache / "debian/packages").rglob("*.deb"))
    for path in debs:
        os.utime(path, (0, 0))
    assert here.pottle("build", "-q", "--platform", "linux/amd64", shop).digest
    assert len(debs) > 25
    assert not [path for path in debs if path.stat().st_mtime == 0]
