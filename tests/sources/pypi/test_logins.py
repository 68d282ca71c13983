"""Every way in which people give an index's credentials to their manager reaches a real index, and leaves nothing behind."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pottle.errors import ProjectError, SourceError
from pottle.sources.pypi.install import install
from pottle.sources.pypi.resolve import Asked, Indexes, Wanted, resolve
from pottle.sources.pypi.uv import Session
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile

DEMO = WheelFile("demo", files={"demo.py": ""})
USER, PASSWORD = "bob", "hunter2/p@ss:word"
QUOTED = "hunter2%2Fp%40ss%3Aword"

KEYRING = """#!/bin/sh
[ "$1" = get ] && [ "$3" = bob ] && echo 'hunter2/p@ss:word'
"""
STORE = '[[credential]]\nservice = "{site}/"\nusername = "bob"\nscheme = "basic"\npassword = "hunter2/p@ss:word"\n'


@dataclass(frozen=True)
class Given:
    """What a user has; `{url}` is the index, `{with_login}` the same with a login, `{site}` its host, `{home}` their home."""

    environ: Mapping[str, str] = field(default_factory=dict)
    project: Mapping[str, str] = field(default_factory=dict)
    home: Mapping[str, str] = field(default_factory=dict)


def uv_index(url: str = "{url}", more: str = "") -> dict[str, str]:
    return {"pyproject.toml": f'[[tool.uv.index]]\nname = "our-own"\nurl = "{url}"\n{more}'}


def source(tool: str, url: str = "{url}") -> dict[str, str]:
    return {"pyproject.toml": f'[[tool.{tool}.source]]\nname = "our-own"\nurl = "{url}"\n'}


PIPFILE = {"Pipfile": '[[source]]\nname = "our-own"\nurl = "http://${{OWN_USER}}:$OWN_TOKEN@{host}/simple"\n'}
OWN = {"OWN_USER": USER, "OWN_TOKEN": PASSWORD}
UV = {"UV_INDEX_OUR_OWN_USERNAME": USER, "UV_INDEX_OUR_OWN_PASSWORD": PASSWORD}

WAYS = {
    "uv: variables of an index by its name": Given(UV, uv_index()),
    "uv: the password alone is a variable": Given(
        {"UV_INDEX_OUR_OWN_PASSWORD": PASSWORD}, uv_index("http://bob@{host}/simple")
    ),
    "uv: in the URL of the project's index": Given({}, uv_index("{with_login}")),
    "uv: in the URL of the user's index": Given({}, {}, {".config/uv/uv.toml": '[[index]]\nurl = "{with_login}"\n'}),
    "uv: in a variable that names an index": Given({"UV_DEFAULT_INDEX": "{with_login}"}),
    "uv: the store of `uv auth login`": Given({}, {}, {".local/share/uv/credentials/credentials.toml": STORE}),
    "netrc": Given({}, {}, {".netrc": f"machine 127.0.0.1 login {USER} password {PASSWORD}\n"}),
    "netrc elsewhere": Given({"NETRC": "{home}/n"}, {}, {"n": f"machine 127.0.0.1 login {USER} password {PASSWORD}\n"}),
    "a keyring": Given(
        {"PATH": "{home}/bin:/usr/bin:/bin"},
        uv_index("http://bob@{host}/simple", '[tool.uv]\nkeyring-provider = "subprocess"\n'),
        {"bin/keyring": KEYRING},
    ),
    "a keyring, as pip is told": Given(
        {"PATH": "{home}/bin:/usr/bin:/bin", "PIP_KEYRING_PROVIDER": "subprocess"},
        source("poetry", "http://bob@{host}/simple"),
        {"bin/keyring": KEYRING},
    ),
    "poetry: variables": Given(
        {"POETRY_HTTP_BASIC_OUR_OWN_USERNAME": USER, "POETRY_HTTP_BASIC_OUR_OWN_PASSWORD": PASSWORD}, source("poetry")
    ),
    "poetry: auth.toml": Given(
        {},
        source("poetry"),
        {".config/pypoetry/auth.toml": f'[http-basic.our-own]\nusername = "{USER}"\npassword = "{PASSWORD}"\n'},
    ),
    "uv's variables for poetry's source": Given(UV, source("poetry")),
    "pdm: variables in the URL": Given(OWN, source("pdm", "http://${{OWN_USER}}:${{OWN_TOKEN}}@{host}/simple")),
    "pdm: the source's own keys": Given(
        OWN,
        {
            "pyproject.toml": '[[tool.pdm.source]]\nname = "x"\nurl = "{url}"\n'
            'username = "${{OWN_USER}}"\npassword = "${{OWN_TOKEN}}"\n'
        },
    ),
    "pdm: variables": Given({"PDM_PYPI_URL": "{url}", "PDM_PYPI_USERNAME": USER, "PDM_PYPI_PASSWORD": PASSWORD}),
    "pdm: config.toml": Given(
        {},
        source("pdm"),
        {".config/pdm/config.toml": f'[pypi.our-own]\nusername = "{USER}"\npassword = "{PASSWORD}"\n'},
    ),
    "pipenv: variables in the Pipfile": Given(OWN, PIPFILE),
    "pip: a variable": Given({"PIP_INDEX_URL": "{with_login}"}),
    "pip: one of several": Given({"PIP_EXTRA_INDEX_URL": "http://127.0.0.1:9/simple {with_login}"}),
    "pip: the user's pip.conf": Given({}, {}, {".config/pip/pip.conf": "[global]\nindex-url = {with_login}\n"}),
    "pip: a pip.conf elsewhere": Given(
        {"PIP_CONFIG_FILE": "{home}/p"}, {}, {"p": "[install]\nextra_index_url =\n  {with_login}\n"}
    ),
    "pip: in a list": Given(OWN, {"requirements.txt": "-i http://${{OWN_USER}}:${{OWN_TOKEN}}@{host}/simple\ndemo\n"}),
    "pip: all of it a variable": Given(
        {"OWN_INDEX": "{with_login}"}, {"requirements/base.txt": "--extra-index-url=${{OWN_INDEX}}\n"}
    ),
}


def given(way: Given, session: Session, index: PackageIndex) -> Session:
    """The session of a user who has that."""
    home = Path(session.environ["HOME"])
    host = index.url.removeprefix("http://").removesuffix("/simple")
    words = {
        "url": index.url,
        "host": host,
        "site": f"http://{host}",
        "home": str(home),
        "with_login": f"http://{USER}:{QUOTED}@{host}/simple",
    }
    project = home / "project"
    for directory, files in ((home, way.home), (project, way.project)):
        for name, text in files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if name.startswith("bin/") else text.format(**words))
            path.chmod(0o755)
    environ = {key: value.format(**words) for key, value in way.environ.items()}
    if ".config/pip/pip.conf" in way.home:
        environ["PIP_CONFIG_FILE"] = ""
    return replace(session, environ={**session.environ, **environ}, project=project)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_reaches_the_index_and_stays_out_of_what_is_installed(way, session, pinned, tmp_path):
    with PackageIndex(DEMO, credentials=(USER, PASSWORD)) as index:
        (found,) = install(given(way, session, index), [pinned(index, DEMO)], tmp_path / "tree")
    assert found.name == "demo"
    everything = [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_relative_to(tmp_path / "home")]
    assert everything
    assert not [path for path in everything if any(secret in path.read_bytes() for secret in forms())]


def forms() -> tuple[bytes, ...]:
    """The password as it might stand somewhere."""
    return PASSWORD.encode(), QUOTED.encode(), base64.b64encode(f"{USER}:{PASSWORD}".encode())


@pytest.mark.parametrize("way", ["pip: in a list", "netrc", "pip: the user's pip.conf"])
def test_reaches_an_index_that_is_asked_what_it_has(way, session):
    with PackageIndex(DEMO, credentials=(USER, PASSWORD)) as index:
        known = replace(given(WAYS[way], session, index), target=session.target)
        indexes = Indexes(index.url) if way in ("netrc", "pip: in a list") else None
        (wheel,) = resolve(known, [Wanted("demo")], Asked(indexes=indexes or Indexes())).wheels
    assert (wheel.url, wheel.index) == (index.url_of(DEMO), None)


@pytest.mark.parametrize("way", ["uv: variables of an index by its name", "poetry: auth.toml", "pip: a variable"])
def test_what_was_refused_is_named_and_not_shown(way, session, pinned, tmp_path):
    with PackageIndex(DEMO, credentials=(USER, "another")) as index, pytest.raises(SourceError) as caught:
        install(given(WAYS[way], session, index), [pinned(index, DEMO)], tmp_path / "tree")
    told = str(caught.value) + repr(caught.value.__cause__)
    assert "unauthorized" in told
    assert "with the credentials of" in told
    assert not any(secret.decode() in told for secret in forms())


def test_a_variable_that_is_not_set_is_named(session):
    with pytest.raises(ProjectError, match="needs the variable OWN_INDEX, which is not set"):
        resolve(session, [Wanted("demo")], Asked(indexes=Indexes("${OWN_INDEX}")))
