"""An image whose wheels come from an index that wants a password holds no password, nor does anything that pottle leaves behind."""

import base64
import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.world import BASE, GREETING, WHEELS, Said, World, world

from pottle.testing.package_index import PackageIndex

PLACES = (
    "the index's own",
    "uv-variable",
    "uv-toml",
    "netrc",
    "uv-store",
    "poetry-variable",
    "poetry-auth",
    "pip-variable",
    "pip-conf",
    "pdm-variable",
)
SECRETS = {place: f"hunter{number}/p@ss" for number, place in enumerate(PLACES)}
"""What a developer's machine holds, each for another index."""
RIGHT = SECRETS["the index's own"]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[World]:
    """A machine full of credentials, and an index that wants the first of them."""
    with world(tmp_path / "home", index=PackageIndex(*WHEELS, credentials=("bob", RIGHT))) as made:
        for name, text in _files().items():
            path = made.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        yield made


def _files() -> dict[str, str]:
    def login(place: str) -> str:
        return f'username = "bob"\npassword = "{SECRETS[place]}"\n'

    store = f'[[credential]]\nservice = "https://store.example/"\nscheme = "basic"\n{login("uv-store")}'
    toml = f'[[index]]\nname = "x"\nurl = "https://bob:{quote(SECRETS["uv-toml"], safe="")}@toml.example/simple"\n'
    return {
        ".config/uv/uv.toml": toml + "explicit = true\n",
        ".netrc": f"machine netrc.example login bob password {SECRETS['netrc']}\n",
        ".local/share/uv/credentials/credentials.toml": store,
        ".config/pypoetry/auth.toml": f"[http-basic.own]\n{login('poetry-auth')}",
        "pip.conf": f"[global]\nextra-index-url = https://bob:{quote(SECRETS['pip-conf'], safe='')}@conf.example/simple\n",
    }


def _environ(made: World) -> dict[str, str]:
    """The variables of that machine."""
    return {
        "UV_INDEX_OTHER_USERNAME": "bob",
        "UV_INDEX_OTHER_PASSWORD": SECRETS["uv-variable"],
        "POETRY_HTTP_BASIC_OTHER_PASSWORD": SECRETS["poetry-variable"],
        "PDM_PYPI_URL": "https://pdm.example/simple",
        "PDM_PYPI_USERNAME": "bob",
        "PDM_PYPI_PASSWORD": SECRETS["pdm-variable"],
        "PIP_INDEX_URL": f"https://bob:{quote(SECRETS['pip-variable'], safe='')}@pip.example/simple",
        "PIP_CONFIG_FILE": str(made.home / "pip.conf"),
    }


def _with(made: World, **more: str) -> World:
    return World(made.home, made.archive, made.index, {**_environ(made), **more})


def _project(made: World, directory: Path, url: str = "") -> Path:
    project = made.virtual(directory)
    text = (project / "pyproject.toml").read_text()
    named = f'[[tool.uv.index]]\nname = "company"\nurl = "{url or made.index.url}"\n'
    (project / "pyproject.toml").write_text(f"{text}\n{named}")
    return project


def traces(made: World, *said: Said) -> list[tuple[str, str]]:
    """(place, whose secret) wherever pottle has left one: its cache whole, layers unpacked, and what it printed."""
    texts = {str(path): path.read_bytes() for path in made.cache.rglob("*") if path.is_file()}
    texts |= {str(path): path.read_bytes() for path in (made.home / "tmp").rglob("*") if path.is_file()}
    texts |= {name: _unpacked(content) for name, content in texts.items()}
    texts |= {f"said {number}": f"{each.out}{each.err}".encode() for number, each in enumerate(said)}
    return [(name, place) for name, text in texts.items() for place in SECRETS if any(f in text for f in _forms(place))]


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def _forms(place: str) -> tuple[bytes, ...]:
    secret = SECRETS[place]
    encoded = base64.b64encode(f"bob:{secret}".encode()).rstrip(b"=")[:-1]
    return secret.encode(), quote(secret, safe="").encode(), encoded


