"""Where a login is found, and which one of several."""

import base64
import json
import os
from pathlib import Path

import pytest

from pottle.errors import ConfigError, PottleError
from pottle.oci.registry.credentials import Keychain, Login
from pottle.stop import Stop

HUB = "docker.io"


def auth(user: str, password: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


def seen(login: Login | None) -> tuple[str, ...] | None:
    """A login, taken apart for a test alone."""
    if login is None:
        return None
    secrets = (login.password, login.identity, login.bearer)
    return (login.username, *(secret.reveal() if secret else "" for secret in secrets))


class Home:
    """A home directory with the programs that are in it."""

    def __init__(self, path: Path):
        self.path = path
        (path / "bin").mkdir(parents=True)
        self.environ = {"HOME": str(path), "PATH": f"{path}/bin:/usr/bin:/bin"}

    def write(self, name: str, document: object) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document if isinstance(document, str) else json.dumps(document))
        return path

    def helper(self, name: str, script: str) -> None:
        path = self.write(f"bin/docker-credential-{name}", f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def keychain(self, **more: str) -> Keychain:
        return Keychain({**self.environ, **more}, Stop())

    def login(self, registry: str = "r.example", repository: str = "team/shop", **more: str) -> tuple[str, ...] | None:
        return seen(self.keychain(**more).login(registry, repository))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr("pottle.oci.registry.credentials.RUNTIME", tmp_path / "run")
    return Home(tmp_path / "home")


def answering(user: str, secret: str) -> str:
    """A helper that asks no questions; what it was asked goes to a file."""
    return f"cat > \"$HOME/asked-$$\"; echo '{json.dumps({'ServerURL': 'x', 'Username': user, 'Secret': secret})}'"


def asked(home: Home) -> list[str]:
    return [path.read_text() for path in home.path.glob("asked-*")]


DOCKER = ".docker/config.json"


def test_nothing_is_no_login(home: Home):
    assert home.login() is None
    assert seen(Keychain({"XDG_RUNTIME_DIR": "/nowhere"}, Stop()).login("r.example", "a")) is None


@pytest.mark.parametrize(
    "key",
    [
        "r.example",
        "https://r.example",
        "https://r.example/",
        "http://r.example/v1/",
        "https://r.example/v2/",
        "r.example/",
    ],
)
def test_keys_are_written_in_many_ways(home: Home, key: str):
    home.write(DOCKER, {"auths": {key: auth("me", "pw")}})
    assert home.login() == ("me", "pw", "", "")
    assert home.login("other.example") is None
    assert home.login("r.example:5000") is None


@pytest.mark.parametrize(
    "key",
    [
        "https://index.docker.io/v1/",
        "index.docker.io",
        "docker.io",
        "registry-1.docker.io",
        "https://index.docker.io/v1",
    ],
)
def test_docker_hub_has_many_names(home: Home, key: str):
    home.write(DOCKER, {"auths": {key: auth("me", "pw")}})
    assert home.login(HUB, "library/python") == ("me", "pw", "", "")


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({}, None),
        ({"email": "me@x.example"}, None),
        ({"auth": ""}, None),
        (None, None),
        ([], None),
        ({"username": "me", "password": "pw"}, ("me", "pw", "", "")),
        ({"username": "me"}, None),
        (auth("me", "with:colon"), ("me", "with:colon", "", "")),
        (auth("me", "pw\0\0"), ("me", "pw", "", "")),
        (auth("ümlaut", "gehéim"), ("ümlaut", "gehéim", "", "")),
        ({**auth("me", ""), "identitytoken": "idt"}, ("me", "", "idt", "")),
        ({"identitytoken": "idt"}, ("", "", "idt", "")),
        ({"registrytoken": "rt"}, ("", "", "", "rt")),
        ({"username": 3, "password": ["x"]}, None),
    ],
)
def test_an_entry(home: Home, entry: object, found: tuple[str, ...] | None):
    home.write(DOCKER, {"auths": {"r.example": entry}})
    assert home.login() == found


