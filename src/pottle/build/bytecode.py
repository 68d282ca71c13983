"""`.pyc` files (PEP 3147, PEP 552) for a distribution's sources, compiled by the image's own interpreter, deterministic.

Compiling is by far the slowest part of an environment, so each group's result is kept under a digest of all that it depends on.
"""

import errno
import hashlib
import os
import posixpath
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from pottle import child
from pottle.build.interpreter import Interpreter
from pottle.errors import HostError
from pottle.oci.entry import File
from pottle.sharing import used
from pottle.stop import Stop, together
from pottle.writing import staged_directory

Invalidation: TypeAlias = Literal["unchecked-hash", "checked-hash"]
_FLAGS: Mapping[Invalidation, int] = {"unchecked-hash": 0b01, "checked-hash": 0b11}
_LISTING = ".listing"
_TRIMMING = {"MALLOC_TRIM_THRESHOLD_": "131072"}
"""mallopt(3): what a large source took is given back, 13 of 51 MB of 400 modules of the standard library, at no cost in time."""
_WORKER = Path(__file__).with_name("compile_worker.py")


def pyc_path(source: str, tag: str) -> str:
    """Where the import system looks for the bytecode of `source` (PEP 3147)."""
    directory, name = posixpath.split(source)
    return posixpath.join(directory, "__pycache__", f"{name.removesuffix('.py')}.{tag}.pyc")


def compile_groups(
    groups: Mapping[str, Iterable[File]],
    interpreter: Interpreter,
    invalidation: Invalidation,
    cache: Path,
    stop: Stop | None = None,
) -> dict[str, tuple[File, ...]]:
    """The bytecode of each group's `.py` files, by path; a source that does not compile has none.

    A group is compiled as a whole and kept in `cache`: one file changed, that group again, the others not.
    """
    wanted = {name: _Group.of(files, interpreter, invalidation, cache) for name, files in groups.items()}
    for group in wanted.values():
        used(group.kept)
    missing = {group.kept: group for group in wanted.values() if group.sources and not _is_whole(group.kept)}
    try:
        _compile(list(missing.values()), _Work(interpreter, invalidation, stop or Stop()), cache)
    except OSError as error:
        hint = "free some space, or choose another disk with POTTLE_CACHE_DIR"
        raise HostError(f"cannot compile bytecode: {error.strerror or error}", hint=hint) from error
    return {name: group.entries(interpreter.tag) for name, group in wanted.items()}


@dataclass(frozen=True, slots=True)
class _Group:
    """Some sources, and the directory in the cache that holds their bytecode."""

    sources: tuple[File, ...]
    kept: Path

    @classmethod
    def of(cls, files: Iterable[File], interpreter: Interpreter, invalidation: Invalidation, cache: Path) -> "_Group":
        sources = tuple(sorted((f for f in files if f.path.endswith(".py")), key=lambda f: f.path))
        key = _key(sources, interpreter, invalidation)
        return cls(sources, cache / key[:2] / key)

    def entries(self, tag: str) -> tuple[File, ...]:
        """The `.pyc` files that there are."""
        found = ((pyc_path(source.path, tag), self.kept / source.path) for source in self.sources)
        return tuple(File(path, on_disk) for path, on_disk in found if on_disk.is_file())


def _key(sources: Iterable[File], interpreter: Interpreter, invalidation: Invalidation) -> str:
    key = hashlib.sha256(f"{interpreter.identity}\0{interpreter.tag}\0{invalidation}\0".encode())
    key.update(hashlib.sha256(_WORKER.read_bytes()).digest())
    for source in sources:
        key.update(source.path.encode() + b"\0" + hashlib.sha256(source.read()).digest())
    return key.hexdigest()


@dataclass(frozen=True, slots=True)
class _Work:
    """Who compiles, how, and until when."""

    interpreter: Interpreter
    invalidation: Invalidation
    stop: Stop


def _compile(groups: Sequence[_Group], work: _Work, cache: Path) -> None:
    """Compile into a scratch directory, then publish each group by renaming: it is there whole or not at all."""
    if not groups:
        return
    cache.mkdir(parents=True, exist_ok=True)
    with staged_directory(cache, ".compiling-") as scratch:
        jobs = [job for number, group in enumerate(groups) for job in _jobs(group, scratch, number)]
        _run_workers(jobs, work, scratch)
        for number, group in enumerate(groups):
            _publish(scratch / f"to-{number}", group.kept)


@dataclass(frozen=True, slots=True)
class _Job:
    source: Path
    shown: str
    target: Path

    def line(self) -> bytes:
        return b"".join(os.fsencode(part) + b"\0" for part in (self.source, self.shown, self.target))


def _jobs(group: _Group, work: Path, number: int) -> Iterable[_Job]:
    to = work / f"to-{number}"
    to.mkdir()
    for index, file in enumerate(group.sources):
        yield _Job(_on_disk(file, work / f"from-{number}-{index}"), f"/{file.path}", to / file.path)


def _on_disk(file: File, otherwise: Path) -> Path:
    if isinstance(file.content, Path):
        return file.content.absolute()
    otherwise.write_bytes(file.content)
    return otherwise


def _run_workers(jobs: Sequence[_Job], work: _Work, scratch: Path) -> None:
    """One process per core, each with about the same number of bytes to compile. Whatever interrupts ends them all."""
    largest_first = sorted(jobs, key=lambda job: -job.source.stat().st_size)
    count = max(1, min(_cores(), len(jobs) // 20))
    shares = [b"".join(job.line() for job in largest_first[start::count]) for start in range(count)]
    together([partial(_run_worker, share, work, scratch) for share in shares], work.stop, count)


def _run_worker(share: bytes, work: _Work, scratch: Path) -> None:
    interpreter = work.interpreter
    command = [*interpreter.argv, "-S", "-s", str(_WORKER), str(_FLAGS[work.invalidation])]
    with tempfile.TemporaryFile(dir=scratch) as jobs:
        jobs.write(share)
        jobs.seek(0)
        status, said = child.run(
            command, work.stop, env={**interpreter.variables(), **_TRIMMING}, cwd=scratch, stdin=jobs
        )
    last = (said.decode(errors="replace").strip().splitlines() or [f"it ended with {status}, without a word"])[-1]
    if status != 0 or last != f"compiled {share.count(0) // 3}":
        if f"[Errno {errno.ENOSPC}]" in last:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise HostError(
            f"the compiling interpreter failed: {last}",
            hint=f"remove {interpreter.argv[0]}, or do without bytecode: --optimize size",
        )


def _is_whole(kept: Path) -> bool:
    """Whether all bytecode of a group is there: a power cut may leave files that are shorter than they were."""
    try:
        return (kept / _LISTING).read_text() == _listing(kept)
    except (OSError, ValueError):
        return False


def _listing(compiled: Path) -> str:
    """How long each file is, and that the list itself is whole: it ends in a full stop."""
    files = sorted(path for path in compiled.rglob("*") if path.is_file() and path.name != _LISTING)
    return "".join(f"{path.stat().st_size} {path.relative_to(compiled)}\n" for path in files) + ".\n"


def _publish(compiled: Path, kept: Path) -> None:
    (compiled / _LISTING).write_text(_listing(compiled))
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        compiled.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise
        if not _is_whole(kept):  # else another build was faster, with the same content
            shutil.rmtree(kept, ignore_errors=True)
            compiled.rename(kept)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
