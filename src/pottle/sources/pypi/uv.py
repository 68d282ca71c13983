"""uv as a subprocess: it fetches, verifies, unpacks, resolves and builds, with the caller's way to their indexes and nothing else of theirs.

uv never needs an interpreter of the target's version: it runs beside our own, and is told the target's version and platform.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pottle import child
from pottle.errors import HostError
from pottle.sources.pypi.way import Way, way
from pottle.stop import Stop
from pottle.tags import Target

_ALWAYS = {
    "UV_NO_INSTALLER_METADATA": "1",
    "UV_NO_PROGRESS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "NO_COLOR": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
}


@dataclass(frozen=True, slots=True)
class Session:
    """What every call of uv has in common."""

    environ: Mapping[str, str]
    """The caller's environment: see `pottle.sources.pypi.reach` for what is kept of it."""
    target: Target
    project: Path | None = None
    """Where the project lies: its index configuration counts too."""
    ca_bundle: Path | None = None
    """A PEM file of all the certificates to trust, instead of the machine's own."""
    stop: Stop = field(default_factory=Stop)
    """What ends uv before it is done."""
    builds: Path | None = None
    """Where uv keeps what it builds with requirements that are decided; None: nowhere."""


class UvFailed(Exception):
    """uv ended with an error. What it said, without a secret, is for `pottle.sources.pypi.failure` to read."""

    def __init__(self, said: str, way: Way) -> None:
        super().__init__(said)
        self.said = said
        self.way = way


@contextmanager
def scratch(session: Session) -> Iterator[Path]:
    """A directory that is gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix="pottle-", dir=session.environ.get("TMPDIR")) as path:
            yield Path(path)
    except OSError as error:
        raise _host_error(error) from error


def run(
    session: Session,
    arguments: Sequence[str | Path],
    work: Path,
    extra: Mapping[str, str] | None = None,
    out: IO[bytes] | None = None,
) -> str:
    """What uv wrote to stderr; `out` takes its stdout. `work` is a scratch directory. Raises `UvFailed`; whatever interrupts ends uv and its children too."""
    to_indexes = way(session.environ, session.project, session.ca_bundle)
    command = [binary(), *map(str, arguments), "--config-file", str(_configuration(to_indexes.settings, work))]
    environment = {**to_indexes.environment, **_ALWAYS, **(extra or {})}
    if not {"SSL_CERT_FILE", "SSL_CERT_DIR", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS"} & environment.keys():
        environment["UV_SYSTEM_CERTS"] = "1"
    try:
        status, output = child.run(command, session.stop, env=environment, cwd=work, stdout=out)
    except OSError as error:
        raise _host_error(error) from error
    said = to_indexes.told(output.decode(errors="replace"))
    if status != 0:
        raise UvFailed(said, to_indexes)
    return said


def for_target(target: Target, may_build: Sequence[str] = ()) -> tuple[str, ...]:
    """The arguments that make uv work for `target` from whatever Python we run on.

    `may_build` names the distributions that are built from source; `*` lets uv build whatever has no wheel.
    """
    version = ("--python-version", target.python, "--python-platform", target.uv_platform, "--python", sys.executable)
    if "*" in may_build:
        return version
    built = (argument for name in may_build for argument in ("--no-binary", name))
    return (*version, "--only-binary", ":all:", *built)


_LOOKING = threading.Lock()
"""Before Python 3.12 `sysconfig`, which `find_uv_bin` asks, gives a second thread the half that the first has filled in so far."""


def binary() -> str:
    """The path of uv's executable: the one in our own environment."""
    from uv import find_uv_bin

    try:
        with _LOOKING:
            return os.fspath(find_uv_bin())
    except FileNotFoundError as error:
        raise HostError("uv's executable is missing from pottle's environment", hint="install pottle anew") from error


def _configuration(settings: Mapping[str, Any], work: Path) -> Path:
    """The user's own settings for fetching as a file: naming one keeps uv from looking for others."""
    path = work / "uv.toml"
    if settings:
        import tomlkit

        path.write_text(tomlkit.dumps(settings), encoding="utf-8")
    else:
        path.touch()
    return path


def _host_error(error: OSError) -> HostError:
    return HostError(
        f"cannot prepare or run uv: {error.strerror or error}", hint="is the disk full, or TMPDIR not writable?"
    )