def test_the_most_specific_entry_counts(home: Home):
    entries = {
        "r.example": auth("host", "1"),
        "r.example/team": auth("team", "2"),
        "r.example/team/shop": auth("shop", "3"),
        "docker.io/team": auth("hub", "4"),
    }
    home.write(".config/containers/auth.json", {"auths": entries})
    found = [
        home.login("r.example", name) for name in ("team/shop", "team/shop/api", "team/other", "teamwork/shop", "x")
    ]
    assert [user for user, *_ in filter(None, found)] == ["shop", "shop", "team", "host", "host"]
    assert home.login(HUB, "team/x") == ("hub", "4", "", "")
    assert home.login(HUB, "library/x") is None


def test_the_order_of_the_files(home: Home):
    def put(name: str, user: str) -> Path:
        return home.write(name, {"auths": {"r.example": auth(user, "pw")}})

    put(".config/containers/auth.json", "home podman")
    assert home.login() == ("home podman", "pw", "", "")
    put("xdg/containers/auth.json", "XDG_CONFIG_HOME")
    assert home.login(XDG_CONFIG_HOME=f"{home.path}/xdg") == ("XDG_CONFIG_HOME", "pw", "", "")
    put(f"../run/{os.getuid()}/auth.json", "no session")
    assert home.login() == ("no session", "pw", "", "")
    put("run/containers/auth.json", "runtime")
    runtime = {"XDG_RUNTIME_DIR": f"{home.path}/run"}
    assert home.login(**runtime) == ("runtime", "pw", "", "")
    put(DOCKER, "docker")
    assert home.login(**runtime) == ("docker", "pw", "", "")
    put("own/config.json", "DOCKER_CONFIG")
    runtime["DOCKER_CONFIG"] = f"{home.path}/own"
    assert home.login(**runtime) == ("DOCKER_CONFIG", "pw", "", "")
    runtime["REGISTRY_AUTH_FILE"] = str(put("file.json", "REGISTRY_AUTH_FILE"))
    assert home.login(**runtime) == ("REGISTRY_AUTH_FILE", "pw", "", "")
    runtime["DOCKER_AUTH_CONFIG"] = json.dumps({"auths": {"r.example": auth("variable", "pw")}})
    assert home.login(**runtime) == ("variable", "pw", "", "")


def test_a_file_that_does_not_know_the_registry_is_passed_over(home: Home):
    home.write(DOCKER, {"auths": {"other.example": auth("other", "pw")}})
    home.write(".config/containers/auth.json", {"auths": {"r.example": auth("me", "pw")}})
    assert home.login() == ("me", "pw", "", "")
    assert home.login(REGISTRY_AUTH_FILE=f"{home.path}/missing.json") == ("me", "pw", "", "")


# --- helpers ---------------------------------------------------------------------------------------


def test_credhelpers_before_credsstore_before_auths(home: Home):
    home.helper("own", answering("own", "1"))
    home.helper("all", answering("all", "2"))
    document = {
        "auths": {"r.example": auth("written", "3"), "s.example": auth("written", "3"), HUB: {}},
        "credHelpers": {"r.example": "own"},
        "credsStore": "all",
    }
    home.write(DOCKER, document)
    assert home.login() == ("own", "1", "", "")
    assert home.login("s.example") == ("all", "2", "", "")
    home.write(DOCKER, {**document, "credsStore": ""})
    assert home.login("s.example") == ("written", "3", "", "")


def test_a_helper_is_asked_for_the_host_and_for_the_hub_by_its_old_name(home: Home):
    home.helper("all", answering("me", "pw"))
    home.write(DOCKER, {"credsStore": "all"})
    home.login("r.example:5000")
    home.login(HUB, "library/python")
    assert sorted(asked(home)) == ["https://index.docker.io/v1/", "r.example:5000"]


def test_a_helper_for_the_hub_has_any_of_its_names(home: Home):
    home.helper("hub", answering("me", "pw"))
    home.write(DOCKER, {"credHelpers": {"index.docker.io": "hub"}})
    assert home.login(HUB, "library/python") == ("me", "pw", "", "")


def test_a_helper_may_have_an_identity_token(home: Home):
    home.helper("all", answering("<token>", "idt"))
    home.write(DOCKER, {"credsStore": "all"})
    assert home.login() == ("", "", "idt", "")


