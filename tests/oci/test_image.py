from pathlib import Path

import msgspec
import pytest
from tests.oci.conftest import EPOCH

from pottle.errors import IntegrityError
from pottle.oci.config import Empty, Execution, Healthcheck, rfc3339
from pottle.oci.entry import File
from pottle.oci.image import Addendum, Image, Makeup, assemble, copy_image
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
