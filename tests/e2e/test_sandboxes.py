"""The sandboxes with a real interpreter inside, as root and as a user without privileges."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from tests.e2e.conftest import missing
from tests.e2e.engines import Docker, Started, fetch, free_port, started
from tests.run.launching import image

from pottle.run.image import Config
from pottle.run.rootfs import LAYOUT, root_of

pytestmark = pytest.mark.engine

SOURCE = Path(__file__).parents[2]
NOBODY = 4242
ENVIRONMENT = (("PATH", "/usr/bin:/bin"), ("HOME", "/home/app"), ("LC_ALL", "C.UTF-8"))
CONFIG = Config(("/usr/bin/python3.13",), ("-V",), ENVIRONMENT, "/app", "65532:65532", "SIGTERM")
USERS = {"root": None, "somebody": NOBODY}

WAITING = """
import os, signal, sys, time
mode = sys.argv[1]
if mode == "handler":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))
if mode == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    time.sleep(600)
print("up", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def shared() -> Iterator[Path]:
    """A directory that every user can look into; pytest's own is for one."""
    directory = Path(tempfile.mkdtemp(prefix="pottle-e2e-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def cache(shared: Path, docker: Docker, base_image: str) -> Path:
    """A cache that holds the base image's files, unpacked."""

    def unpack(into: Path) -> None:
        into.mkdir()
        container = docker("create", base_image)
        try:
            with tempfile.TemporaryFile() as archive:
                program = shutil.which("docker", path=docker.environ["PATH"])
                subprocess.run([program, "export", container], stdout=archive, env=docker.environ, check=True)
                archive.seek(0)
                subprocess.run(
                    ["tar", "-xp", "--numeric-owner", "-C", into, "--exclude=dev/*"], stdin=archive, check=True
                )
        finally:
            docker("rm", container)

    root_of(image(CONFIG, unpack=unpack), shared / "cache")
    for directory in (shared / "cache", shared / "cache/roots", shared / "cache/roots" / LAYOUT):
        directory.chmod(0o755)
    return shared / "cache"


@pytest.fixture(scope="module")
def interpreter(shared: Path) -> list[str]:
    """The command for a Python 3.11 that other users can start too, with a copy of pottle's source that they can read."""
    shutil.copytree(SOURCE / "src", shared / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(SOURCE / "tests/e2e/run_directory.py", shared)
    subprocess.run(["chmod", "-R", "a+rX", shared / "src", shared / "run_directory.py"], check=True)
    python = next(filter(can_be_started, (sys.executable, "/usr/bin/python3")), None)
    if python is None:
        missing("no Python 3.11 that an unprivileged user can start")
    return ["/usr/bin/env", f"PYTHONPATH={shared / 'src'}", python, str(shared / "run_directory.py")]


def can_be_started(python: str) -> bool:
    """By a user without privileges, and new enough for pottle."""
    check = [python, "-c", "import sys; assert sys.version_info >= (3, 11)"]
    try:
        return subprocess.run(check, user=NOBODY, cwd="/", capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.fixture(params=["bubblewrap", "unshare"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=USERS)
def uid(request: pytest.FixtureRequest) -> int | None:
    if os.geteuid() != 0:
        missing("only root can be both users")
    return USERS[request.param]


@pytest.fixture
def start(cache: Path, interpreter: list[str], backend: str, uid: int | None, tmp_path: Path):
    """Starts a Python program in the sandbox."""

    def start(*arguments: str, config: dict | None = None, **settings) -> AbstractContextManager[Started]:
        whole = {name: getattr(CONFIG, name) for name in CONFIG.__slots__} | (config or {})
        spec = {"cache": str(cache), "digest": image().digest, "backend": backend, "config": whole}
        spec["settings"] = {"arguments": arguments, "grace": 0.5} | settings
        environ = {"PATH": "/usr/sbin:/usr/bin:/bin", "SECRET": "of the machine"}
        return started([*interpreter, json.dumps(spec)], tmp_path, environ=environ, uid=uid)

    return start


@pytest.fixture
def evaluate(start):
    """The value of a Python expression in the sandbox."""

    def evaluate(expression: str, **settings):
        program = f"import os, sys, json, socket, pathlib, subprocess; print(json.dumps({expression}))"
        with start("-c", program, **settings) as sandbox:
            code = sandbox.process.wait(60)
            assert code == 0, sandbox.stderr.read_text()
            return json.loads(sandbox.stdout.read_text())

    return evaluate


def processes_with(word: str) -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found


def test_the_program_is_the_images_user_with_no_way_up(evaluate):
    status = evaluate(
        "dict(l.split(':\\t') for l in open('/proc/self/status').read().splitlines() if l[:3] in ('Cap','NoN'))"
    )
    assert evaluate("[os.getresuid(), os.getresgid()]") == [[65532] * 3] * 2
    assert {name: value for name, value in status.items() if name != "NoNewPrivs" and int(value, 16)} == {}
    assert status["NoNewPrivs"] == "1"


def test_a_set_user_id_program_gives_nothing(evaluate):
    assert evaluate("subprocess.run(['/usr/bin/su', '-c', 'id'], capture_output=True, stdin=-3).returncode") != 0


def test_root_really_changes_its_user(start, uid: int | None, tmp_path: Path):
    """What the machine sees: the image's user, or the caller, and never root."""
    with start("-c", WAITING, "handler", "marked-by-the-test") as sandbox:
        sandbox.wait_for("up")
        inside = [
            p
            for p in Path("/proc").glob("[0-9]*")
            if (p / "cmdline").read_bytes().startswith(b"/usr/bin/python3.13\0")
            and b"marked-by" in (p / "cmdline").read_bytes()
        ]
        owners = {(path / "cmdline").stat().st_uid for path in inside}
    assert owners == {65532 if uid is None else uid}


def test_only_memory_can_be_written(evaluate):
    attempt = (
        "[p for p in ('/x', '/app/x', '/usr/x', '/etc/hosts', '/proc/sys/kernel/hostname', '/tmp/x', '/home/app/x', '/dev/shm/x')"
        " if not subprocess.run(['/usr/bin/touch', '-c', p] if os.path.exists(p) else ['/usr/bin/touch', p], stderr=-3).returncode]"
    )
    assert evaluate(attempt) == ["/tmp/x", "/home/app/x", "/dev/shm/x"]


def test_the_environment_is_the_images_and_what_was_asked_for(evaluate, backend: str):
    found = evaluate("dict(os.environ)", environment=[("ADDED", "é = 1"), ("LC_ALL", "C")])
    expected = {**dict(ENVIRONMENT), "ADDED": "é = 1", "LC_ALL": "C"}
    assert {name: found.get(name) for name in expected} == expected
    assert set(found) - set(expected) <= {"LC_CTYPE"} | ({"PWD"} if backend == "bubblewrap" else set())


def test_it_sees_its_own_processes_the_machines_network_and_its_processors(evaluate):
    processes, name, hosts, processors = evaluate(
        "[sorted(int(p) for p in os.listdir('/proc') if p.isdigit()), socket.gethostname(), open('/etc/hosts').read(),"
        " open('/sys/devices/system/cpu/possible').read()]"
    )
    assert processors == Path("/sys/devices/system/cpu/possible").read_text()
    assert processes == [1, 2]
    assert name == os.uname().nodename
    assert hosts == Path("/etc/hosts").read_text()


def test_nothing_of_the_machine_is_open_to_it(evaluate):
    assert evaluate("sorted(os.listdir('/proc/self/fd'), key=int)[:-1]") == ["0", "1", "2"]
    assert evaluate("[l.split()[1] for l in open('/proc/self/mounts') if 'pottle-e2e' in l]") == []


def test_the_working_directory_is_the_images_even_if_no_layer_has_it(evaluate):
    assert evaluate("os.getcwd()") == "/app"


def test_terminals_and_devices_work(evaluate):
    assert evaluate("[len(os.urandom(3)), os.isatty(os.openpty()[1]), open('/dev/null', 'w').write('x')]") == [
        3,
        True,
        1,
    ]


def test_no_secret_shows_in_the_list_of_processes(start):
    with start("-c", WAITING, "handler", environment=[("TOKEN", "s3cr3t-value")]) as sandbox:
        sandbox.wait_for("up")
        shown = [line for line in processes_with("s3cr3t-value") if "run_directory.py" not in line]
    assert shown == []


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_the_programs(start, code: int):
    with start("-c", f"raise SystemExit({code})") as sandbox:
        assert sandbox.process.wait(60) == code


def test_a_signal_that_ended_the_program_shows_in_the_exit_code(start):
    with start("-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)") as sandbox:
        assert sandbox.process.wait(60) == 137


@pytest.mark.parametrize(
    ("mode", "number", "code"),
    [
        ("handler", signal.SIGTERM, 3),
        ("handler", signal.SIGINT, 3),
        ("plain", signal.SIGTERM, 143),
        ("plain", signal.SIGINT, 143),
        ("plain", signal.SIGHUP, 143),
        ("deaf", signal.SIGTERM, 137),
    ],
)
def test_asked_to_stop_the_program_stops_in_time_and_leaves_nobody(start, mode: str, number: int, code: int):
    with start("-c", WAITING, mode, "orphan-of-the-test") as sandbox:
        sandbox.wait_for("up")
        found, seconds = sandbox.stop(number)
    assert found == code
    assert seconds < 2
    assert processes_with("orphan-of-the-test") == []


def test_the_stop_signal_is_the_images(start):
    program = (
        "import time\nprint('up', flush=True)\ntry: time.sleep(600)\nexcept KeyboardInterrupt: raise SystemExit(9)"
    )
    with start("-c", program, config={"stop_signal": "SIGINT"}) as sandbox:
        sandbox.wait_for("up")
        assert sandbox.stop(signal.SIGTERM)[0] == 9


def test_killed_without_warning_it_takes_the_sandbox_along(start):
    with start("-c", WAITING, "deaf", "orphan-of-the-killed") as sandbox:
        sandbox.wait_for("up")
        sandbox.process.kill()
        sandbox.process.wait()
    deadline = time.monotonic() + 5
    while processes_with("orphan-of-the-killed"):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_nothing_stays_mounted(start):
    before = Path("/proc/self/mounts").read_text()
    with start("-c", WAITING, "handler") as sandbox:
        sandbox.wait_for("up")
        assert Path("/proc/self/mounts").read_text() == before
        sandbox.stop()
    assert Path("/proc/self/mounts").read_text() == before


def test_a_missing_program_is_exit_code_127_or_bwraps_own(start, backend: str):
    with start("x", config={"entrypoint": ["/no/such/program"]}) as sandbox:
        assert sandbox.process.wait(60) == (1 if backend == "bubblewrap" else 127)
        assert "/no/such/program" in sandbox.stderr.read_text()


def test_a_server_answers_under_its_own_port_and_through_another(start):
    inner, outer = free_port(), free_port()
    with start("-m", "http.server", str(inner), "--directory", "/etc", ports=[f"{outer}:{inner}"]) as sandbox:
        assert f"ready http://127.0.0.1:{outer}" in sandbox.wait_for("ready", "stderr")
        assert [fetch(f"http://127.0.0.1:{port}/os-release").status for port in (inner, outer)] == [200, 200]
        sandbox.stop()


def test_a_taken_port_is_an_error_before_anything_starts(start):
    port = free_port()
    with start("-m", "http.server", str(port), ports=[str(port)]) as first:
        first.wait_for("ready", "stderr")
        second = subprocess.run(first.command, capture_output=True, text=True, check=False, cwd="/")
    assert second.returncode == 6
    assert f"error: port {port} is taken" in second.stderr


@pytest.mark.parametrize("backend", ["unshare", "bubblewrap"], indirect=True)
@pytest.mark.parametrize("uid", ["root"], indirect=True)
def test_where_no_namespace_is_allowed_one_error_says_what_to_install(
    cache: Path, interpreter: list[str], backend: str, uid: None
):
    """A user namespace with a limit of none inside, and no capability to administer."""
    config = {name: getattr(CONFIG, name) for name in CONFIG.__slots__}
    spec = {"cache": str(cache), "digest": image().digest, "backend": backend, "config": config, "settings": {}}
    script = 'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$@"'
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", script, "sh", *interpreter, json.dumps(spec)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 6, done.stderr
    assert done.stderr.startswith(f"error: nothing here can run the image ({backend}: ")
    assert "hint: install bubblewrap" in done.stderr
    assert len(done.stderr.splitlines()) == 1