WAYS = {
    "by the index's name": {"UV_INDEX_COMPANY_USERNAME": "bob", "UV_INDEX_COMPANY_PASSWORD": RIGHT},
    "by poetry's variables": {"POETRY_HTTP_BASIC_COMPANY_USERNAME": "bob", "POETRY_HTTP_BASIC_COMPANY_PASSWORD": RIGHT},
}


@pytest.mark.parametrize("more", WAYS.values(), ids=WAYS)
def test_nothing_secret_is_left_of_a_build(machine: World, tmp_path: Path, more: dict[str, str]):
    here, project = _with(machine, **more), _project(machine, tmp_path / "shop")
    planned = here.pottle("plan", project, "--format", "json")
    built = here.pottle("build", project)
    saved = here.pottle("build", project, "-o", here.cache / "shop.tar")
    assert (planned.code, built.code, saved.code) == (0, 0, 0), built.err
    assert GREETING.name in {r["name"] for r in _requirements(planned)}
    assert here.image("shop")
    assert traces(here, planned, built, saved) == []


def _requirements(planned: Said) -> list[dict[str, str]]:
    steps = [step for layer in json.loads(planned.out)["layers"] for step in layer["steps"]]
    return next(step["requirements"] for step in steps if step["type"] == "install-wheels")


def test_nothing_secret_is_left_of_a_list_that_is_resolved(machine: World, tmp_path: Path):
    here = _with(machine, OWN_USER="bob", OWN_TOKEN=RIGHT)
    project = tmp_path / "shop"
    project.mkdir()
    url = here.index.url.replace("http://", "http://${OWN_USER}:${OWN_TOKEN}@")
    (project / "requirements.txt").write_text(f"--index-url {url}\ngreeting\n")
    (project / "main.py").write_text("import greeting\n")
    (project / ".python-version").write_text(f"{BASE.python}\n")
    built = here.pottle("build", project)
    assert built.code == 0, built.err
    assert traces(here, built) == []


def test_an_index_with_its_password_in_the_project_keeps_it_out_of_the_image(machine: World, tmp_path: Path):
    url = machine.index.url.replace("http://", f"http://bob:{quote(RIGHT, safe='')}@")
    here, project = _with(machine), _project(machine, tmp_path / "shop", url)
    built = here.pottle("build", project)
    assert built.code == 0, built.err
    assert "pyproject.toml stays out of the image: it holds the credentials of an index" in built.err
    assert traces(here, built) == []


def test_a_refusal_is_one_error_that_names_the_index_and_the_ways_in(machine: World, tmp_path: Path):
    wrong = {"UV_INDEX_COMPANY_USERNAME": "bob", "UV_INDEX_COMPANY_PASSWORD": SECRETS["uv-variable"]}
    here, project = _with(machine, **wrong), _project(machine, tmp_path / "shop")
    built = here.pottle("build", project)
    assert built.code == 4
    what, *others = [line for line in built.err.splitlines() if line.startswith("error: ")]
    assert re.match(r"error: the index company refused for (greeting|other) 1\.0: unauthorized", what)
    assert others == []
    assert "with the credentials of UV_INDEX_COMPANY_USERNAME and _PASSWORD" in what
    for way_in in ("UV_INDEX_COMPANY_PASSWORD", "~/.netrc", "uv auth login", "keyring"):
        assert way_in in built.err
    assert traces(here, built) == []


def test_the_search_finds_what_is_there(machine: World):
    """Otherwise the tests above would prove nothing."""
    path = machine.cache / "leak"
    path.parent.mkdir()
    path.write_bytes(gzip.compress(base64.b64encode(f"bob:{RIGHT}".encode())))
    assert [place for _, place in traces(machine)] == ["the index's own"]
