"""Runs a command in a root directory by means of an engine: where no sandbox can be made here, or none of that platform.

The root becomes an image of one layer, once, named by its directory. Everything that a task is given lies in one anonymous volume, which is
filled and read through the engine's API: it may run on another machine, and sees nothing of this one. The rest is read-only.
"""

import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from pottle.errors import HostError
from pottle.oci.members import InvalidArchive, read_members
from pottle.oci.tree import Bounds as Contained
from pottle.oci.unpack import lay_out_members
from pottle.run.backend import NotStarted
from pottle.run.bounds import Bounds
from pottle.run.command import LONGEST, Ended, Task
from pottle.run.engine import Client
from pottle.stop import Stop

_NOBODY = 65532
_CHUNK = 1 << 20
_OF_ANOTHER_MACHINE = re.compile(r"exec \S+.*: exec format error\s*", re.IGNORECASE)
"""All that a container says whose program is none of the engine's machine."""
_LABEL = "org.pottle.builder"


@dataclass(frozen=True, slots=True)
class EngineTask:
    """A task for one engine. `place` is the directory of the root below which all lies that a task is given."""

    client: Client
    platform: str
    """`linux/arm64`"""
    place: str

    def run(self, root: Path, task: Task, stop: Stop, bounds: Bounds | None = None) -> Ended:
        """Waits until it has ended. Raises `NotStarted` where the engine cannot run what is for the platform, or anything."""
        bounds = bounds or Bounds()
        image = self._image(root)
        container = self.client.result(*self._create(image, task, bounds))
        try:
            self._give(container, task)
            ended = self._started(container, stop, bounds)
            if ended.exceeded is None:
                self._take(container, task, bounds)
        finally:
            self.client.call("rm", "--force", "--volumes", container)
        stop.check()
        return ended

    def _image(self, root: Path) -> str:
        """The name under which the engine has the root, given to it only if it has not."""
        name = f"pottle-builder:{root.name[:32]}-{self.platform.replace('/', '-')}"
        if self.client.call("image", "inspect", "--format", "{{.Id}}", name).returncode != 0:
            label = f"--change=LABEL {_LABEL}={root.name}"
            with self._fed("import", f"--platform={self.platform}", label, "-", name) as sink:
                _pack(root, sink)
        return name

    def _create(self, image: str, task: Task, bounds: Bounds) -> tuple[str, ...]:
        return (
            "create",
            f"--platform={self.platform}",
            "--network=none",
            "--read-only",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            f"--user={_NOBODY}:{_NOBODY}",
            f"--memory={bounds.memory}",
            f"--memory-swap={bounds.memory}",
            f"--pids-limit={bounds.processes}",
            f"--ulimit=fsize={bounds.disk}",
            "--tmpfs=/tmp:mode=1777,exec,size=2g",
            "--shm-size=2g",
            f"--volume={self.place}",
            f"--workdir={task.working_dir}",
            *(f"--env={name}={value}" for name, value in task.environment),
            f"--entrypoint={task.argv[0]}",
            image,
            *task.argv[1:],
        )

    def _give(self, container: str, task: Task) -> None:
        """Fills the volume; what may be written to is the user's, everything else root's."""
        with self._fed("cp", "-", f"{container}:{self.place}") as sink, tarfile.open(fileobj=sink, mode="w|") as tar:
            for places, owner in ((task.readable, 0), (task.writable, _NOBODY)):
                for target, place in places.items():
                    tar.add(place, target.removeprefix(f"{self.place}/"), filter=partial(_owned, owner))

    def _started(self, container: str, stop: Stop, bounds: Bounds) -> Ended:
        over = threading.Event()
        with tempfile.TemporaryFile() as heard:
            process = subprocess.Popen(
                (self.client.name, "start", "--attach", container),
                env=dict(self.client.environ),
                stdin=subprocess.DEVNULL,
                stdout=heard,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

            def kill() -> None:
                self.client.call("kill", container)

            def end() -> None:
                over.set()
                kill()

            timer = threading.Timer(bounds.seconds, end)
            timer.daemon = True
            timer.start()
            try:
                with stop.ending(kill):
                    process.wait()
            finally:
                timer.cancel()
            said = _end_of(heard)
        state = self.client.call(
            "inspect", "--format", "{{.State.ExitCode}} {{.State.OOMKilled}} {{.State.Error}}", container
        )
        code, _, rest = state.stdout.strip().partition(" ")
        killed, _, trouble = rest.partition(" ")
        if trouble or _OF_ANOTHER_MACHINE.fullmatch(said):
            raise NotStarted(
                f"docker: cannot run what is for {self.platform}: {(trouble or said).strip().splitlines()[-1]}"
            )
        exceeded = f"it took more than {bounds.seconds:g} seconds" if over.is_set() else None
        if killed == "true":
            exceeded = f"it took more than {bounds.memory / (1 << 30):.1f} GiB of memory"
        return Ended(int(code) if code.isdecimal() else 1, said, exceeded)

    def _take(self, container: str, task: Task, bounds: Bounds) -> None:
        """What was written; nobody looks again at where it worked."""
        for target, place in task.writable.items():
            if target != task.working_dir:
                self._copy_back(container, target, place, bounds)

    def _copy_back(self, container: str, target: str, place: Path, bounds: Bounds) -> None:
        name = target.rpartition("/")[2]
        process = subprocess.Popen(
            (self.client.name, "cp", f"{container}:{target}", "-"),
            env=dict(self.client.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            chunks = iter(partial(process.stdout.read, _CHUNK), b"")
            with tempfile.TemporaryDirectory(prefix=".out-", dir=place.parent) as scratch:
                lay_out_members(read_members(chunks), Path(scratch) / "all", Contained(size=bounds.disk))
                shutil.rmtree(place)
                (Path(scratch) / "all" / name).rename(place)
        except InvalidArchive as error:
            raise HostError(f"what a build left cannot be read: {error.what}") from error
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    @contextmanager
    def _fed(self, *arguments: str) -> Iterator[IO[bytes]]:
        """A command of the client that reads what is written here; raises `NotStarted` where it fails."""
        with tempfile.TemporaryFile() as heard:
            process = subprocess.Popen(
                (self.client.name, *arguments),
                env=dict(self.client.environ),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=heard,
                start_new_session=True,
            )
            assert process.stdin is not None
            try:
                with suppress(BrokenPipeError):
                    yield process.stdin
                    process.stdin.close()
            except BaseException:
                process.kill()
                raise
            finally:
                code = process.wait()
            if code != 0:
                lines = _end_of(heard).strip().splitlines()
                raise NotStarted(
                    f"docker: `{arguments[0]}` failed: {lines[-1].rstrip('.') if lines else 'it gave no reason'}"
                )


def _pack(root: Path, sink: IO[bytes]) -> None:
    with tarfile.open(fileobj=sink, mode="w|") as tar:
        tar.add(root, ".", filter=partial(_owned, 0))


def _owned(owner: int, each: tarfile.TarInfo) -> tarfile.TarInfo:
    each.uid = each.gid = owner
    each.uname = each.gname = ""
    return each


def _end_of(heard: IO[bytes]) -> str:
    size = heard.seek(0, os.SEEK_END)
    heard.seek(max(0, size - LONGEST))
    return heard.read().decode(errors="replace")


def engine(environ: Mapping[str, str], platform: str, place: str) -> EngineTask:
    """One for the Docker engine that is configured. Raises `NotStarted` where there is none that answers."""
    from pottle.run.backends.docker import DOCKER
    from pottle.run.settings import Host

    host = Host(environ, Path())
    if (refusal := DOCKER.refusal(host)) is not None:
        raise NotStarted(f"docker: {refusal}")
    return EngineTask(DOCKER.client(host), platform, place)
