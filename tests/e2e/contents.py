"""What is in an archive that was built, read with the standard library alone: a second opinion beside pottle's own."""

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class File:
    """A regular file or a link; nothing else is of interest here."""

    path: str
    mode: int
    content: bytes
    target: str


@dataclass(frozen=True)
class Contents:
    """The files of all layers by path, an upper layer's over a lower one's."""

    files: dict[str, File]
    config: dict

    def elf(self) -> Iterator[File]:
        return (file for file in self.files.values() if file.content.startswith(b"\x7fELF"))

    def named(self, *names: str) -> list[str]:
        """The paths whose last part is one of `names`."""
        return sorted(path for path in self.files if path.rpartition("/")[2] in names)

    def holding(self, text: bytes) -> list[str]:
        return sorted(file.path for file in self.files.values() if text in file.content)


def contents(archive: Path) -> Contents:
    with tarfile.open(archive) as outer:

        def read(name: str) -> bytes:
            member = outer.extractfile(name)
            assert member is not None
            return member.read()

        (manifest,) = json.loads(read("manifest.json"))
        files: dict[str, File] = {}
        for layer in manifest["Layers"]:
            _lay(files, _files(read(layer)))
        return Contents(files, json.loads(read(manifest["Config"])))


def _lay(files: dict[str, File], layer: Iterator[File]) -> None:
    """One layer over those before it; a whiteout takes away what they have (image-spec, layer.md)."""
    for file in layer:
        directory, _, name = file.path.rpartition("/")
        if not name.startswith(".wh."):
            files[file.path] = file
            continue
        gone = f"{directory}/{'' if name == '.wh..wh..opq' else name.removeprefix('.wh.')}".lstrip("/")
        for path in [path for path in files if path == gone or path.startswith(gone.rstrip("/") + "/")]:
            del files[path]


def _files(layer: bytes) -> Iterator[File]:
    with tarfile.open(fileobj=io.BytesIO(layer), mode="r:*") as tar:
        for member in tar:
            if member.isreg():
                yield File(member.name, member.mode, tar.extractfile(member).read(), "")
            elif member.issym() or member.islnk():
                yield File(member.name, member.mode, b"", member.linkname)
