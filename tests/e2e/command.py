"""Drives the command as a user does: in a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.engines import Started, started

COMMAND = (sys.executable, "-m", "pottle")


@dataclass(frozen=True)
class Result:
    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Pottle:
    environ: Mapping[str, str]

    def call(self, *arguments: str | Path, cwd: Path | None = None) -> Result:
        """A command to its end, whatever that is."""
        done = subprocess.run(
            (*COMMAND, *map(str, arguments)),
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def __call__(self, *arguments: str | Path) -> Result:
        """A command that has to succeed."""
        result = self.call(*arguments)
        assert result.code == 0, f"pottle {' '.join(map(str, arguments))}\n{result.stdout}{result.stderr}"
        return result

    def archive(self, project: Path, into: Path, *flags: str) -> Path:
        """The archive of the image of `project`."""
        self("build", "-o", into / "image.tar", *flags, project)
        return into / "image.tar"

    @contextmanager
    def running(self, directory: Path, *arguments: str | Path) -> Iterator[Started]:
        """`pottle run`, asked to stop in the end if it still runs."""
        with started((*COMMAND, "run", *map(str, arguments)), directory, environ=self.environ) as run:
            try:
                yield run
            finally:
                if run.process.poll() is None:
                    run.stop(signal.SIGTERM)
