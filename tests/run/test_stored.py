from pathlib import Path

import pytest

from pottle.oci.config import Empty, Execution
from pottle.oci.entry import File
from pottle.oci.image import Addendum, Makeup, assemble
from pottle.oci.image import Image as OciImage
from pottle.oci.layer import write_layer
from pottle.oci.layout import Layout
from pottle.oci.platform import Platform
from pottle.oci.reference import Reference
from pottle.plan import runtime
from pottle.run import stored
from pottle.run.image import Config, Process
from pottle.run.rootfs import root_of
from pottle.run.stored import start_of, stored_image

EXECUTION = Execution(
    user="65532:65532",
    exposed_ports={"8000/tcp": Empty()},
    env=("PATH=/usr/bin", "URL=a=b", "EMPTY="),
    volumes={"/data": Empty(), "/app/media": Empty()},
    entrypoint=("python",),
    cmd=("-m", "app"),
    working_dir="/app",
    stop_signal="SIGINT",
)


@pytest.fixture
def image(tmp_path: Path) -> OciImage:
    store = Layout.create(tmp_path / "store")
    layer = write_layer([File("app/main.py", b"1")], store, mtime=1)
    return assemble([Addendum(layer, "app")], Makeup(Platform.parse("linux/amd64"), 1, EXECUTION), store)


def test_the_start_is_the_configs():
    assert start_of(EXECUTION) == Config(
        entrypoint=("python",),
        command=("-m", "app"),
        environment=(("PATH", "/usr/bin"), ("URL", "a=b"), ("EMPTY", "")),
        working_dir="/app",
        user="65532:65532",
        stop_signal="SIGINT",
        ports=("8000/tcp",),
        volumes=("/app/media", "/data"),
    )


def test_a_bare_config_starts_as_root_at_the_top():
    assert start_of(Execution()) == Config()


def test_a_stored_image_is_unpacked_under_its_digest(image: OciImage, tmp_path: Path):
    stored = stored_image(image, Reference.parse("demo:1"))
    root = root_of(stored, tmp_path / "cache")
    assert root.name == str(image.digest).replace(":", "-")
    assert (root / "app/main.py").read_bytes() == b"1"
    assert (root / "proc").is_dir()


def test_a_stored_image_is_archived_under_its_name(image: OciImage, tmp_path: Path):
    stored = stored_image(image, Reference.parse("demo:1"))
    stored.write_archive(tmp_path / "x.tar")
    assert (tmp_path / "x.tar").stat().st_size > 0
    assert stored.name == "docker.io/library/demo:1"
    assert stored.config_digest == str(image.manifest.config.digest)


def test_labels_say_which_processes_there_are():
    labels = {
        "pottle.process.worker": '{"command":["work"],"environment":{"A":"1"},"stop_signal":"SIGINT"}',
        "pottle.process.web": '{"command":["serve"]}',
        "pottle.process.broken": "work",
        "somebody.else": "{}",
    }
    assert start_of(Execution(labels=labels)).processes == (
        ("web", Process(("serve",))),
        ("worker", Process(("work",), (("A", "1"),), "SIGINT")),
    )


def test_what_the_plan_writes_is_what_run_reads():
    assert stored.PROCESS == runtime.PROCESS
