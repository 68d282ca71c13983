"""An image of an OCI layout, as `run` needs it."""

from collections.abc import Iterator, Mapping
from functools import partial

import msgspec

from pottle.oci.archive import write_archive
from pottle.oci.config import Execution
from pottle.oci.image import Image as OciImage
from pottle.oci.reference import Reference
from pottle.oci.unpack import unpack
from pottle.run.image import Config, Image, Process

PROCESS = "pottle.process."
"""Labels that say how the image's processes are started."""


def stored_image(image: OciImage, name: Reference, *aliases: Reference) -> Image:
    """The image under the names that engines will know it by, the first of which is its own."""
    return Image(
        name=str(name),
        digest=str(image.digest),
        config_digest=str(image.manifest.config.digest),
        config=start_of(image.config.config or Execution()),
        unpack=partial(unpack, image),
        write_archive=lambda path: write_archive(image, path, [name, *aliases]),
        aliases=tuple(map(str, aliases)),
    )


def start_of(execution: Execution) -> Config:
    """How a container starts, from the config's `config` member."""
    return Config(
        entrypoint=execution.entrypoint or (),
        command=execution.cmd or (),
        environment=tuple(_pair(line) for line in execution.env),
        working_dir=execution.working_dir or "/",
        user=execution.user,
        stop_signal=execution.stop_signal or "SIGTERM",
        ports=tuple(execution.exposed_ports),
        volumes=tuple(sorted(execution.volumes)),
        processes=tuple(_processes(execution.labels)),
    )


class _Label(msgspec.Struct, frozen=True):
    """What a label says of a process."""

    command: tuple[str, ...]
    environment: dict[str, str] = {}
    stop_signal: str = "SIGTERM"


def _processes(labels: Mapping[str, str]) -> Iterator[tuple[str, Process]]:
    """Those that the image's labels describe; a label that is somebody else's says nothing."""
    for key, text in sorted(labels.items()):
        if key.startswith(PROCESS):
            try:
                said = msgspec.json.decode(text, type=_Label)
            except msgspec.DecodeError:
                continue
            yield key.removeprefix(PROCESS), Process(said.command, tuple(said.environment.items()), said.stop_signal)


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition("=")
    return key, value
