"""The files of a foreign image, as far as anybody asks: all their names, the content of the few that say what the image is.

Nothing is unpacked and nothing is run; what is kept is bounded, whatever the layers hold.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from pottle.oci.members import InvalidArchive, Member
from pottle.oci.tree import Bounds, Tree

_KEPT = re.compile(
    r"passwd|group|os-release|status"
    r"|python3\.\d+|libpython3\.\d+\.so[\d.]*"
    r"|libc\.so\.6|libc-2\.\d+\.so|ld-musl-[\w-]+\.so\.1"
)
"""By their names alone: what leads to them, links or mounts of whole roots, is seen only when all layers are there."""
_MOST_OF_ONE = 64 << 20
_MOST_OF_ALL = 512 << 20
_BOUNDS = Bounds(members=1_000_000, names=256 << 20)


class Files:
    """All layers of one image, laid over each other."""

    def __init__(self) -> None:
        self._contents = _Contents()
        self.tree = Tree(self._contents, _BOUNDS)

    def apply(self, members: Iterable[Member]) -> None:
        """Lays one layer over what is there."""
        self.tree.apply(iter(members))

    def read(self, path: str) -> bytes | None:
        """What the file says that `path` leads to; None: there is none, or its content is not kept."""
        real = self.tree.file(path)
        return self._contents.kept.get(real) if real is not None else None

    def text(self, path: str) -> str:
        """The same as text; nothing where there is none."""
        return (self.read(path) or b"").decode(errors="replace")

    def holds(self, path: str) -> bool:
        """Whether `path` leads to a file."""
        return self.tree.file(path) is not None

    def size(self, path: str) -> int:
        """Bytes of the file that `path` leads to; 0 where there is none."""
        real = self.tree.file(path)
        return self._contents.sizes.get(real, 0) if real is not None else 0


class _Contents:
    """The sink that keeps what is of interest in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.sizes: dict[str, int] = {}
        self._left = _MOST_OF_ALL

    def directory(self, path: str) -> None: ...

    def mode(self, path: str, mode: int) -> None: ...

    def symlink(self, target: str, path: str) -> None: ...

    def remove_directory(self, path: str) -> None: ...

    def file(self, member: Member, path: str) -> None:
        self.sizes[path] = member.size
        if _KEPT.fullmatch(PurePosixPath(path).name) and member.size <= _MOST_OF_ONE:
            self._left -= member.size
            if self._left < 0:
                raise InvalidArchive(f"the image has more than {_MOST_OF_ALL} bytes of programs and accounts")
            self.kept[path] = b"".join(member.content)

    def link(self, source: str, path: str) -> None:
        if source in self.sizes:
            self.sizes[path] = self.sizes[source]
        if source in self.kept:
            self.kept[path] = self.kept[source]

    def remove(self, path: str) -> None:
        self.sizes.pop(path, None)
        if (content := self.kept.pop(path, None)) is not None:
            self._left += len(content)
