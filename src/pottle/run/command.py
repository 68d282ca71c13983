"""Runs one command and waits for it: in an image, or in a directory; no network, and nothing writable but memory and what it is given.

What it may take is bounded (`pottle.run.bounds`), and nothing of it is left when it ends.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TypeAlias

from pottle.errors import HostError
from pottle.run import kernel
from pottle.run.backend import Launch, NotStarted
from pottle.run.backends import bubblewrap, unshare
from pottle.run.bounds import Bounds, enforced
from pottle.run.image import Image
from pottle.run.rootfs import add_directory, is_directory, make_root
from pottle.run.sandbox import Spec
from pottle.run.settings import Host
from pottle.run.specification import specification_in
from pottle.sharing import occupied
from pottle.stop import Stop


class NothingHere(HostError):
    """No backend can make a sandbox on this machine."""


ROOT = "root"
LONGEST = 16_384
"""So much of what it says is kept, from the end."""
_BOUNDS = Bounds()
_NOBODY = 65532
_TOO_LARGE = 128 + signal.SIGXFSZ
_MEMORY_SIZE = 2 << 30
"""Bytes of `/tmp`, and of shared memory."""

Started: TypeAlias = Callable[[Spec, Host, IO[bytes]], AbstractContextManager["subprocess.Popen[bytes]"]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How it went."""

    code: int
    said: str
    """The end of what it wrote to stdout and stderr."""
    exceeded: str | None = None
    """Why it was ended, where it took too much."""


@dataclass(frozen=True, slots=True)
class Task:
    """A command in a root directory."""

    argv: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]
    working_dir: str
    writable: Mapping[str, Path]
    """Path in the root, where a directory has to be → the directory of this machine that appears there."""
    readable: Mapping[str, Path]
    """The same, read-only."""


def run_in(root: Path, task: Task, host: Host, stop: Stop, bounds: Bounds = _BOUNDS) -> Ended:
    """Runs a command by nobody's account in the directory `root`, of which nothing is written to. Raises `HostError` where nothing here can."""
    bounds = bounds.on(task.writable.values())
    spec = Spec(
        root=str(root),
        argv=task.argv,
        environment=task.environment,
        working_dir=task.working_dir,
        uid=_NOBODY,
        gid=_NOBODY,
        memory=(("/tmp", 0o1777),),  # noqa: S108 - a path in the root
        binds=tuple((str(place), target) for target, place in task.readable.items()),
        writable=tuple((str(place), target) for target, place in task.writable.items()),
        network=False,
        memory_size=_MEMORY_SIZE,
        limits=bounds.limits,
    )
    for place in task.writable.values():
        give(place, spec)
    with occupied(root):
        ended = _first_that_works(spec, host, bounds, stop)
    stop.check()
    return ended


def run_command(
    image: Image,
    argv: tuple[str, ...],
    environment: Sequence[tuple[str, str]],
    outputs: Mapping[str, Path],
    work: Path,
    host: Host,
    *,
    seeded: bool = False,
) -> Ended:
    """Runs a command in an image.

    `outputs` are directories of the image and, for each, an empty directory of this machine that stands in for it; `seeded`, it is
    filled with what the image has there. The image is unpacked below `work`, at `work/ROOT`. Raises `HostError` where nothing here can run it.
    """
    root = work / ROOT
    make_root(root, image)
    bounds = Bounds().on(outputs.values())
    settings = dict((*image.config.environment, *environment))
    launch = Launch(image, argv, tuple(settings.items()), (), None)
    spec = replace(
        specification_in(root, launch),
        writable=tuple((str(place), target) for target, place in outputs.items()),
        network=False,
        memory_size=_MEMORY_SIZE,
        limits=bounds.limits,
        binds=(),
    )
    for target, place in outputs.items():
        add_directory(root, target)
        if seeded and is_directory(root, target):
            shutil.copytree(root / target.strip("/"), place, symlinks=True, dirs_exist_ok=True)
        give(place, spec)
    return _first_that_works(spec, host, bounds, Stop())


def give(place: Path, spec: Spec) -> None:
    """The directory and all in it, to the sandbox's user, where it is another one than we are."""
    if not kernel.may_administer():
        return
    os.lchown(place, spec.uid, spec.gid)
    for directory, directories, files in os.walk(place):
        for name in (*directories, *files):
            os.lchown(os.path.join(directory, name), spec.uid, spec.gid)


def _first_that_works(spec: Spec, host: Host, bounds: Bounds, stop: Stop) -> Ended:
    reasons = []
    places = [Path(place) for place, _ in spec.writable]
    for name, started in (("unshare", unshare.started), ("bubblewrap", bubblewrap.started)):
        with tempfile.TemporaryFile() as heard:
            try:
                with (
                    started(spec, host, heard) as process,
                    enforced(bounds, process, places, heard) as exceeded,
                    stop.ending(process.kill),
                ):
                    code = process.wait()
            except NotStarted as error:
                reasons.append(f"{name}: {error.what}")
                continue
            code = code if code >= 0 else 128 - code
            reason = next(iter(exceeded), None) or (bounds.too_large if code == _TOO_LARGE else None)
            return Ended(code, _end_of(heard), reason)
    raise NothingHere(
        f"nothing here can run a command in the image ({'; '.join(reasons)})",
        hint="allow user namespaces (sysctl user.max_user_namespaces), or install bubblewrap",
    )


def _end_of(heard: IO[bytes]) -> str:
    size = heard.seek(0, os.SEEK_END)
    heard.seek(max(0, size - LONGEST))
    return heard.read().decode(errors="replace")
