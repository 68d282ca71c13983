"""A task in a container of a Docker engine: what it is given, what it may do, what comes back."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.engines import Docker

from pottle.api.host import own_platform
from pottle.run.backend import NotStarted
from pottle.run.bounds import Bounds
from pottle.run.command import Ended, Task
from pottle.run.engine_task import engine
from pottle.stop import Stop

pytestmark = pytest.mark.engine

FOREIGN = b"\x7fELF\2\1\1" + bytes(9) + b"\2\0\xf3\0\1\0\0\0" + bytes(100)
"""A program for RISC-V, which is neither of ours."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory, docker: Docker) -> Iterator[Path]:
    """A shell, what it is linked with, and nothing else."""
    place = tmp_path_factory.mktemp("roots") / f"{os.getpid():032x}"
    shell = os.path.realpath("/bin/sh")
    linked = subprocess.run(["ldd", shell], capture_output=True, text=True, check=True).stdout
    files = {word for word in linked.split() if word.startswith("/")}
    for path in (*files, shell):
        (place / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / path.lstrip("/"))
    (place / "sh").symlink_to(shell)
    (place / "foreign").write_bytes(FOREIGN)
    (place / "foreign").chmod(0o755)
    yield place
    docker(
        "image", "rm", "--force", docker("images", "--quiet", f"--filter=label=org.pottle.builder={place.name}").strip()
    )


def run(
    engines: dict[str, str], root: Path, tmp_path: Path, script: str, program: str = "/sh", bounds: Bounds | None = None
) -> tuple[Ended, Path]:
    for name in ("source", "out", "environment"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "source/given").write_text("a source\n")
    (tmp_path / "environment/given").write_text("an environment\n")
    (tmp_path / "worker").write_text("a worker\n")
    task = Task(
        argv=(program, "-c", script),
        environment=(("WORD", "a word"),),
        working_dir="/build/source",
        writable={"/build/source": tmp_path / "source", "/build/out": tmp_path / "out"},
        readable={"/build/environment": tmp_path / "environment", "/build/worker.py": tmp_path / "worker"},
    )
    ended = engine(engines, str(own_platform()), "/build").run(root, task, Stop(), bounds)
    return ended, tmp_path / "out"


def test_what_it_writes_comes_back(engines: dict[str, str], root: Path, tmp_path: Path):
    script = "for f in given ../environment/given ../worker.py; do read line < $f; echo $line; done > ../out/read; echo $WORD; exit 3"
    ended, out = run(engines, root, tmp_path, script)
    assert (ended.code, ended.said, ended.exceeded) == (3, "a word\n", None)
    assert (out / "read").read_text() == "a source\nan environment\na worker\n"


@pytest.mark.parametrize("place", ["/usr/x", "/build/x", "/build/environment/x", "/build/worker.py"])
def test_nothing_else_is_written_to(engines: dict[str, str], root: Path, tmp_path: Path, place: str):
    ended, _ = run(engines, root, tmp_path, f"echo x > {place}")
    assert ended.code == 2
    assert "cannot create" in ended.said


def test_it_has_no_network(engines: dict[str, str], root: Path, tmp_path: Path):
    ended, _ = run(engines, root, tmp_path, "while read name rest; do echo $name; done < /proc/net/dev")
    assert [line for line in ended.said.splitlines() if line.endswith(":")] == ["lo:"]


def test_it_is_ended_when_it_takes_too_long(engines: dict[str, str], root: Path, tmp_path: Path):
    ended, _ = run(engines, root, tmp_path, "while :; do :; done", bounds=Bounds(seconds=2))
    assert ended.exceeded == "it took more than 2 seconds"


def test_what_the_engine_cannot_run_is_not_started(engines: dict[str, str], root: Path, tmp_path: Path):
    with pytest.raises(NotStarted, match="cannot run what is for"):
        run(engines, root, tmp_path, "", program="/foreign")


def test_an_engine_that_is_away_is_not_started(engines: dict[str, str], tmp_path: Path):
    with pytest.raises(NotStarted, match=r"docker: (does not answer|not installed)"):
        run(engines | {"DOCKER_HOST": f"unix://{tmp_path}/none"}, tmp_path, tmp_path / "x", "")
