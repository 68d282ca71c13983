"""`.pyc` files (PEP 3147, PEP 552) for a distribution's sources, compiled by the image's own interpreter, deterministic.

Compiling is by far the slowest part of an environment, so each group's result is kept under a digest of all that it depends on.
"""

import hashlib
import os
import posixpath
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from pottle.build.interpreter import Interpreter
from pottle.errors import HostError
from pottle.oci.entry import File

Invalidation: TypeAlias = Literal["unchecked-hash", "checked-hash"]
_FLAGS: Mapping[Invalidation, int] = {"unchecked-hash": 0b01, "checked-hash": 0b11}
_WORKER = Path(__file__).with_name("compile_worker.py")


def pyc_path(source: str, tag: str) -> str:
    """Where the import system looks for the bytecode of `source` (PEP 3147)."""
    directory, name = posixpath.split(source)
    return posixpath.join(directory, "__pycache__", f"{name.removesuffix('.py')}.{tag}.pyc")


def compile_groups(
    groups: Mapping[str, Iterable[File]], interpreter: Interpreter, invalidation: Invalidation, cache: Path
) -> dict[str, tuple[File, ...]]:
    """The bytecode of each group's `.py` files, by path; a source that does not compile has none.

    A group is compiled as a whole and kept in `cache`: one file changed, that group again, the others not.
    """
    wanted = {name: _Group.of(files, interpreter, invalidation, cache) for name, files in groups.items()}
    missing = {group.kept: group for group in wanted.values() if group.sources and not group.kept.is_dir()}
    try:
        _compile(list(missing.values()), interpreter, invalidation, cache)
    except OSError as error:
        raise HostError(f"cannot compile bytecode: {error.strerror or error}", hint="is the disk full?") from error
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


def _compile(groups: Sequence[_Group], interpreter: Interpreter, invalidation: Invalidation, cache: Path) -> None:
    """Compile into a scratch directory, then publish each group by renaming: it is there whole or not at all."""
    if not groups:
        return
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".compiling-", dir=cache) as scratch:
        work = Path(scratch)
        jobs = [job for number, group in enumerate(groups) for job in _jobs(group, work, number)]
        _run_workers(jobs, interpreter, invalidation, work)
        for number, group in enumerate(groups):
            _publish(work / f"to-{number}", group.kept)


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


def _run_workers(jobs: Sequence[_Job], interpreter: Interpreter, invalidation: Invalidation, work: Path) -> None:
    """One process per core, each with about the same number of bytes to compile. Whatever interrupts ends them all."""
    largest_first = sorted(jobs, key=lambda job: -job.source.stat().st_size)
    count = max(1, min(_cores(), len(jobs) // 20))
    shares = [b"".join(job.line() for job in largest_first[start::count]) for start in range(count)]
    with ExitStack() as running:
        workers = [_start(running, share, interpreter, _FLAGS[invalidation], work) for share in shares]
        for worker in workers:
            _, said = worker.communicate()
            if worker.returncode != 0:
                lines = said.decode(errors="replace").strip().splitlines()
                raise HostError(f"the compiling interpreter failed: {lines[-1] if lines else worker.returncode}")


def _start(
    running: ExitStack, share: bytes, interpreter: Interpreter, flags: int, work: Path
) -> subprocess.Popen[bytes]:
    jobs = running.enter_context(tempfile.TemporaryFile(dir=work))  # noqa: SIM115
    jobs.write(share)
    jobs.seek(0)
    worker = subprocess.Popen(
        [*interpreter.argv, "-S", "-s", str(_WORKER), str(flags)],
        env=interpreter.variables(),
        cwd=work,
        stdin=jobs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    running.callback(_end, worker)
    return worker


def _end(worker: subprocess.Popen[bytes]) -> None:
    if worker.poll() is None:
        worker.kill()
    with worker:
        pass


def _publish(compiled: Path, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        compiled.rename(kept)
    except OSError:
        if not kept.is_dir():  # else another build was faster, with the same content
            raise
        shutil.rmtree(compiled, ignore_errors=True)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
