"""Dockerfiles as people write them, before and after `pottle lint --fix --unsafe-fixes`: what was built still is, and still serves.

The blocks of guides are tried as well where `GUIDES` names a directory of them (Markdown, in files of any name).
"""

import os
import re
import shutil
import textwrap
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker
from tests.e2e.test_generate import CA_BUNDLE, base_images, locked

pytestmark = [pytest.mark.engine, pytest.mark.network]

PROJECT: projects.Files = {
    "pyproject.toml": """
        [project]
        name = "shop"
        version = "1"
        requires-python = ">=3.11"
        dependencies = ["flask==3.1.0", "gunicorn==23.0.0"]

        [dependency-groups]
        dev = ["idna==3.10"]
        """,
    "requirements.txt": "flask==3.1.0\ngunicorn==23.0.0\n",
    "main.py": """
        from flask import Flask

        app = Flask("shop")


        @app.get("/")
        @app.get("/health")
        def health():
            return "well"
        """,
    ".env": "TOKEN=for-a-test\n",
}

PIP = """
    # syntax=docker/dockerfile:1
    FROM python:3.13-slim

    WORKDIR /app

    # Dependencies first
    COPY requirements.txt .
    RUN --mount=type=cache,target=/root/.cache/pip \\
        pip install --no-cache-dir -r requirements.txt

    COPY . .
    RUN useradd -u 1000 appuser && chown -R appuser:appuser /app
    USER appuser

    EXPOSE 8000
    CMD gunicorn --bind 0.0.0.0:$PORT main:app
    """
UV = """
    FROM python:3.13-slim

    COPY --from=ghcr.io/astral-sh/uv:latest /uv /usr/local/bin/uv
    RUN groupadd --gid 1000 app && useradd --uid 1000 --gid 1000 app
    WORKDIR /app
    COPY pyproject.toml uv.lock ./
    RUN uv sync --frozen
    COPY --chown=app:app . .
    ENV HOME=/tmp
    HEALTHCHECK CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health')"
    CMD ["uv", "run", "gunicorn", "main:app"]
    """
WHEELS = """
    FROM python:3.13-slim as build
    COPY requirements.txt .
    RUN pip wheel --wheel-dir /wheels -r requirements.txt

    FROM python:3.13-slim
    WORKDIR /app
    COPY --from=build /wheels /wheels
    RUN pip install /wheels/* && rm -rf /wheels
    COPY . .
    CMD ["gunicorn", "-w 2", "main:app"]
    """
SERVING: Mapping[str, str] = {"pip": PIP, "uv": UV, "wheels": WHEELS}


@dataclass(frozen=True)
class Workshop:
    """Builds Dockerfiles whose base images are stand-ins."""

    docker: Docker
    image: str

    def trouble(self, project: Path, text: str, tag: str) -> str:
        """What the engine says when it cannot build; "" where it can."""
        file = project.with_name(f"{project.name}.Dockerfile")
        file.write_text(self.stood_in(text))
        arguments = ("build", "--network=host", f"--tag={tag}", f"--file={file}", str(project))
        return self.docker.everything(*arguments) if self.docker.exit_code(*arguments) else ""

    def stood_in(self, text: str) -> str:
        """No registry is asked: neither for the frontend nor for an image."""
        text = re.sub(r"^# *syntax=.*\n", "", text)
        text = re.sub(r"(?<![\w./-])python:[\w.-]+(@sha256:\w+)?", self.image, text)
        return re.sub(r"ghcr\.io/astral-sh/uv:[\w.-]+(@sha256:\w+)?", "ghcr.io/astral-sh/uv:latest", text)


@pytest.fixture(scope="module")
def workshop(docker: Docker, registry: str, engines: dict[str, str], tmp_path_factory: pytest.TempPathFactory):
    base_images(registry, engines)
    context = tmp_path_factory.mktemp("base")
    shutil.copy(CA_BUNDLE, context / "ca.crt")
    variables = " ".join(f"{name}=/ca.crt" for name in ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"))
    variables += " PIP_IGNORE_INSTALLED=1"  # pip's own requirements are Debian's there, which it cannot take away
    (context / "Dockerfile").write_text(f"FROM python:3.13-slim\nCOPY ca.crt /ca.crt\nENV {variables}\n")
    docker("build", "--tag=pottle-e2e-lint-base", str(context))
    return Workshop(docker, "pottle-e2e-lint-base")


def written(into: Path) -> Path:
    return locked(projects.write({name: textwrap.dedent(text) for name, text in PROJECT.items()}, into))


def fixed(pottle: Pottle, project: Path) -> str:
    """What all fixes leave of the project's Dockerfile."""
    said = pottle.call("lint", "--unsafe-fixes", project / "Dockerfile", cwd=project)
    assert said.code in (0, 1), said.stderr
    return (project / "Dockerfile").read_text()


@pytest.mark.parametrize("name", SERVING)
def test_what_was_built_and_served_is_still(workshop: Workshop, pottle: Pottle, tmp_path: Path, name: str):
    project = written(tmp_path / "shop")
    before = textwrap.dedent(SERVING[name]).lstrip()
    (project / "Dockerfile").write_text(before)
    tag = f"pottle-e2e-lint-{name}"
    assert workshop.trouble(project, before, tag) == ""
    after = fixed(pottle, project)
    assert after != before
    assert workshop.trouble(project, after, tag) == "", after
    assert answer(workshop.docker, tag) == "well", after


def answer(docker: Docker, image: str) -> str:
    """What the server says inside its container, wherever it listens there; it has no network."""
    container = docker("run", "--detach", "--network=none", "--env=PORT=8000", image)
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/health').read().decode())"
    try:
        deadline = time.monotonic() + 30
        while not (said := docker("exec", container, "python", "-c", ask, check=False)):
            assert time.monotonic() < deadline, docker.everything("logs", container)
            time.sleep(0.2)
        return said
    finally:
        docker("rm", "--force", container)


def guides() -> Iterator[tuple[str, str]]:
    """Whole Dockerfiles: FROM once at least, and something that runs."""
    directory = Path(os.environ.get("GUIDES", "/nowhere"))
    for path in sorted(directory.glob("*")) if directory.is_dir() else ():
        text = path.read_text()
        for block in re.finditer(r"^( *)```[Dd]ockerfile\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL):
            body = textwrap.dedent(block[2])
            if re.search(r"^FROM ", body, re.MULTILINE) and re.search(r"^(CMD|ENTRYPOINT) ", body, re.MULTILINE):
                line = text.count("\n", 0, block.start()) + 1
                yield f"{path.stem}:{line}", body


GUIDES = [pytest.param(text, id=name) for name, text in guides()]


@pytest.mark.parametrize("before", GUIDES or [pytest.param(textwrap.dedent(PIP).lstrip(), id="none is named: ours")])
def test_what_a_guide_builds_is_built_still(workshop: Workshop, pottle: Pottle, tmp_path: Path, before: str):
    project = written(tmp_path / "shop")
    for name in ("src", "app", "dist"):
        (project / name).mkdir()
        shutil.copy(project / "main.py", project / name)
    shutil.copy(project / "requirements.txt", project / "requirements.lock")
    (project / "Dockerfile").write_text(before)
    if workshop.trouble(project, before, "pottle-e2e-lint-guide"):
        pytest.skip("it does not build as it stands")
    after = fixed(pottle, project)
    assert workshop.trouble(project, after, "pottle-e2e-lint-guide") == "", after
