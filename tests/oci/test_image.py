from pathlib import Path

import msgspec
import pytest
from tests.oci.conftest import EPOCH

from pottle.errors import IntegrityError
from pottle.oci.config import Empty, Execution, Healthcheck, rfc3339
from pottle.oci.document import encode
from pottle.oci.entry import File
from pottle.oci.image import Addendum, Image, ImageIndex, Makeup, assemble, assemble_index, copy_image, load
from pottle.oci.index import index
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.oci.validate import validate


def test_an_image_is_valid_and_reads_back(image: Image) -> None:
    validate(image)
    assert Image.load(image.store, image.descriptor) == image


def test_a_known_image_has_a_known_digest(image: Image) -> None:
    assert image.digest == "sha256:d477be45d5c74e497bf977abfd2ba1631d0ac78298398ac4c34e32a6ad3f6b30"


def test_the_config_has_what_engines_read(store: Layout) -> None:
    execution = Execution(
        user="1:1",
        exposed_ports={"8000/tcp": Empty()},
        env=("A=1",),
        entrypoint=("/bin/a",),
        cmd=("b",),
        working_dir="/app",
        labels={"z": "1", "a": "2"},
        stop_signal="SIGINT",
        healthcheck=Healthcheck.command(["/bin/check"], interval=30, timeout=5, start_period=15, retries=3),
    )
    layer = write_layer([File("a", b"")], store, mtime=EPOCH)
    image = assemble([Addendum(layer, "a file")], Makeup(Platform.parse("arm/v7"), EPOCH, execution), store)
    assert msgspec.json.decode(store.read(image.manifest.config.digest)) == {
        "architecture": "arm",
        "variant": "v7",
        "os": "linux",
        "created": "1980-01-01T00:00:01Z",
        "config": {
            "User": "1:1",
            "ExposedPorts": {"8000/tcp": {}},
            "Env": ["A=1"],
            "Entrypoint": ["/bin/a"],
            "Cmd": ["b"],
            "WorkingDir": "/app",
            "Labels": {"a": "2", "z": "1"},
            "StopSignal": "SIGINT",
            "Healthcheck": {
                "Test": ["CMD", "/bin/check"],
                "Interval": 30_000_000_000,
                "Timeout": 5_000_000_000,
                "StartPeriod": 15_000_000_000,
                "Retries": 3,
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id]},
        "history": [{"created": "1980-01-01T00:00:01Z", "created_by": "a file"}],
    }


@pytest.mark.parametrize(
    ("epoch", "text"),
    [(0, "1970-01-01T00:00:00Z"), (EPOCH, "1980-01-01T00:00:01Z"), (1735689599, "2024-12-31T23:59:59Z")],
)
def test_times_are_written_in_utc(epoch: int, text: str) -> None:
    assert rfc3339(epoch) == text


def test_an_image_is_copied_with_all_its_blobs_and_names(image: Image, tmp_path: Path) -> None:
    target = Layout.create(tmp_path / "target")
    copy_image(image, target, [Reference.parse("app:1")])
    found = target.references()["docker.io/library/app:1"]
    validate(Image.load(target, found))


@pytest.mark.parametrize("raw", [b"{", b'{"schemaVersion":1}', b'{"schemaVersion":2,"manifests":[]}'])
def test_what_is_no_image_is_refused(store: Layout, raw: bytes) -> None:
    with pytest.raises(IntegrityError, match="is not an image that can be read"):
        Image.load(store, store.put(raw, "m"))


# --- several platforms ----------------------------------------------------------------------------


def test_an_index_is_valid_and_reads_back(both: ImageIndex) -> None:
    validate(both)
    assert load(both.store, both.descriptor) == both
    assert load(both.store, both.images[0].descriptor).digest == both.images[0].digest


def test_a_known_index_has_a_known_digest_whatever_order_its_images_came_in(both: ImageIndex) -> None:
    assert both.digest == "sha256:b6cc52f35c5b9f3e380fdb58a79557c0d77c3363a45b535e5066f0a162a21797"
    assert assemble_index(both.images[::-1], both.store) == both


def test_an_index_lists_platforms_as_buildkit_does_and_what_all_images_say(both: ImageIndex) -> None:
    document = msgspec.json.decode(both.store.read(both.digest))
    assert [found["platform"] for found in document["manifests"]] == [
        {"os": "linux", "architecture": "amd64"},
        {"os": "linux", "architecture": "arm64"},
    ]
    assert document["annotations"] == {"org.opencontainers.image.version": "1.0"}


@pytest.mark.parametrize(("platform", "number"), [("linux/amd64", 0), ("linux/arm64/v8", 1)])
def test_the_image_for_a_platform_is_found(both: ImageIndex, platform: str, number: int) -> None:
    assert both.select(Platform.parse(platform)) == both.images[number]
    assert both.select(Platform.parse("s390x")) is None


def test_what_images_share_is_a_blob_of_the_index_once(both: ImageIndex) -> None:
    digests = [blob.digest for blob in both.blobs]
    assert len(digests) == len(set(digests)) == 1 + 2 + 2 + 3


def test_an_index_is_copied_with_all_its_images(both: ImageIndex, tmp_path: Path) -> None:
    target = Layout.create(tmp_path / "target")
    copy_image(both, target, [Reference.parse("app:1")])
    assert len(target.manifests()) == 1
    validate(load(target, target.references()["docker.io/library/app:1"]))


def test_an_attestation_in_an_index_is_no_image(both: ImageIndex) -> None:
    nothing = msgspec.structs.replace(both.images[0].descriptor, platform=Platform("unknown", "unknown"))
    raw = encode(index([*both.index.manifests, nothing]))
    assert ImageIndex.load(both.store, both.store.put(raw, both.descriptor.media_type)).images == both.images


@pytest.mark.parametrize("raw", [b"{", b'{"schemaVersion":1,"manifests":[]}', b'{"schemaVersion":2}'])
def test_what_is_no_index_is_refused(store: Layout, raw: bytes) -> None:
    with pytest.raises(IntegrityError, match="is not an image index that can be read"):
        load(store, store.put(raw, "application/vnd.oci.image.index.v1+json"))
