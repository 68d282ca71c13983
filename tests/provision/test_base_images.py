"""Base images by name: asked for once, looked into once, known for ever."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pottle.base_image import BaseImage
from pottle.config.options import Options
from pottle.errors import IntegrityError, SourceError
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.options import RegistryOptions
from pottle.progress import Silent
from pottle.project.reader import read_project
from pottle.project.tree import DictTree
from pottle.provision.base_images import BaseImages, informed, pinned
from pottle.provision.settings import Settings
from pottle.testing.base_image import MemoryRepository, alpine, debian, python
from pottle.testing.registry import FakeRegistry

AMD64, ARM64 = Platform.parse("linux/amd64"), Platform.parse("linux/arm64")
NOW = datetime(2026, 11, 26, tzinfo=UTC)


class Bench:
    def __init__(self, cache: Path, server: FakeRegistry, registry: Registry) -> None:
        self.cache, self.server, self.registry = cache, server, registry
        self.now = NOW
        self.name = Reference.parse(f"{server.host}/team/base:1")

    @property
    def images(self) -> BaseImages:
        settings = Settings(self.cache, {}, self.cache, Silent(), lambda: self.now, timedelta(hours=1))
        return BaseImages(settings, self.registry)

    def serve(self, version: str = "3.12.7") -> None:
        repository = MemoryRepository()
        amd = repository.image(debian(), python(version), tag=None)
        arm = repository.image(alpine(), python(version), platform="linux/arm64", tag=None)
        repository.index({"unknown/unknown": arm, "linux/amd64": amd, "linux/arm64": arm})
        repository.serve(self.server, "team/base")

    def look(self, platform: Platform = AMD64, name: Reference | None = None) -> BaseImage:
        return self.images.look(name or self.name, platform)

    def asked(self) -> list[str]:
        lines = [f"{each.method} {each.path.rpartition('/team/base/')[2][:16]}" for each in self.server.requests]
        self.server.requests.clear()
        return [line for line in lines if "/v2/" not in line]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with FakeRegistry() as server, Registry(RegistryOptions({})) as registry:
        found = Bench(tmp_path / "cache", server, registry)
        found.serve()
        yield found


def test_looks_into_it(bench: Bench):
    found = bench.look()
    assert found.pythons[0].version == "3.12.7"
    assert found.index == bench.server.tags["team/base"]["1"]
    assert found.name == str(bench.name)


def test_within_the_hour_nobody_is_asked_again(bench: Bench):
    first = bench.look()
    bench.asked()
    assert bench.look() == first
    assert bench.asked() == []


def test_later_only_the_digest_of_its_name_is_asked_for(bench: Bench):
    first = bench.look()
    bench.asked()
    bench.now += timedelta(hours=2)
    assert bench.look() == first
    assert bench.asked() == ["HEAD manifests/1"]
    assert bench.look() == first
    assert bench.asked() == []


def test_a_name_that_stands_for_another_image_is_looked_into_again(bench: Bench):
    first = bench.look()
    bench.serve("3.12.8")
    bench.now += timedelta(hours=2)
    second = bench.look()
    assert (second.pythons[0].version, second.digest != first.digest) == ("3.12.8", True)


def test_a_digest_is_never_asked_for_twice(bench: Bench):
    name = replace(bench.name, digest=bench.registry.repository(bench.name).resolve().digest)
    first = bench.look(name=name)
    bench.asked()
    bench.now += timedelta(days=1000)
    assert bench.look(name=name) == first
    assert bench.asked() == []
    assert first.pinned == str(name)


def test_one_image_under_two_names_is_looked_into_once(bench: Bench):
    bench.look()
    bench.server.tags["team/base"]["2"] = bench.server.tags["team/base"]["1"]
    other = replace(bench.name, tag="2")
    bench.asked()
    assert bench.look(name=other).name == str(other)
    assert not any("blobs" in line for line in bench.asked())


def test_each_platform_has_its_own(bench: Bench):
    assert (bench.look(AMD64).libc, bench.look(ARM64).libc) == ("glibc", "musl")


def test_a_platform_that_is_missing_is_named_with_those_there_are(bench: Bench):
    with pytest.raises(SourceError, match="not there for linux/s390x, but for these: linux/amd64, linux/arm64"):
        bench.look(Platform.parse("linux/s390x"))


def test_what_is_known_is_known_offline(bench: Bench):
    assert bench.images.known(bench.name, AMD64) is None
    first = bench.look()
    bench.now += timedelta(days=1000)
    bench.asked()
    assert bench.images.known(bench.name, AMD64) == first
    assert bench.asked() == []


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_what_cannot_be_read_is_found_anew(bench: Bench, content: bytes):
    first = bench.look()
    for path in bench.cache.rglob("*.json"):
        if "base-images" in str(path):
            path.write_bytes(content)
    assert bench.images.known(bench.name, AMD64) is None
    assert bench.look() == first


def facts():
    return read_project(DictTree({"main.py": "print()\n"}))


def test_a_project_is_told_what_is_known(bench: Bench):
    options = Options(base=str(bench.name))
    assert informed(facts(), options, [AMD64], bench.images, ask=False).base_images == ()
    (found,) = informed(facts(), options, [AMD64], bench.images, ask=True).base_images
    assert (found.image, found.written) == (bench.look(), False)
    assert informed(facts(), options, [AMD64], bench.images, ask=False).base_images == (found,)
    assert informed(facts(), Options(base="trixie"), [AMD64], bench.images, ask=True).base_images == ()


def test_what_is_kept_stays_until_it_is_to_be_upgraded(bench: Bench):
    options = Options(base=str(bench.name))
    kept = pinned(facts(), options, [AMD64], bench.images, upgrade=False)
    bench.serve("3.12.8")
    bench.now += timedelta(hours=2)
    bench.asked()
    assert pinned(kept, options, [AMD64], bench.images, upgrade=False) == kept
    assert bench.asked() == []
    (found,) = pinned(kept, options, [AMD64], bench.images, upgrade=True).base_images
    assert found.image.pythons[0].version == "3.12.8"
    assert pinned(kept, Options(base="trixie"), [AMD64], bench.images, upgrade=False).base_images == ()


def test_nothing_is_kept_of_an_image_that_was_damaged_on_its_way(bench: Bench):
    bench.server.fail("GET", "/blobs/", "damaged", times=50)
    with pytest.raises(IntegrityError):
        bench.look()
    assert bench.images.known(bench.name, AMD64) is None
