"""An engine that is driven through a client with docker's commands."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pottle.errors import HostError
from pottle.run.backend import Launch, NotStarted
from pottle.run.image import Image
from pottle.run.sandbox import CANNOT_EXECUTE, NOT_FOUND
from pottle.run.settings import Host
from pottle.run.writable import TEMPORARY, home

_ANSWERS_WITHIN = 5.0
_NEVER_STARTED = "0001-01-01"  # Go's zero time


@dataclass(frozen=True, slots=True)
class Client:
    """The engine's command, in the environment that says where the engine is."""

    name: str
    environ: Mapping[str, str]

    def call(self, *arguments: str, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
        """Runs one command to its end."""
        return subprocess.run(
            (self.name, *arguments),
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            start_new_session=True,
        )

    def result(self, *arguments: str) -> str:
        """The output of a command that has to succeed for the container to start."""
        done = self.call(*arguments)
        if done.returncode != 0:
            raise NotStarted(f"`{arguments[0]}` failed: {_last_line(done.stderr)}")
        return done.stdout.strip()


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip().rstrip(".") if lines else "it gave no reason"


@dataclass(frozen=True, slots=True)
class Engine:
    """A backend: the image is loaded into the engine, unless it is there, and run under the same limits as a sandbox."""

    name: str
    bridge: str | None
    """The network whose absence means that containers get the machine's; None: there is always one."""
    platform_query: tuple[str, ...]
    """What its client is asked for the platform of the machine that runs containers, which may be another one."""

    def refusal(self, host: Host) -> str | None:
        """An engine is asked whether it answers: an installed client alone runs nothing."""
        program = _find(self.name, host)
        if program is None:
            return "not installed"
        try:
            done = Client(program, host.environ).call("info", timeout=_ANSWERS_WITHIN)
        except subprocess.TimeoutExpired:
            return f"does not answer within {_ANSWERS_WITHIN:.0f} s"
        return None if done.returncode == 0 else f"does not answer: {_last_line(done.stderr)}"

    @contextmanager
    def start(self, launch: Launch, host: Host) -> Iterator["EngineContainer"]:
        """Creates, starts and finally removes a container."""
        client = self.client(host)
        reference = _load(client, launch.image)
        container = client.result(*create_arguments(launch, reference, host_network=self.shares_network(launch, host)))
        try:
            yield EngineContainer(client, container)
        finally:
            client.call("rm", "--force", "--volumes", container)

    def load(self, image: Image, host: Host) -> str:
        """The name under which the engine has the image now."""
        try:
            return _load(self.client(host), image)
        except NotStarted as error:
            raise HostError(f"{self.name}: {error.what}") from error

    def platform(self, host: Host) -> str:
        """What it runs: `linux/arm64`."""
        from pottle.oci.platform import (  # what only runs an image needs no more than the standard library
            InvalidPlatform,
            Platform,
        )

        said = self.client(host).call(*self.platform_query).stdout.strip()
        try:
            return str(Platform.parse(said))
        except InvalidPlatform as error:
            raise HostError(f"{self.name} does not say which platform it runs: {error}") from error

    def shares_network(self, launch: Launch, host: Host) -> bool:
        """If asked for, and where the engine was set up without a network for containers."""
        if launch.network is not None or self.bridge is None:
            return launch.network == "host"
        return self.client(host).call("network", "inspect", self.bridge).returncode != 0

    def client(self, host: Host) -> Client:
        """Its command."""
        return Client(_find(self.name, host) or self.name, host.environ)


def _find(name: str, host: Host) -> str | None:
    return shutil.which(name, path=host.environ.get("PATH", os.defpath))


def _load(client: Client, image: Image) -> str:
    """The name under which the engine has the image, given to it only if it has not."""
    if all(_has(client, name, image) for name in (image.name, *image.aliases)):
        return image.name
    with tempfile.TemporaryDirectory(prefix="pottle-") as directory:
        archive = Path(directory) / "image.tar"
        image.write_archive(archive)
        return loaded(client.result("load", "--input", str(archive))) or image.name


def _has(client: Client, name: str, image: Image) -> bool:
    there = client.call("image", "inspect", "--format", "{{.Id}}", name)
    return there.returncode == 0 and _bare(there.stdout.strip()) in {_bare(image.digest), _bare(image.config_digest)}


def _bare(digest: str) -> str:
    return digest.removeprefix("sha256:")


def loaded(output: str) -> str | None:
    """The image that `load` says it has loaded: `Loaded image: NAME`, `Loaded image ID: sha256:…`."""
    for line in output.splitlines():
        said, found, name = line.partition(": ")
        if found and said.startswith("Loaded image"):
            return name.strip()
    return None


def create_arguments(launch: Launch, reference: str, *, host_network: bool) -> list[str]:
    """`create` with the limits of docs/design/run.md."""
    config = launch.image.config
    memory = [f"{TEMPORARY}:mode=1777", *([f"{own}:mode=1777"] if (own := home(config)) else [])]
    return [
        "create",
        "--interactive",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        *(f"--tmpfs={directory}" for directory in memory),
        *(["--network=host"] if host_network else [f"--publish={port.published}" for port in launch.ports]),
        *(f"--env={key}={value}" for key, value in launch.environment),
        f"--entrypoint={launch.argv[0]}",
        reference,
        *launch.argv[1:],
    ]


class EngineContainer:
    """A container and the client that is attached to its output."""

    def __init__(self, client: Client, identifier: str) -> None:
        self._client = client
        self._identifier = identifier
        # A session of its own: Ctrl-C at the terminal is for us, the container gets what we pass on.
        self._attached = subprocess.Popen(
            (client.name, "start", "--attach", "--interactive", identifier),
            env=dict(client.environ),
            start_new_session=True,
        )

    def wait(self) -> int:
        """The exit code; raises `NotStarted` if the engine never got as far as the program."""
        code = self._attached.wait()
        if code == 0:
            return 0
        state = self._client.call("inspect", "--format", "{{.State.StartedAt}} {{.State.ExitCode}}", self._identifier)
        return self._judge(state.stdout.strip(), code)

    def _judge(self, state: str, code: int) -> int:
        started, _, ended = state.rpartition(" ")
        if not started or (started.startswith(_NEVER_STARTED) and ended not in {str(CANNOT_EXECUTE), str(NOT_FOUND)}):
            raise NotStarted("could not start the container")
        return int(ended) if ended.isdecimal() else code

    def signal(self, number: int) -> None:
        """Through the engine: the container's processes are not ours to signal."""
        self._client.call("kill", f"--signal={signal.Signals(number).name}", self._identifier)

    def kill(self) -> None:
        """SIGKILL to process 1 takes the rest along."""
        self.signal(signal.SIGKILL)
