"""What is found in a base image: without running any of it, whatever it holds."""

import gzip
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.oci.trees import member, tar_of

from pottle.base_image import BaseImage, Interpreter
from pottle.errors import IntegrityError, SourceError
from pottle.oci.digest import Digest
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.registry.pull import fetch_layers, pull
from pottle.sources.image import files
from pottle.sources.image.inspection import check, inspect
from pottle.stop import Stop
from pottle.testing.base_image import ACCOUNTS, MemoryRepository, alpine, debian, plain, python, tar

AMD64 = Platform.parse("linux/amd64")
NAME = Reference.parse("registry.example/team/base:1")
OFFICIAL = {"Env": ["PATH=/usr/local/bin:/usr/bin:/root/.local/bin", "PYTHON_VERSION=3.12.7"], "Cmd": ["python3"]}


@dataclass
class Bench:
    repository: MemoryRepository
    store: Layout

    def look(self, platform: Platform = AMD64) -> BaseImage:
        registry: Any = self.repository
        image = pull(NAME, platform, registry, self.store)
        check(image, NAME)
        fetch_layers(image, NAME, registry)
        return inspect(image, NAME, Stop())

    def of(self, *layers: Any, **how: Any) -> BaseImage:
        self.repository.image(*layers, **how)
        return self.look()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(MemoryRepository(), Layout.create(tmp_path / "store"))


def test_knows_an_official_python_image(bench: Bench):
    history = [{"created_by": "FROM"}, {"created_by": "ENV", "empty_layer": True}, {"created_by": "COPY"}]
    labels = {"maintainer": "somebody"}
    config = {
        **OFFICIAL,
        "Entrypoint": ["/entry"],
        "Labels": labels,
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/d": {}},
    }
    found = bench.of(debian(), python("3.12.7"), config=config, history=history)
    assert found.name == "registry.example/team/base:1"
    assert found.digest == bench.repository.manifests["1"].descriptor.digest
    assert (found.index, found.media_types, found.platform) == (None, "oci", "linux/amd64")
    assert (found.libc, found.libc_version) == ("glibc", "2.41")
    assert (found.distribution, found.release) == ("debian", "trixie")
    assert found.pythons == (Interpreter("/usr/local/bin/python3.12", "3.12.7"),)
    assert found.ca_bundle == "/etc/ssl/certs/ca-certificates.crt"
    assert found.packages == ("libc6",)
    assert found.has == ("/bin/sh", "/tmp", "libcrypt.so.1")
    assert found.passwd[0] == "root:x:0:0:root:/root:/bin/bash"
    assert found.env == tuple(OFFICIAL["Env"])
    assert found.entrypoint == ("/entry",)
    assert (found.labels, found.volumes) == ((("maintainer", "somebody"),), ("/d",))
    assert [entry.empty_layer for entry in found.history] == [False, True, False]
    assert len(found.layers) == 2
    assert all(bench.store.path_of(Digest(layer.digest)).exists() for layer in found.layers)


def test_knows_an_alpine_image(bench: Bench):
    found = bench.of(alpine(), python("3.12.11", "usr"))
    assert (found.libc, found.libc_version, found.distribution, found.release) == ("musl", "1.2", "alpine", "3.22.1")
    assert found.pythons == (Interpreter("/usr/bin/python3.12", "3.12.11"),)
    assert found.ca_bundle == "/etc/ssl/certs/ca-certificates.crt"
    assert found.packages is None


def test_docker_types_are_told_from_ocis(bench: Bench):
    assert bench.of(debian(), docker=True).media_types == "docker"


def test_an_image_without_python_has_none(bench: Bench):
    assert bench.of(debian()).pythons == ()


PYTHONS: dict[str, tuple[dict[str, bytes | str], tuple[str, ...]]] = {
    "of two, the one that PATH has first": (
        {**python("3.12.7"), **python("3.13.5", "usr")},
        ("/usr/local/bin/python3.12", "/usr/bin/python3.13"),
    ),
    "only by its own name": (
        {
            path: content
            for path, content in python("3.13.5", "usr").items()
            if not path.endswith(("python3", "python"))
        },
        ("/usr/bin/python3.13",),
    ),
    "through alternatives": (
        {
            **python("3.11.9", "usr"),
            "usr/bin/python3": "->/etc/alternatives/python3",
            "etc/alternatives/python3": "->/usr/bin/python3.11",
        },
        ("/usr/bin/python3.11",),
    ),
    "behind a virtual environment": (
        {**python("3.12.7", "opt/python"), "usr/local/bin/python3": "->/opt/python/bin/python3.12"},
        ("/opt/python/bin/python3.12",),
    ),
    "below /opt": (python("3.12.7", "opt/cpython"), ("/opt/cpython/bin/python3.12",)),
    "its version in libpython": (
        {
            **python("3.12.7"),
            "usr/local/bin/python3.12": b"launcher",
            "usr/local/lib/libpython3.12.so.1.0": b"\x003.12.7\0",
        },
        ("/usr/local/bin/python3.12",),
    ),
    "not without its standard library": (
        {path: content for path, content in python("3.12.7").items() if not path.endswith("os.py")},
        (),
    ),
    "not without its version": ({**python("3.12.7"), "usr/local/bin/python3.12": b"\x003.11.7\0"}, ()),
    "not a free-threaded one": (
        {"usr/bin/python3.13t": b"\x003.13.5\0", "usr/bin/python3": "->python3.13t", "usr/lib/python3.13t/os.py": b""},
        (),
    ),
    "not where only root may go": (python("3.12.7", "root/.local"), ()),
    "not a loop of links": ({"usr/bin/python3": "->python", "usr/bin/python": "->nowhere"}, ()),
}


