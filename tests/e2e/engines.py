"""What the end-to-end tests drive: a Docker engine, a server in a container, `pottle run` as some user."""

import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_PATIENCE = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    after: float
    """Seconds from the first attempt."""


def fetch(url: str, alive=lambda: True) -> Answer:
    """The first answer over HTTP, whatever its status; waits for the server as long as `alive` says it is worth it."""
    began = time.monotonic()
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as response:
                return Answer(response.status, dict(response.headers), response.read(), time.monotonic() - began)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read(), time.monotonic() - began)
        except OSError:
            if not alive() or time.monotonic() - began > _PATIENCE:
                raise
            time.sleep(0.01)


def patiently(reached: Callable[[], bool], logs: Callable[[], str] = str) -> None:
    """Waits until something is so; fails with `logs` where it does not come."""
    deadline = time.monotonic() + _PATIENCE
    while not reached():
        assert time.monotonic() < deadline, logs()
        time.sleep(0.1)


@dataclass(frozen=True)
class Docker:
    """The client of the engine that `tools/engines` set up."""

    environ: Mapping[str, str]
    program: str = "docker"

    def __call__(self, *arguments: str, check: bool = True, stdin: bytes | None = None) -> str:
        """The output of one command."""
        done = subprocess.run(
            (shutil.which(self.program, path=self.environ["PATH"]), *arguments),
            env=dict(self.environ),
            input=stdin or b"",
            capture_output=True,
            check=False,
        )
        assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stderr.decode()}"
        return done.stdout.decode().strip()

    def exit_code(self, *arguments: str) -> int:
        done = subprocess.run(
            (shutil.which(self.program, path=self.environ["PATH"]), *arguments),
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return done.returncode

    def everything(self, *arguments: str) -> str:
        """What one command writes to stdout and stderr together."""
        program = shutil.which(self.program, path=self.environ["PATH"])
        done = subprocess.run(
            (program, *arguments),
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.stdout.decode(errors="replace")

    def load(self, archive: Path) -> str:
        """The name of the image that was in the archive."""
        return self("load", "--input", str(archive)).partition(": ")[2]

    @contextmanager
    def serving(self, image: str, *options: str, port: int, command: Sequence[str] = ()) -> Iterator["Server"]:
        """A container on the machine's network, whose program listens on `port`."""
        container = self("run", "--detach", "--network=host", *options, image, *command)
        try:
            yield Server(self, container, f"http://127.0.0.1:{port}")
        finally:
            self("rm", "--force", container, check=False)


@dataclass(frozen=True)
class Server:
    """A container that serves."""

    docker: Docker
    container: str
    url: str

    def running(self) -> bool:
        return self.docker("inspect", "--format={{.State.Running}}", self.container) == "true"

    def get(self, path: str = "/") -> Answer:
        try:
            return fetch(self.url + path, self.running)
        except OSError as error:
            raise AssertionError(f"{self.url}{path} does not answer:\n{self.logs()}") from error

    def logs(self) -> str:
        """What it wrote, to either stream."""
        return self.docker.everything("logs", self.container)

    def command(self) -> str:
        return self.docker("inspect", "--format={{.Path}} {{.Args}}", self.container)

    def wait_for_output(self, text: str) -> None:
        self._wait(lambda: text in self.logs(), text)

    def wait_for_health(self, status: str) -> None:
        """Until the engine has run the image's health check and thinks so."""
        self._wait(
            lambda: self.docker("inspect", "--format={{.State.Health.Status}}", self.container) == status, status
        )

    def _wait(self, reached: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not reached():
            assert self.running(), f"it ended before {what!r}:\n{self.logs()}"
            assert time.monotonic() < deadline, f"{what!r} does not come:\n{self.logs()}"
            time.sleep(0.05)

    def stop(self) -> tuple[int, float]:
        """The exit code after the stop signal, and the seconds until then."""
        began = time.monotonic()
        self.docker("stop", "--time=20", self.container)
        seconds = time.monotonic() - began
        return int(self.docker("inspect", "--format={{.State.ExitCode}}", self.container)), seconds


@dataclass
class Started:
    """A process that was started for a test, with what it has written so far in files."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path
    command: Sequence[str] = field(default=())

    def wait_for(self, text: str, where: str = "stdout") -> str:
        """All of the output once `text` is in it."""
        file, deadline = getattr(self, where), time.monotonic() + _PATIENCE
        while text not in (said := file.read_text(errors="replace")):
            assert self.process.poll() is None, (
                f"it ended ({self.process.returncode}):\n{said}{self.stderr.read_text()}"
            )
            assert time.monotonic() < deadline, f"{text!r} does not come:\n{said}{self.stderr.read_text()}"
            time.sleep(0.01)
        return said

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """The exit code after a signal, and the seconds until then."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(_PATIENCE), time.monotonic() - began


@contextmanager
def started(
    command: Sequence[str], directory: Path, *, environ: Mapping[str, str] | None = None, uid: int | None = None
) -> Iterator[Started]:
    """A process, as another user if asked for; it is killed at the end if it still runs."""
    out, err = directory / "stdout", directory / "stderr"
    identity = {} if uid is None else {"user": uid, "group": uid, "extra_groups": []}
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env=dict(os.environ if environ is None else environ),
            cwd="/",
            start_new_session=True,
            **identity,
        )
    with process:
        try:
            yield Started(process, out, err, command)
        finally:
            process.kill()
