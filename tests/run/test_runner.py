import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.run.launching import Heard, image
from tests.run.test_forwarder import free_port

from pottle.errors import HostError, UsageError
from pottle.run.backend import Launch, NotStarted
from pottle.run.image import Config, Process
from pottle.run.runner import chosen, exposed, plan_launch, reachable, run
from pottle.run.settings import Host, Port, Settings

HOST = Host(os.environ, Path("/nonexistent"))


class Fake:
    """A backend that refuses, fails to start, or runs a function as the container."""

    def __init__(self, name: str, refusal: str | None = None, program=lambda: 0, shared: bool = True) -> None:
        self.name = name
        self._refusal = refusal
        self._program = program
        self._shared = shared
        self.started: list[Launch] = []

    def refusal(self, host: Host) -> str | None:
        return self._refusal

    def shares_network(self, launch: Launch, host: Host) -> bool:
        return self._shared

    @contextmanager
    def start(self, launch: Launch, host: Host) -> Iterator["Fake"]:
        self.started.append(launch)
        yield self

    def wait(self) -> int:
        return self._program()

    def signal(self, number: int) -> None: ...

    def kill(self) -> None: ...


def failing() -> int:
    raise NotStarted("the kernel says no")


def test_the_first_backend_that_works_runs_it_and_its_exit_code_is_ours():
    second, third = Fake("second", program=lambda: 7), Fake("third")
    assert run(image(), Settings(), HOST, Heard(), (Fake("first", "not installed"), second, third)) == 7
    assert second.started
    assert not third.started


def test_a_backend_that_fails_to_start_is_passed_over_and_that_is_said():
    heard = Heard()
    assert run(image(), Settings(), HOST, heard, (Fake("first", program=failing), Fake("second"))) == 0
    assert heard.events == [("started", "first"), ("passed over", "first", "the kernel says no"), ("started", "second")]


def test_where_nothing_works_one_error_names_every_reason_and_a_way_out():
    with pytest.raises(HostError) as caught:
        run(image(), Settings(), HOST, Heard(), (Fake("first", "not installed"), Fake("second", program=failing)))
    assert caught.value.what == "nothing here can run the image (first: not installed; second: the kernel says no)"
    assert "install bubblewrap" in (caught.value.hint or "")


def test_a_named_backend_is_the_only_one():
    first, second = Fake("first"), Fake("second")
    run(image(), Settings(backend="second"), HOST, Heard(), (first, second))
    assert not first.started
    with pytest.raises(HostError, match="first: broken"):
        run(image(), Settings(backend="first"), HOST, Heard(), (Fake("first", "broken"), second))


def test_an_unknown_backend_is_a_usage_error():
    with pytest.raises(UsageError, match="no backend is called 'third'"):
        run(image(), Settings(backend="third"), HOST, Heard(), (Fake("first"), Fake("second")))


def test_arguments_replace_the_command_and_follow_the_entry_point():
    config = Config(entrypoint=("python",), command=("-m", "app"))
    assert plan_launch(image(config), Settings()).argv == ("python", "-m", "app")
    assert plan_launch(image(config), Settings(arguments=("-V",))).argv == ("python", "-V")


def test_an_image_without_a_command_needs_one():
    with pytest.raises(UsageError, match="the image has no command"):
        plan_launch(image(Config()), Settings())


def test_the_users_variables_win_over_the_images():
    config = Config(command=("app",), environment=(("A", "1"), ("B", "2")))
    launch = plan_launch(image(config), Settings(environment=(("B", "3"), ("C", "4"))))
    assert launch.environment == (("A", "1"), ("B", "3"), ("C", "4"))


def test_the_images_own_ports_are_open_unless_others_are_asked_for():
    config = Config(command=("app",), ports=("8000/tcp", "53/udp", "9000"))
    assert exposed(config) == (Port(8000, 8000), Port(9000, 9000))
    assert plan_launch(image(config), Settings(ports=(Port(1, 2),))).ports == (Port(1, 2),)


