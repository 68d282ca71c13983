"""A folder of .debs that a project keeps beside its code, or a team on a share: they are there when no mirror has them any more."""

import hashlib
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pottle.errors import IntegrityError
from pottle.sources.http import Expected
from pottle.sources.placing import host_errors, placing
from pottle.text import Location

_POINTER = b"version https://git-lfs.github.com/spec/"


class Kept(Protocol):
    """A package that may lie in the folder."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def version(self) -> str: ...  # noqa: D102
    @property
    def architecture(self) -> str: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102


def filename(package: Kept) -> str:
    """As apt names what it keeps: `NAME_VERSION_ARCHITECTURE.deb`, the colon of an epoch as `%3a`."""
    return f"{package.name}_{package.version.replace(':', '%3a')}_{package.architecture}.deb"


@dataclass(frozen=True, slots=True)
class Folder:
    """Files by their names; each is checked against its digest when it is taken."""

    path: Path

    def take(self, name: str, expected: Expected, target: Path) -> bool:
        """Place the file called `name` at `target`; False: it is not there. Raises `IntegrityError` where it is another one."""
        source = self.path / name
        with host_errors(source):
            if not source.is_file():
                return False
            with source.open("rb") as content:
                if hashlib.file_digest(content, "sha256").hexdigest() != expected.sha256:
                    content.seek(0)
                    raise _another(source, pointer=content.read(len(_POINTER)) == _POINTER)
                content.seek(0)
                with placing(target) as place:
                    shutil.copyfileobj(content, place, 1 << 20)
        return True

    def put(self, name: str, sha256: str, source: Path) -> None:
        """Keep the file at `source`, unless the folder has it."""
        target = self.path / name
        with host_errors(target):
            if target.is_file():
                with target.open("rb") as content:
                    if hashlib.file_digest(content, "sha256").hexdigest() == sha256:
                        return
            with source.open("rb") as content, placing(target) as place:
                shutil.copyfileobj(content, place, 1 << 20)

    def fill(self, files: Mapping[tuple[str, Expected], Path], gone: Collection[str]) -> None:
        """Keep these, and none of those called as `gone` says."""
        for (name, expected), source in files.items():
            self.put(name, expected.sha256, source)
        self.remove(gone)

    def close(self) -> None:
        """Nothing is open."""

    def remove(self, names: Collection[str]) -> None:
        """Remove files that were kept and are no longer wanted."""
        with host_errors(self.path):
            for name in names:
                (self.path / name).unlink(missing_ok=True)


def _another(path: Path, *, pointer: bool) -> IntegrityError:
    what = "this is a pointer of Git LFS, not the file" if pointer else "this is not the file that pottle.lock names"
    hint = "run `git lfs pull`" if pointer else "remove it and run `pottle lock`, which puts the right one there"
    return IntegrityError(what, at=Location(str(path)), hint=hint)
