"""Where a build works: its store, its cache and its supplies."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pottle.build.cache import Findings, LayerCache
from pottle.build.sandbox import Sandbox
from pottle.build.shared import Shared
from pottle.build.supplies import Supplies
from pottle.oci.compression import Compression
from pottle.oci.layer import Layer
from pottle.oci.layout import Layout
from pottle.progress import Progress
from pottle.stop import Stop
from pottle.turns import Turns
from pottle.writing import host_errors, staged_directory


@dataclass(frozen=True, slots=True)
class Workshop:
    """All below one directory, which may be deleted at any time."""

    directory: Path
    supplies: Supplies
    progress: Progress
    stop: Stop
    """What ends the build before it is done."""
    sandbox: Sandbox | None = None
    """What runs commands of the project in its image; None: nothing does."""
    shared: Shared | None = None
    """Where layers are looked for that are not here; None: nowhere."""
    compression: Compression = "gzip"
    """Of the layers that are made; part of their keys."""
    there: Callable[[Layer], None] | None = None
    """Told each layer of the image as soon as it is in the store; None: nobody is in such a hurry."""
    turns: Turns = field(default_factory=Turns)
    """The same for all builds that go on side by side: what several of them want is made once."""

    @property
    def store(self) -> Layout:
        """The images that were built: an OCI image layout."""
        return Layout.create(self.directory / "store")

    @property
    def layers(self) -> LayerCache:
        """Layers by what they are made of."""
        return LayerCache(self.directory / "layers", self.store)

    @property
    def findings(self) -> Findings:
        """What wheels bring, and what of it clashes."""
        return Findings(self.directory / "wheels")

    @property
    def bytecode(self) -> Path:
        """Compiled distributions by their content."""
        return self.directory / "bytecode"

    @property
    def compilers(self) -> Path:
        """Unpacked interpreters by their packages."""
        return self.directory / "compilers"

    @property
    def builders(self) -> Path:
        """Unpacked roots that sources are built in, by their packages."""
        return self.directory / "builders"

    @property
    def built(self) -> Path:
        """Wheels that were built, each in a directory that is named by what it is made of."""
        return self.directory / "built"

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A directory that is gone afterwards, on the file system of the store; what killed builds left goes first."""
        work = self.directory / "work"
        with host_errors(work):
            work.mkdir(parents=True, exist_ok=True)
        with staged_directory(work, "build-") as path:
            yield path
