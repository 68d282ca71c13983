"""An interpreter that compiles for the image: the image's own, unpacked here and started by its own loader.

It needs no root, no sandbox and nothing of this machine's libraries. Where its machine code does not run here, there is no bytecode.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pottle import child
from pottle.errors import HostError
from pottle.oci.entry import Directory, Entry, File, Symlink
from pottle.plan.places import STANDALONE
from pottle.sharing import used
from pottle.writing import staged_directory

_LOADER = re.compile(r"(?:usr/)?lib/[\w-]+-linux-gnu/ld-(?:linux-[\w-]+\.so\.\d|\d[\d.]*\.so)")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """How to start a CPython, and which build it is."""

    argv: tuple[str, ...]
    version: str
    """`3.13`"""
    identity: str
    """What names this very build, such as a digest of its packages: two builds of one version compile differently."""
    environment: tuple[tuple[str, str], ...] = ()

    @property
    def tag(self) -> str:
        """PEP 3147's: `cpython-313`."""
        return "cpython-" + self.version.replace(".", "")

    def variables(self) -> Mapping[str, str]:
        """All the environment that it runs in: hashes are not random, nothing of the caller's is seen."""
        return {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", **dict(self.environment)}


def runs(interpreter: Interpreter) -> bool:
    """Whether this machine can run it, and it is the version that it should be."""
    question = "import sys, marshal, importlib.util; print(sys.implementation.cache_tag)"
    try:
        asked = child.start(
            [*interpreter.argv, "-S", "-s", "-c", question],
            env=interpreter.variables(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        return False
    with asked:
        try:
            answer, _ = asked.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            return False
        finally:
            asked.kill()
    return asked.returncode == 0 and answer.decode().strip() == interpreter.tag


def unpack(entries: Callable[[], Iterable[Entry]], version: str, identity: str, cache: Path) -> Interpreter | None:
    """The interpreter that `entries` hold, unpacked once into `cache`; None where this machine cannot run it.

    `identity` is a digest of what they come from; `entries` is only called when what was unpacked before does not run, or nothing was.
    """
    root = cache / identity
    if root.is_dir():
        used(root)
        if (found := _running(root, version, identity)) is not None:
            return found
        shutil.rmtree(root, ignore_errors=True)  # it may be that only a part of it has reached the disk
    _unpack(entries(), root)
    return _running(root, version, identity)


def _running(root: Path, version: str, identity: str) -> Interpreter | None:
    found = _found(root, version, identity)
    return found if found is not None and _known_to_run(found, root) else None


def _known_to_run(interpreter: Interpreter, root: Path) -> bool:
    """As `runs`, asked until the answer is yes: an empty file beside the root then says so for this machine and its kernel."""
    machine = hashlib.sha256("\0".join(os.uname()).encode()).hexdigest()
    noted = root.with_name(f"{root.name}.runs-on-{machine[:16]}")
    if noted.exists():
        return True
    if not runs(interpreter):
        return False
    with suppress(OSError):  # it is asked again, then
        noted.touch()
    return True


def _found(root: Path, version: str, identity: str) -> Interpreter | None:
    """Started by the packages' own loader, which takes the libraries beside itself; or one that needs none but glibc's."""
    relocatable = root / STANDALONE.lstrip("/") / "bin" / f"python{version}"
    if relocatable.is_file():
        return Interpreter((str(relocatable),), version, identity)
    real = root / "usr"
    loaders = [p for p in sorted(real.glob("lib/*-linux-gnu/ld-*")) if _LOADER.fullmatch(str(p.relative_to(root)))]
    program = real / "bin" / f"python{version}"
    if not loaders or not program.is_file():
        return None
    argv = (str(loaders[0]), "--library-path", str(loaders[0].parent), str(program))
    return Interpreter(argv, version, identity, (("PYTHONHOME", str(real)),))


def _unpack(entries: Iterable[Entry], root: Path) -> None:
    """All the entries below `root`, which appears whole or not at all."""
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with staged_directory(root.parent, ".unpacking-") as scratch:
            half = scratch / "root"
            half.mkdir()
            for entry in entries:
                _write(entry, half)
            _publish(half, root)
    except OSError as error:
        raise HostError(
            f"cannot unpack the compiling interpreter: {error.strerror or error}",
            hint="free some space, or choose another disk with POTTLE_CACHE_DIR",
        ) from error


def _publish(half: Path, root: Path) -> None:
    try:
        half.rename(root)
    except OSError:
        if not root.is_dir():  # else another build was faster, with the same content
            raise


def _write(entry: Entry, root: Path) -> None:
    """One entry. Packages that still ship `/lib` are laid below `/usr`, where the base's links would lead."""
    path = root / _merged(entry.path)
    directory = path.parent.resolve()
    if not directory.is_relative_to(root.resolve()):
        return
    directory.mkdir(parents=True, exist_ok=True)
    match entry:
        case File():
            _write_file(entry, path)
        case Symlink(target=target):
            _write_link(target, path, root)
        case Directory():
            path.mkdir(exist_ok=True)


def _write_file(entry: File, path: Path) -> None:
    path.unlink(missing_ok=True)
    with child.WRITING_PROGRAM:
        if isinstance(entry.content, Path):
            shutil.copyfile(entry.content, path)
        else:
            path.write_bytes(entry.content)
    path.chmod(0o755 if entry.mode & 0o111 else 0o644)


def _merged(path: str) -> str:
    first = path.partition("/")[0]
    return f"usr/{path}" if first in ("lib", "lib64", "bin", "sbin") else path


def _write_link(target: str, path: Path, root: Path) -> None:
    """Absolute targets mean the packages' root, not this machine's. A link that would leave it is left out."""
    if target.startswith("/"):
        target = os.path.relpath(root / _merged(target.lstrip("/")), path.parent)
    leads_to = os.path.normpath(path.parent / target)
    if leads_to.startswith(f"{root}/") and not path.is_symlink() and not path.exists():
        path.symlink_to(target)