def test_a_port_that_follows_the_port_variable_is_opened_where_the_program_listens():
    config = Config(command=("app",), environment=(("PORT", "8000"),), ports=("8000/tcp", "9000/tcp"))
    assert plan_launch(image(config), Settings()).ports == (Port(8000, 8000), Port(9000, 9000))
    moved = plan_launch(image(config), Settings(environment=(("PORT", "8080"),)))
    assert moved.ports == (Port(8080, 8080), Port(9000, 9000))
    assert plan_launch(
        image(Config(command=("app",), ports=("80/tcp",))), Settings(environment=(("PORT", "1"),))
    ).ports == (Port(80, 80),)


def test_a_taken_port_is_said_before_anything_starts():
    backend = Fake("first")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(HostError) as caught:
            run(image(), Settings(ports=(Port(port, 8000),)), HOST, Heard(), (backend,))
    assert caught.value.what == f"port {port} is taken"
    assert caught.value.hint == f"choose another: -p {port + 1}:8000"
    assert not backend.started


def test_on_the_machines_network_the_programs_own_port_must_be_free_too():
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = Port(free_port(), server.getsockname()[1])
        with pytest.raises(HostError, match=f"port {taken.container} is taken, and the program shares"):
            run(image(), Settings(ports=(taken,)), HOST, Heard(), (Fake("first"),))
        assert run(image(), Settings(ports=(taken,)), HOST, Heard(), (Fake("first", shared=False),)) == 0


def test_a_network_of_its_own_is_not_pretended():
    with pytest.raises(HostError, match="has no network but the machine's"):
        run(image(), Settings(network="bridge"), HOST, Heard(), (Fake("first"),))


def test_readiness_is_told_with_the_address_to_open():
    heard, port = Heard(), Port(free_port(), free_port())

    def program() -> int:
        deadline = time.monotonic() + 5
        with socket.create_server(("127.0.0.1", port.container)):
            while len(heard.events) < 2 and time.monotonic() < deadline:
                time.sleep(0.01)
        return 0

    run(image(), Settings(ports=(port,)), HOST, heard, (Fake("first", program=program),))
    assert heard.events == [("started", "first"), ("ready", f"http://127.0.0.1:{port.host}")]


def test_an_address_is_written_as_urls_want_it():
    assert [reachable(address) for address in ("127.0.0.1", "0.0.0.0", "::", "::1")] == ["127.0.0.1"] * 3 + ["::1"]


# --- several processes ----------------------------------------------------------------------------

SEVERAL = Config(
    command=("serve",),
    environment=(("A", "1"), ("B", "2")),
    stop_signal="SIGTERM",
    ports=("8000/tcp",),
    processes=(("web", Process(("serve",))), ("worker", Process(("work", "-v"), (("B", "3"),), "SIGINT"))),
)


def test_another_process_has_its_own_command_environment_and_signal_and_no_ports():
    config = chosen(image(SEVERAL), "worker").config
    assert (config.command, config.stop_signal, config.ports) == (("work", "-v"), "SIGINT", ())
    assert dict(config.environment) == {"A": "1", "B": "3"}


@pytest.mark.parametrize("name", [None, "web"])
def test_its_own_process_is_the_image_as_it_is(name: str | None):
    assert chosen(image(SEVERAL), name).config == SEVERAL


@pytest.mark.parametrize(
    ("config", "hint"), [(SEVERAL, "it has web, worker"), (Config(), "it has its own process only")]
)
def test_a_process_that_is_not_there_is_an_error(config: Config, hint: str):
    with pytest.raises(UsageError, match="no process 'beat'") as caught:
        chosen(image(config), "beat")
    assert caught.value.hint == hint


def test_a_process_is_what_a_backend_gets():
    backend = Fake("it")
    run(image(SEVERAL), Settings(process="worker"), HOST, Heard(), (backend,))
    assert backend.started[0].argv == ("work", "-v")
