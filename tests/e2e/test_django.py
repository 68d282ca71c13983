"""A Django project as pottle builds it, in a real engine against a real PostgreSQL: it migrates, serves its page and its
static files, and speaks the language of who asks.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.e2e import projects
from tests.e2e.command import Pottle
from tests.e2e.engines import Docker, patiently
from tests.e2e.test_generate import HARDENED, base_images, locked

from pottle.render.backing import POSTGRES

pytestmark = [pytest.mark.engine, pytest.mark.network]

SERVERS = Path(__file__).with_name("servers")
VARIABLES = {
    "DB_HOST": "127.0.0.1",
    "DB_NAME": "stall",
    "DB_USER": "stall",
    "DB_PASSWORD": "for-a-test",
    "SECRET_KEY": "x",
}
ASK = """
import sys, urllib.request as u
request = u.Request("http://127.0.0.1:8000" + sys.argv[1], headers={"Accept-Language": "de"})
print(u.urlopen(request).read().decode())
"""


@pytest.fixture(scope="module")
def postgres(docker: Docker, registry: str, engines: dict[str, str]) -> Iterator[str]:
    """A container of Debian's own, that nobody reaches but who shares its network."""
    base = f"--build-arg=BASE={base_images(registry, engines)['BASE']}"
    file = SERVERS / "postgres.Dockerfile"
    docker("build", "--network=host", base, "--tag", POSTGRES.image, "--file", str(file), str(SERVERS))
    word = ("--mount=type=tmpfs,target=/run/word", "--env=POSTGRES_PASSWORD_FILE=/run/word/word", "--entrypoint=sh")
    start = "printf for-a-test >/run/word/word && chmod -R a+rX /run/word && exec /usr/local/bin/entrypoint"
    who = ("--env=POSTGRES_USER=stall", "--env=POSTGRES_DB=stall")
    container = docker("run", "--detach", "--network=none", *word, *who, POSTGRES.image, "-c", start)
    try:
        ready = ("exec", "--user=postgres", container, "sh", "-c", "/usr/lib/postgresql/*/bin/pg_isready -h 127.0.0.1")
        patiently(lambda: docker.exit_code(*ready) == 0, lambda: docker.everything("logs", container))
        yield container
    finally:
        docker("rm", "--force", "--volumes", container, check=False)


@dataclass(frozen=True)
class Stall:
    """The project in the engine."""

    docker: Docker
    image: str
    container: str

    def page(self, path: str) -> str:
        return self.docker("exec", self.container, "python", "-c", ASK, path)


@pytest.fixture(scope="module")
def stall(docker: Docker, pottle: Pottle, postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stall]:
    work = tmp_path_factory.mktemp("stall")
    project = locked(projects.write(projects.BOOKSTALL, work / "project"))
    image = docker.load(pottle.archive(project, work))
    variables = (f"--env={name}={value}" for name, value in VARIABLES.items())
    options = (*HARDENED, f"--network=container:{postgres}", *variables, image)
    docker("run", "--rm", *options, "python", "manage.py", "migrate", "--noinput")
    container = docker("run", "--detach", *options)
    try:
        patiently(
            lambda: docker.exit_code("exec", container, "python", "-c", ASK, "/static/stall.css") == 0,
            lambda: docker.everything("logs", container),
        )
        yield Stall(docker, image, container)
    finally:
        docker("rm", "--force", container, check=False)


def test_it_serves_a_page_of_what_the_database_has(stall: Stall):
    assert "<li>Middlemarch</li>" in stall.page("/")


def test_it_speaks_the_language_of_who_asks(stall: Stall):
    """Its messages were compiled by a program that the image has not."""
    assert "<h1>Unsere Bücher</h1>" in stall.page("/")
    assert stall.docker.exit_code("exec", stall.container, "msgfmt") != 0


def test_it_serves_the_static_file_that_the_page_names(stall: Stall):
    named = re.search(r'href="(/static/stall\.[0-9a-f]+\.css)"', stall.page("/"))
    assert named is not None
    assert stall.page(named[1]) == "body { color: green }"


def test_nothing_is_allowed_to_it(stall: Stall, docker: Docker):
    host = json.loads(docker("inspect", stall.container))[0]["HostConfig"]
    assert (host["ReadonlyRootfs"], host["CapDrop"]) == (True, ["ALL"])
    assert docker("exec", stall.container, "python", "-c", "import os; print(os.getuid())") == "12345"
