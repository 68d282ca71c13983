"""Runs one command in an image and waits for it: no network, nothing writable but memory and what it is given to write to."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import IO, TypeAlias

from pottle.errors import HostError
from pottle.run import kernel
from pottle.run.backend import Launch, NotStarted
from pottle.run.backends import bubblewrap, unshare
from pottle.run.image import Image
from pottle.run.rootfs import add_directory, make_root
from pottle.run.sandbox import Spec
from pottle.run.settings import Host
from pottle.run.specification import specification_in

LONGEST = 16_384
"""So much of what it says is kept, from the end."""

Started: TypeAlias = Callable[[Spec, Host, IO[bytes]], AbstractContextManager["subprocess.Popen[bytes]"]]


def run_command(
    image: Image,
    argv: tuple[str, ...],
    environment: Sequence[tuple[str, str]],
    outputs: Mapping[str, Path],
    work: Path,
    host: Host,
) -> tuple[int, str]:
    """The exit code, and the end of what the command said.

    `outputs` are directories of the image and, for each, an empty directory of this machine that stands in for it. The image
    is unpacked below `work`. Raises `HostError` where nothing here can run it.
    """
    root = work / "root"
    make_root(root, image)
    settings = dict((*image.config.environment, *environment))
    launch = Launch(image, argv, tuple(settings.items()), (), None)
    spec = replace(
        specification_in(root, launch),
        writable=tuple((str(place), target) for target, place in outputs.items()),
        network=False,
        binds=(),
    )
    for target, place in outputs.items():
        add_directory(root, target)
        _give(place, spec)
    return _first_that_works(spec, host)


def _give(place: Path, spec: Spec) -> None:
    """To the image's user, where it is another one than we are."""
    if kernel.may_administer():
        os.chown(place, spec.uid, spec.gid)


def _first_that_works(spec: Spec, host: Host) -> tuple[int, str]:
    reasons = []
    for name, started in (("unshare", unshare.started), ("bubblewrap", bubblewrap.started)):
        with tempfile.TemporaryFile() as heard:
            try:
                with started(spec, host, heard) as process:
                    code = process.wait()
            except NotStarted as error:
                reasons.append(f"{name}: {error.what}")
                continue
            return (code if code >= 0 else 128 - code), _end_of(heard)
    raise HostError(
        f"nothing here can run a command in the image ({'; '.join(reasons)})",
        hint="allow user namespaces (sysctl user.max_user_namespaces), or install bubblewrap",
    )


def _end_of(heard: IO[bytes]) -> str:
    size = heard.seek(0, os.SEEK_END)
    heard.seek(max(0, size - LONGEST))
    return heard.read().decode(errors="replace")
