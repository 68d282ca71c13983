"""An image's files as a root from which Debian packages can be taken away, and put back: what works without them does not need them."""

import os
import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pottle.build.base.ld_cache import ld_cache
from pottle.oci.entry import Entry, File, Symlink
from pottle.run.backend import Launch
from pottle.run.backends import unshare
from pottle.run.image import Image
from pottle.run.rootfs import make_root
from pottle.run.settings import Host
from pottle.run.specification import specification_in

_STATUS = "var/lib/dpkg/status.d"
_CACHE = "etc/ld.so.cache"
_LIBRARIES = ("usr/lib", "usr/local/lib", "etc/ld.so.conf.d")


@dataclass(frozen=True)
class Ran:
    """How a program ended."""

    code: int
    said: str
    """Both of its outputs, in the order they came."""

    @property
    def why(self) -> str:
        """The line that tells most of a failure: the last one of a traceback."""
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        errors = [line for line in lines if re.match(r"[\w.]*(?:Error|Exception|Exit|NotFound\w*|Message)\b.*", line)]
        return (errors or lines or [f"exit code {self.code}"])[-1] if self.code else ""


class Removable:
    """The root of an image, in a directory of its own; `added` are the packages that can be taken away."""

    def __init__(self, image: Image, added: Collection[str], root: Path) -> None:
        self._image, self._root, self.added = image, root, frozenset(added)
        make_root(root, image)
        self._depends = dict(self._read())

    def run(self, seconds: float) -> Ran:
        """The image's own command, as its own user, who is nobody on this machine, in a read-only root."""
        config = self._image.config
        argv = (*config.entrypoint, *config.command)
        launch = Launch(self._image, argv, config.environment, (), None)
        with tempfile.TemporaryFile() as heard:
            with unshare.started(specification_in(self._root, launch), Host({}, self._root), heard) as outer:
                try:
                    code = outer.wait(seconds)
                except subprocess.TimeoutExpired:
                    return Ran(124, f"not done after {seconds:.0f} s")
            heard.seek(0)
            return Ran(code, heard.read().decode(errors="replace"))

    @contextmanager
    def without(self, packages: Collection[str]) -> Iterator[None]:
        """As long as the block lasts, the files of these packages are not there, nor in the loader's cache."""
        gone = [path for name in packages for path in self._files(name) if (self._root / path).is_file()]
        cache = self._root / _CACHE
        before = cache.read_bytes()
        with tempfile.TemporaryDirectory(prefix="away-", dir=self._root.parent) as away:
            for number, path in enumerate(gone):
                (self._root / path).rename(Path(away, str(number)))
            cache.write_bytes(ld_cache(list(self._entries())))
            try:
                yield
            finally:
                for number, path in enumerate(gone):
                    Path(away, str(number)).rename(self._root / path)
                cache.write_bytes(before)

    def only_of(self, package: str, others: Collection[str]) -> frozenset[str]:
        """The package, and what is there for its sake alone: not for that of the `others`."""
        return (frozenset({package}) | self._reach({package}) - self._reach(others)) & self.added

    def _reach(self, packages: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        pending = list(packages)
        while pending:
            if (name := pending.pop()) not in found:
                found.add(name)
                pending += self._depends.get(name, ())
        return frozenset(found)

    def _read(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each package that is there, and those it depends on; of alternatives all that are there."""
        stanzas = {
            path.name: dict(re.findall(r"^([\w-]+): *(.*(?:\n[ \t].*)*)", path.read_text(), re.MULTILINE))
            for path in (self._root / _STATUS).iterdir()
            if path.suffix != ".md5sums"
        }
        brings: dict[str, list[str]] = {}
        for name, fields in stanzas.items():
            for each in (name, *_names(fields.get("Provides", ""))):
                brings.setdefault(each, []).append(name)
        for name, fields in stanzas.items():
            wanted = (*_names(fields.get("Depends", "")), *_names(fields.get("Pre-Depends", "")))
            yield name, tuple(found for each in wanted for found in brings.get(each, ()))

    def _files(self, package: str) -> Sequence[str]:
        sums = self._root / _STATUS / f"{package}.md5sums"
        return [line.split("  ", 1)[1] for line in sums.read_text().splitlines()] if sums.is_file() else []

    def _entries(self) -> Iterator[Entry]:
        """All that decides what is in the loader's cache."""
        links = [self._root / name for name in ("lib", "lib64")]
        found = [each for name in _LIBRARIES for each in _below(self._root / name)]
        for path in (*links, self._root / "etc/ld.so.conf", *found):
            relative = str(path.relative_to(self._root))
            if path.is_symlink():
                yield Symlink(relative, os.readlink(path))
            elif path.is_file():
                yield File(relative, path)


def _below(directory: Path) -> Iterator[Path]:
    for at, _, files in os.walk(directory):
        yield from (Path(at, name) for name in files)


def _names(field: str) -> list[str]:
    """The packages that a relationship field names (Debian policy §7.1), without versions."""
    return re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)", field)


def least(root: Removable, packages: Sequence[str], seconds: float) -> tuple[str, ...]:
    """Of these packages those without which the command fails: each is tried without until no further one can go."""
    kept = list(packages)
    while True:
        gone = frozenset(packages) - frozenset(kept)
        for name in kept:
            others = [each for each in kept if each != name]
            away = frozenset().union(*(root.only_of(each, others) for each in (name, *gone)))
            with root.without(away):
                if root.run(seconds).code == 0:
                    kept = others
                    break
        else:
            return tuple(kept)
