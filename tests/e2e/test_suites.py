"""One service on every suite that has a Python for it."""

import json
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import fetch, free_port

pytestmark = [pytest.mark.engine, pytest.mark.network]

SOURCE = 4  # the exit code where a mirror or an index does not give what it should


@pytest.mark.parametrize(
    ("python", "suite", "flags"),
    [
        ("3.11", "bookworm", ()),
        ("3.14", "resolute", ()),
        ("3.14", "forky", ("--base=forky", "--allow-expired=forky")),
        ("3.12", "noble", ()),
        ("3.10", "jammy", ()),
    ],
)
def test_the_python_that_is_asked_for_serves(
    pottle: Pottle, project, python: str, suite: str, flags: tuple[str, ...], tmp_path: Path
):
    path = project(service_for(python))
    built = pottle.call("build", *flags, path)
    if built.code == SOURCE and suite in ("resolute", "noble", "jammy") and "error: cannot fetch " in built.stderr:
        pytest.skip(f"Ubuntu's mirror is out of reach: {built.stderr.rpartition('error: ')[2].strip()}")
    assert built.code == 0, built.stderr
    port = free_port()
    with pottle.running(tmp_path, "--backend=unshare", "--port", str(port), *flags, path) as run:
        run.wait_for("listening on", "stderr")
        answer = fetch(f"http://127.0.0.1:{port}/")
    assert json.loads(answer.body)["python"] == python


def service_for(python: str) -> projects.Files:
    """The packaged service, with `.python-version`."""
    pyproject = projects.FASTAPI["pyproject.toml"].replace(">=3.11", ">=3.10").replace("fastapi[standard]", "fastapi")
    pyproject = pyproject.replace('"]\n\n[project.scripts]', '", "uvicorn", "uvloop"]\n\n[project.scripts]')
    return {**projects.FASTAPI, "pyproject.toml": pyproject, ".python-version": f"{python}\n"}
