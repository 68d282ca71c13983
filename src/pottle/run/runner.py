"""Runs an image: chooses a backend, opens the ports, says when it is ready, gives the program's exit code."""

import errno
import socket
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from typing import Protocol

from pottle.errors import HostError, UsageError
from pottle.run.backend import Backend, Launch, NotStarted
from pottle.run.backends import BACKENDS
from pottle.run.forwarder import forwarded
from pottle.run.image import Config, Image
from pottle.run.readiness import announced
from pottle.run.settings import Host, Port, Settings
from pottle.run.supervisor import Supervisor, stop_signal

_HINT = "install bubblewrap, podman or docker, or allow user namespaces (sysctl user.max_user_namespaces)"


class Listener(Protocol):
    """Who wants to know how it goes. May be called from another thread."""

    def started(self, backend: str) -> None:
        """The container is running."""

    def ready(self, url: str) -> None:
        """The first port accepts connections."""

    def passed_over(self, backend: str, reason: str) -> None:
        """The backend seemed to work and does not: the next one is tried."""


def run(
    image: Image, settings: Settings, host: Host, listener: Listener, backends: Sequence[Backend] = BACKENDS
) -> int:
    """The program's exit code, 128 and the signal if one ended it. Raises `HostError` if nothing here can run it."""
    image = chosen(image, settings.process)
    launch = plan_launch(image, settings)
    supervisor = Supervisor(stop_signal(image.config.stop_signal), settings.grace)
    reasons: list[str] = []
    with supervisor.listening():
        candidates = _candidates(backends, settings.backend)
        for backend in candidates:
            if (reason := backend.refusal(host)) is None:
                try:
                    return _attempt(backend, launch, host, listener, supervisor)
                except NotStarted as error:
                    reason = error.what
                    if backend is not candidates[-1]:
                        listener.passed_over(backend.name, reason)
            reasons.append(f"{backend.name}: {reason}")
    raise HostError(f"nothing here can run the image ({'; '.join(reasons)})", hint=_HINT)


def _candidates(backends: Sequence[Backend], name: str | None) -> Sequence[Backend]:
    chosen = [backend for backend in backends if name in {None, backend.name}]
    if not chosen:
        raise UsageError(f"no backend is called {name!r}", hint=f"one of {', '.join(b.name for b in backends)}")
    return chosen


def chosen(image: Image, name: str | None) -> Image:
    """The image as if that process were its own. Raises `UsageError` for one that it has not."""
    processes = dict(image.config.processes)
    if name is None:
        return image
    if name not in processes:
        hint = f"it has {', '.join(processes)}" if processes else "it has its own process only"
        raise UsageError(f"the image has no process {name!r}", hint=hint)
    config, process = image.config, processes[name]
    if process.command == config.command:
        return image
    # What listens is the image's own process: no other has its ports.
    environment = tuple({**dict(config.environment), **dict(process.environment)}.items())
    others = replace(
        config, command=process.command, environment=environment, stop_signal=process.stop_signal, ports=()
    )
    return replace(image, config=others)


def plan_launch(image: Image, settings: Settings) -> Launch:
    """What is the same for every backend. Arguments replace the command and follow the entry point, as in an engine."""
    argv = (*image.config.entrypoint, *(settings.arguments or image.config.command))
    if not argv:
        raise UsageError("the image has no command", hint="give one after `--`")
    environment = dict((*image.config.environment, *settings.environment))
    ports = settings.ports or exposed(image.config, environment.get("PORT"))
    return Launch(image, argv, tuple(environment.items()), ports, settings.network)


def exposed(config: Config, port: str | None = None) -> tuple[Port, ...]:
    """The image's own TCP ports under the same numbers; where one is its `$PORT`, the `port` that this is set to."""
    moved = {dict(config.environment).get("PORT"): port or ""}
    numbers = (text.removesuffix("/tcp") for text in config.ports)
    numbers = (moved.get(number) or number for number in numbers)
    return tuple(Port(int(number), int(number)) for number in numbers if number.isdecimal())


def _attempt(backend: Backend, launch: Launch, host: Host, listener: Listener, supervisor: Supervisor) -> int:
    shared = backend.shares_network(launch, host)
    if shared and launch.network == "bridge":
        raise NotStarted("has no network but the machine's")
    for port in launch.ports:
        _check_free(port, shared=shared)
    with ExitStack() as around:
        container = around.enter_context(backend.start(launch, host))
        listener.started(backend.name)
        for port in launch.ports:
            if shared and port.host != port.container:
                around.enter_context(forwarded(port))
        if launch.ports:
            around.enter_context(_announced(launch.ports[0], listener, shared=shared))
        return supervisor.attend(container)


def _announced(port: Port, listener: Listener, *, shared: bool) -> AbstractContextManager[None]:
    """Says when the port accepts. Our own forwarder always would: behind it the program's port is watched."""
    address = reachable(port.address)
    url = f"http://{f'[{address}]' if ':' in address else address}:{port.host}"
    watched = (port.container, "127.0.0.1") if shared else (port.host, address)
    return announced(*watched, lambda: listener.ready(url))


def reachable(address: str) -> str:
    """The address to connect to: "all addresses" is none."""
    return "127.0.0.1" if address in {"0.0.0.0", "::"} else address  # noqa: S104


def _check_free(port: Port, *, shared: bool) -> None:
    """A taken port is said before anything starts: who connects would reach another program.

    With a shared network the program's own port is the machine's, on any address.
    """
    if not _is_free(port.address, port.host):
        raise HostError(f"port {port.host} is taken", hint=f"choose another: -p {port.host + 1}:{port.container}")
    if shared and not _is_free("", port.container):
        raise HostError(
            f"port {port.container} is taken, and the program shares the machine's network",
            hint="stop what listens there, let the program listen elsewhere, or use docker",
        )


def _is_free(address: str, number: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, number))
        except OSError as error:
            return error.errno != errno.EADDRINUSE
        return True