@pytest.mark.parametrize(("more", "paths"), PYTHONS.values(), ids=PYTHONS)
def test_finds_the_interpreters(bench: Bench, more: dict[str, bytes | str], paths: tuple[str, ...]):
    found = bench.of(debian(), more, config=OFFICIAL)
    assert tuple(each.path for each in found.pythons) == paths


def test_what_an_upper_layer_removes_is_not_there(bench: Bench):
    found = bench.of(
        {**debian(), **python("3.12.7"), **python("3.13.5", "usr")},
        {"usr/local/bin/.wh..wh..opq": b"", "etc/ssl/certs/.wh.ca-certificates.crt": b""},
    )
    assert [each.version for each in found.pythons] == ["3.13.5"]
    assert found.ca_bundle is None


def test_an_upper_layer_has_the_last_word(bench: Bench):
    found = bench.of(debian(), {"etc/passwd": b"app:x:1000:1000::/app:\n"}, python("3.12.7"))
    assert found.passwd == ("app:x:1000:1000::/app:",)


def test_passwords_stay_where_they_are(bench: Bench):
    found = bench.of(debian(**{"etc/passwd": b"root:$6$salt$hash:0:0:root:/root:/bin/sh\n" + ACCOUNTS.encode()[:0]}))
    assert found.passwd == ("root:*:0:0:root:/root:/bin/sh",)


def test_history_that_does_not_fit_the_layers_is_made_anew(bench: Bench):
    found = bench.of(debian(), python("3.12.7"), history=[{"created_by": "squashed"}])
    assert [entry.empty_layer for entry in found.history] == [False, False]


HOSTILE: dict[str, tuple[bytes, str]] = {
    "a path that leads out": (tar_of([(member("../../etc/cron.d/x"), b"")]), "leads out of the image"),
    "accounts that are a link to themselves": (
        tar_of([(member("etc/passwd", tarfile.SYMTYPE, "passwd"), b"")]),
        "etc/passwd lies behind too many symbolic links",
    ),
    "a directory of ours that is a link": (
        tar_of([(member("opt", tarfile.SYMTYPE, "var/opt"), b"")]),
        "its /opt is a link to var/opt",
    ),
    "a hard link to nothing": (
        tar_of([(member("usr/bin/x", tarfile.LNKTYPE, "usr/bin/y"), b"")]),
        "is no file of the image",
    ),
    "damaged in the middle": (tar_of([(member("usr/bin/x"), b"x" * 5000)])[:2000], "archive is damaged"),
}


@pytest.mark.parametrize(("layer", "message"), HOSTILE.values(), ids=HOSTILE)
def test_an_image_that_means_harm_ends_in_one_error_that_names_it(bench: Bench, layer: bytes, message: str):
    with pytest.raises(IntegrityError, match=message) as caught:
        bench.of(debian(), layer)
    assert "the base image registry.example/team/base:1 cannot be used" in caught.value.what


def test_endless_members_end(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "_BOUNDS", files.Bounds(members=50))
    with pytest.raises(IntegrityError, match=r"more than .* in 50 files"):
        bench.of(debian(), {f"x/{number}": b"" for number in range(60)})


def test_programs_without_end_end(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "_MOST_OF_ALL", 3000)
    with pytest.raises(IntegrityError, match="more than 3000 bytes"):
        bench.of(debian(), {f"{number}/bin/python3.12": b"x" * 1000 for number in range(4)})


def test_a_layer_of_zeros_without_end_ends(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    from pottle.oci import unpack

    monkeypatch.setattr(unpack, "_BOUNDS", unpack.Bounds(size=1_000_000))
    with pytest.raises(IntegrityError, match="unpacks to more than 1000000 bytes"):
        bench.of(debian(), tar_of([]) + bytes(2_000_000))


def test_a_layer_with_another_diff_id_is_refused(bench: Bench):
    bench.repository.image(debian())
    other = gzip.compress(tar_of([(member("etc/passwd"), b"")]), mtime=0)
    layer = bench.repository.put_blob(other, "application/vnd.oci.image.layer.v1.tar+gzip")
    received = bench.repository.manifests["1"]
    document = json.loads(received.content)
    document["layers"] = [plain(layer)]
    bench.repository.put(document, received.descriptor.media_type, "1")
    with pytest.raises(IntegrityError, match="diff ID"):
        bench.look()


def test_refuses_an_image_without_a_c_library(bench: Bench):
    with pytest.raises(SourceError, match="neither glibc nor musl"):
        bench.of({"etc/passwd": b"root:x:0:0::/:\n"})


def test_zstd_layers_are_read(bench: Bench):
    raw = tar({**debian(), **python("3.12.7")})
    bench.repository.image(raw)
    received = bench.repository.manifests["1"]
    document = json.loads(received.content)
    packed = zstandard.ZstdCompressor().compress(raw)
    layer = bench.repository.put_blob(packed, "application/vnd.oci.image.layer.v1.tar+zstd")
    document["layers"] = [plain(layer)]
    bench.repository.put(document, received.descriptor.media_type, "1")
    assert bench.look().pythons[0].version == "3.12.7"