def test_a_helper_is_asked_once(home: Home):
    home.helper("all", answering("me", "pw"))
    home.write(DOCKER, {"credsStore": "all"})
    keychain = home.keychain()
    assert keychain.login("r.example", "a") is keychain.login("r.example", "a")
    assert len(asked(home)) == 1


def test_a_helper_without_the_login_leaves_the_rest(home: Home):
    home.helper("all", "cat > /dev/null; echo 'credentials not found in native keychain'; exit 1")
    home.write(DOCKER, {"credsStore": "all", "auths": {"r.example": auth("written", "pw")}})
    keychain = home.keychain()
    assert seen(keychain.login("r.example", "a")) == ("written", "pw", "", "")
    assert keychain.notes == []


@pytest.mark.parametrize(
    ("script", "note"),
    [
        (None, "there is no docker-credential-all"),
        ("exit 3", "docker-credential-all failed (3)"),
        ("echo s3cret >&2; exit 1", "docker-credential-all failed (1)"),
        ("echo nonsense", "docker-credential-all did not answer with a login"),
        ("echo '{}'", "docker-credential-all did not answer with a login"),
        ('echo \'{"Username": 3, "Secret": "s3cret"}\'', "docker-credential-all did not answer with a login"),
        ("head -c 3000000 /dev/zero", "docker-credential-all did not answer with a login"),
    ],
)
def test_a_helper_that_fails_is_noted_and_passed_over(home: Home, script: str | None, note: str):
    if script:
        home.helper("all", script)
    path = home.write(DOCKER, {"credsStore": "all", "auths": {"r.example": auth("written", "pw")}})
    keychain = home.keychain()
    assert seen(keychain.login("r.example", "a")) == ("written", "pw", "", "")
    assert keychain.notes == [f"{note}, which {path} names"]


@pytest.mark.parametrize("name", ["../../evil", "/bin/sh", "a b", "-x", ""])
def test_a_helper_is_never_a_path(home: Home, name: str):
    home.write(DOCKER, {"credsStore": name, "credHelpers": {"r.example": name}})
    keychain = home.keychain()
    assert keychain.login("r.example", "a") is None
    assert keychain.notes == []


# --- files that are broken --------------------------------------------------------------------------


@pytest.mark.parametrize("content", ["{", "[]", "3", '{"auths": ', "[" * 100_000, "\xff"])
def test_a_file_that_is_no_json_is_named(home: Home, content: str):
    path = home.write(DOCKER, content)
    with pytest.raises(ConfigError) as caught:
        home.login()
    assert str(caught.value.at) == str(path)


@pytest.mark.parametrize(
    "text", ["", "   ", '{"auths": 3}', '{"auths": {"r.example": 3}, "credHelpers": [], "credsStore": 1}']
)
def test_a_file_with_nothing_in_it_holds_nothing(home: Home, text: str):
    home.write(DOCKER, text.strip())
    assert home.login() is None


@pytest.mark.parametrize(
    "value", ["!!!", base64.b64encode(b"no colon s3cret").decode(), base64.b64encode(b"\xff\xfe:").decode()]
)
def test_a_login_that_cannot_be_read_is_named_and_not_shown(home: Home, value: str):
    path = home.write(DOCKER, {"auths": {"r.example": {"auth": value}}})
    with pytest.raises(PottleError) as caught:
        home.login()
    assert str(caught.value.at) == str(path)
    assert value not in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_directory_in_place_of_a_file_is_noted(home: Home):
    (home.path / DOCKER).mkdir(parents=True)
    keychain = home.keychain()
    assert keychain.login("r.example", "a") is None
    assert len(keychain.notes) == 1


def test_no_repr_shows_a_login(home: Home):
    home.write(DOCKER, {"auths": {"r.example": {**auth("me", "s3cret"), "identitytoken": "idt0ken"}}})
    found = home.keychain().login("r.example", "a")
    assert found is not None
    assert "s3cret" not in repr(found) + str(found)
    assert "idt0ken" not in repr(found) + str(found)
