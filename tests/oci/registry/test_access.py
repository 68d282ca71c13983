"""Who asks: said when a registry wants to know, to that registry alone, and never in words that a person reads."""

import base64
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.oci.registry.conftest import Connect

from pottle.errors import PottleError, SourceError
from pottle.oci.image import Image
from pottle.oci.reference import Reference
from pottle.oci.registry.access import Denied
from pottle.oci.registry.client import Registry
from pottle.oci.registry.pull import pull
from pottle.oci.registry.push import push
from pottle.testing.registry import FakeRegistry

USER, PASSWORD = "me", "s3cret-w0rd"
BASIC = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture
def guarded() -> Iterator[FakeRegistry]:
    """A registry that gives tokens to one user."""
    with FakeRegistry(login=(USER, PASSWORD)) as running:
        yield running


def logins(host: str, **entry: str) -> dict[str, str]:
    """The environment in which there is a login for `host`."""
    own = entry or {"username": USER, "password": PASSWORD}
    return {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {host: own}})}


def named(server: FakeRegistry, repository: str = "team/shop") -> Reference:
    return Reference.parse(f"{server.host}/{repository}:1.0")


def scopes(server: FakeRegistry) -> list[list[str]]:
    """Of every question for a token, in their order."""
    return [parse_qs(urlsplit(each.path).query).get("scope", []) for each in server.asked("GET", "/token")]


# --- what is sent when ---------------------------------------------------------------------------


def test_nobody_is_told_who_asks_unless_it_is_asked(server: FakeRegistry, connect: Connect, image: Image):
    push(image, [named(server)], connect(logins(server.host)))
    assert not [each for each in server.requests if "Authorization" in each.headers]


def test_a_challenge_is_answered_with_a_token(guarded: FakeRegistry, connect: Connect, image: Image):
    push(image, [named(guarded)], connect(logins(guarded.host)))
    assert guarded.tags["team/shop"] == {"1.0": image.digest}
    assert "Authorization" not in guarded.requests[0].headers
    assert guarded.requests[1].headers["Authorization"] == BASIC
    assert all(each.headers["Authorization"].startswith("Bearer ") for each in guarded.requests[2:])
    assert scopes(guarded) == [["repository:team/shop:pull,push"]]
    assert "service=fake" in guarded.requests[1].path


def test_both_scopes_of_a_mount_are_asked_for_up_front(guarded: FakeRegistry, connect: Connect, image: Image):
    push(image, [named(guarded), named(guarded, "other/shop")], connect(logins(guarded.host)))
    assert scopes(guarded) == [
        ["repository:team/shop:pull,push"],
        ["repository:other/shop:pull,push", "repository:team/shop:pull"],
    ]
    assert set(guarded.tags) == {"team/shop", "other/shop"}


def test_an_outdated_login_is_told_with_the_refusal(connect: Connect, image: Image, store):
    with FakeRegistry(login=(USER, PASSWORD)) as server:
        push(image, [named(server)], connect(logins(server.host)))
        old = logins(server.host, username=USER, password="outdated")
        with pytest.raises(Denied, match=f"{server.url}/token does not take the login for {server.host}"):
            pull(named(server), None, connect(old), store)


def test_a_scope_that_is_not_given_is_done_without(guarded: FakeRegistry, connect: Connect, image: Image):
    guarded.grantable = lambda scope: not scope.startswith("repository:base/")
    base = named(guarded, "base/python")
    pushed = push(image, [named(guarded)], connect(logins(guarded.host)), origins=[base])
    assert pushed.deliveries[0].sent == 3
    assert scopes(guarded)[1] == ["repository:team/shop:pull,push"]


def test_basic(connect: Connect, image: Image):
    with FakeRegistry(login=(USER, PASSWORD), auth="basic") as server:
        push(image, [named(server)], connect(logins(server.host)))
        assert server.tags["team/shop"] == {"1.0": image.digest}
        assert len(server.requests) - len([r for r in server.requests if "Authorization" in r.headers]) == 1


def test_what_everybody_may_read_needs_no_login(connect: Connect, image: Image, store):
    with FakeRegistry(login=(USER, PASSWORD), anonymous_pull=True) as server:
        push(image, [named(server)], connect(logins(server.host)))
        server.requests.clear()
        assert pull(named(server), None, connect(), store).digest == image.digest
        assert "Authorization" not in server.asked("GET", "/token")[0].headers


def test_what_everybody_may_read_is_read_with_an_outdated_login(connect: Connect, image: Image, store):
    with FakeRegistry(login=(USER, PASSWORD), anonymous_pull=True) as server:
        push(image, [named(server)], connect(logins(server.host)))
        old = logins(server.host, username=USER, password="outdated")
        assert pull(named(server), None, connect(old), store).digest == image.digest


CHALLENGES = [
    'BEARER Realm="{url}/token",SERVICE="fake"',
    'bearer realm = "{url}/token" , service=fake',
    'Negotiate, Bearer realm="{url}/token",service="fake", Basic realm="x"',
    'Basic realm="x, y=\\"z\\"", Bearer service="fake",realm="{url}/token",error="invalid_token"',
]


@pytest.mark.parametrize("challenge", CHALLENGES)
def test_a_challenge_in_any_spelling(guarded: FakeRegistry, connect: Connect, image: Image, challenge: str):
    guarded.challenge = challenge.format(url=guarded.url)
    push(image, [named(guarded)], connect(logins(guarded.host)))
    assert guarded.tags["team/shop"] == {"1.0": image.digest}


def test_the_scope_of_the_challenge_is_asked_for_as_well(guarded: FakeRegistry, connect: Connect, image: Image):
    guarded.challenge = f'Bearer realm="{guarded.url}/token",scope="registry:catalog:* aws"'
    push(image, [named(guarded)], connect(logins(guarded.host)))
    assert scopes(guarded)[0] == ["repository:team/shop:pull,push", "registry:catalog:*", "aws"]


# --- identity tokens -----------------------------------------------------------------------------


def test_an_identity_token_is_changed_by_post(connect: Connect, image: Image):
    with FakeRegistry(login=(USER, PASSWORD), identity="r3fresh") as server:
        push(image, [named(server)], connect(logins(server.host, auth="bWU6", identitytoken="r3fresh")))
        assert server.tags["team/shop"] == {"1.0": image.digest}
        (asked,) = server.asked("POST", "/token")
        assert "Authorization" not in asked.headers
        assert not server.asked("GET", "/token")


def test_where_there_is_no_post_it_is_a_password(connect: Connect, image: Image):
    with FakeRegistry(login=(USER, "r3fresh")) as server:
        push(image, [named(server)], connect(logins(server.host, username=USER, identitytoken="r3fresh")))
        assert server.tags["team/shop"] == {"1.0": image.digest}
        assert [each.method for each in server.requests if each.path.startswith("/token")] == ["POST", "GET"]


def test_a_registry_token_is_sent_as_it_is(guarded: FakeRegistry, connect: Connect, image: Image):
    guarded.tokens["r3ady"] = frozenset({"repository:team/shop:pull,push"})
    push(image, [named(guarded)], connect(logins(guarded.host, registrytoken="r3ady")))
    assert guarded.tags["team/shop"] == {"1.0": image.digest}
    assert not guarded.asked("GET", "/token")


@pytest.mark.parametrize("token", ["two\nlines", "ümlaut", "a b"])
def test_a_token_that_cannot_be_sent_is_not_shown_either(
    guarded: FakeRegistry, connect: Connect, image: Image, token: str
):
    error = refused(image, named(guarded), connect(logins(guarded.host, registrytoken=token)))
    assert error.what == f"the token for {guarded.host} cannot be sent: it is not text in one line"


# --- tokens end ----------------------------------------------------------------------------------


def test_a_token_that_ends_in_the_middle_of_a_push_is_renewed(guarded: FakeRegistry, connect: Connect, image: Image):
    client = connect(logins(guarded.host))
    real, seen = guarded.answer, []

    def answer(method, path, headers, body):
        if method == "PUT":
            seen.append(path)
            if len(seen) in {1, 4}:  # the first blob, and the manifest
                guarded.revoke()
        return real(method, path, headers, body)

    guarded.answer = answer  # type: ignore[method-assign]
    push(image, [named(guarded), replace(named(guarded), tag="1")], client)
    assert guarded.tags["team/shop"] == {"1.0": image.digest, "1": image.digest}
    assert len(seen) == 5
    assert len(scopes(guarded)) == 3


def test_a_token_that_has_run_out_is_not_sent_again(
    guarded: FakeRegistry, connect: Connect, image: Image, monkeypatch: pytest.MonkeyPatch
):
    import time

    client = connect(logins(guarded.host))
    push(image, [named(guarded)], client)
    now = time.monotonic()
    monkeypatch.setattr("pottle.oci.registry.access.time.monotonic", lambda: now + 290)
    guarded.requests.clear()
    push(image, [named(guarded)], client)
    assert "Authorization" not in guarded.requests[0].headers
    assert [each.method for each in guarded.requests] == ["HEAD", "GET", "HEAD"]


def test_threads_share_one_token(guarded: FakeRegistry, connect: Connect, image: Image):
    push(image, [named(guarded)], connect(logins(guarded.host)))
    assert len(scopes(guarded)) == 1


# --- refusals -------------------------------------------------------------------------------------


def refused(image: Image, name: Reference, client: Registry) -> PottleError:
    with pytest.raises(PottleError) as caught:
        push(image, [name], client)
    return caught.value


def everything(error: BaseException) -> str:
    """All that could be printed of an error and of its causes."""
    texts = []
    found: BaseException | None = error
    while found is not None:
        texts += [str(found), repr(found), repr(getattr(found, "__dict__", ""))]
        found = found.__cause__ or found.__context__
    return "\n".join(texts)


def test_a_wrong_password_is_said_to_be_wrong(guarded: FakeRegistry, connect: Connect, image: Image):
    error = refused(image, named(guarded), connect(logins(guarded.host, username=USER, password="wr0ng")))
    assert isinstance(error, Denied)
    assert error.what == (
        f"{guarded.host} does not let us push to team/shop: {guarded.url}/token gives no token: "
        "unauthorized: incorrect username or password (401)"
    )
    assert f"`docker login {guarded.host}`" in (error.hint or "")
    assert "wr0ng" not in everything(error)


def test_no_login(guarded: FakeRegistry, client: Registry, image: Image):
    error = refused(image, named(guarded), client)
    assert error.what == f"{guarded.host} does not let us push to team/shop: unauthorized (401)"
    assert len(guarded.requests) <= 3


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_registry_that_says_401_for_ever_is_not_asked_for_ever(connect: Connect, image: Image, auth):
    with FakeRegistry(login=(USER, PASSWORD), auth=auth) as server:
        challenge = f'Bearer realm="{server.url}/token"' if auth == "bearer" else 'Basic realm="x"'
        server.fail("HEAD", "/v2/", 401, headers={"WWW-Authenticate": challenge})
        error = refused(image, named(server), connect(logins(server.host)))
        assert isinstance(error, Denied)
        assert len(server.requests) <= 3


def test_a_token_that_was_good_and_is_refused_for_ever_is_renewed_once(
    guarded: FakeRegistry, connect: Connect, image: Image
):
    client = connect(logins(guarded.host))
    push(image, [named(guarded)], client)
    guarded.requests.clear()
    guarded.fail("HEAD", "/v2/", 401, headers={"WWW-Authenticate": f'Bearer realm="{guarded.url}/token"'})
    assert isinstance(refused(image, named(guarded), client), Denied)
    assert [each.method for each in guarded.requests] == ["HEAD", "GET", "HEAD"]


def test_a_way_that_is_not_known(guarded: FakeRegistry, connect: Connect, image: Image):
    guarded.challenge = "Negotiate"
    error = refused(image, named(guarded), connect(logins(guarded.host)))
    assert "'negotiate', and pottle knows Basic and Bearer" in error.what


def test_a_401_that_says_nothing_is_answered_with_basic(connect: Connect, image: Image):
    with FakeRegistry(login=(USER, PASSWORD), auth="basic") as server:
        server.challenge = ""
        push(image, [named(server)], connect(logins(server.host)))
        assert server.tags["team/shop"] == {"1.0": image.digest}


def test_403_names_the_right_that_is_missing(guarded: FakeRegistry, connect: Connect, image: Image):
    guarded.fail("POST", "/uploads/", 403, code="DENIED")
    error = refused(image, named(guarded), connect(logins(guarded.host)))
    assert isinstance(error, Denied)
    assert "does not let us push to team/shop: denied: out of order" in error.what


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (503, "the server answered 503 (4 attempts)"),
        ("reset", "Server disconnected without sending a response. (4 attempts)"),
        ("garbage", "did not answer with a token"),
        (418, "(418)"),
    ],
)
def test_a_token_server_that_is_down(guarded: FakeRegistry, connect: Connect, image: Image, fault, words: str):
    guarded.fail("GET", "/token", fault)
    error = refused(image, named(guarded), connect(logins(guarded.host)))
    assert isinstance(error, SourceError)
    assert f"{guarded.url}/token" in error.what
    assert words in error.what
    assert PASSWORD not in everything(error)


@pytest.mark.parametrize(
    "content", ["[]", "null", "{}", '{"token": 3}', '{"token": "a\\nb"}', '{"token": ""}', "[" * 100_000]
)
def test_a_token_that_is_none(guarded: FakeRegistry, connect: Connect, image: Image, content: str):
    from pottle.testing.registry import Answer

    guarded.token = lambda *_: Answer(200, {}, content.encode())  # type: ignore[method-assign]
    error = refused(image, named(guarded), connect(logins(guarded.host)))
    assert error.what == f"{guarded.url}/token did not answer with a token for {guarded.host}"


@pytest.mark.parametrize(
    "realm", ["", "nothing", "gopher://x/y", "http://token.example/x", "https://", "http://[::1/x"]
)
def test_a_realm_that_may_not_be_asked(guarded: FakeRegistry, connect: Connect, image: Image, realm: str):
    guarded.challenge = f'Bearer realm="{realm}"'
    error = refused(image, named(guarded), connect(logins(guarded.host)))
    assert isinstance(error, SourceError)
    assert PASSWORD not in everything(error)


# --- where a credential never goes ------------------------------------------------------------------


def test_a_redirect_to_another_host_gets_no_credential(guarded: FakeRegistry, connect: Connect, image: Image, store):
    client = connect(logins(guarded.host))
    push(image, [named(guarded)], client)
    with FakeRegistry() as storage:
        for blob in image.blobs[1:]:
            storage.add_blob("store/blobs", guarded.blobs["team/shop"][blob.digest])
        guarded.blob_host = f"{storage.url}/v2/store/blobs/blobs/DIGEST"
        content = b"".join(client.repository(named(guarded)).blob(image.layers[0]))
        assert len(content) == image.layers[0].size
        assert storage.requests
        assert not [each for each in storage.requests if "Authorization" in each.headers]


def test_an_upload_to_another_host_gets_no_credential(guarded: FakeRegistry, connect: Connect, image: Image):
    with FakeRegistry() as storage:
        real = guarded.answer

        def elsewhere(method, path, headers, body):
            answer = real(method, path, headers, body)
            if method == "POST":
                answer.headers["Location"] = f"{storage.url}{answer.headers['Location']}"
            return answer

        guarded.answer = elsewhere  # type: ignore[method-assign]
        refused(image, named(guarded), connect(logins(guarded.host)))
        assert storage.requests
        assert not [each for each in storage.requests if "Authorization" in each.headers]


def test_a_challenge_of_another_host_is_not_answered(guarded: FakeRegistry, connect: Connect, image: Image):
    client = connect(logins(guarded.host))
    push(image, [named(guarded)], client)
    with FakeRegistry(login=("other", "other"), auth="basic") as storage:
        guarded.blob_host = f"{storage.url}/v2/store/blobs/blobs/DIGEST"
        with pytest.raises(
            SourceError, match=f"{storage.host}, where {guarded.host} sends us, refuses to give the blob"
        ):
            list(client.repository(named(guarded)).blob(image.layers[0]))
        assert len(storage.requests) == 1
        assert "Authorization" not in storage.requests[0].headers


def test_a_token_server_elsewhere_is_the_registrys_choice_but_leads_nowhere_else(
    guarded: FakeRegistry, connect: Connect, image: Image
):
    with FakeRegistry() as thief:
        guarded.fail("GET", "/token", 307, headers={"Location": f"{thief.url}/token"})
        refused(image, named(guarded), connect(logins(guarded.host)))
        assert not [each for each in thief.requests if "Authorization" in each.headers]


def test_a_refresh_token_is_not_sent_on(connect: Connect, image: Image):
    with FakeRegistry(login=(USER, PASSWORD), identity="r3fresh") as server, FakeRegistry() as thief:
        server.fail("POST", "/token", 307, headers={"Location": f"{thief.url}/token"})
        error = refused(image, named(server), connect(logins(server.host, identitytoken="r3fresh")))
        assert "wants to send a login on to" in error.what
        assert thief.requests == []


def test_logins_are_not_mixed_up(guarded: FakeRegistry, connect: Connect, image: Image):
    with FakeRegistry(login=("other", "other-s3cret")) as other:
        entries = {
            guarded.host: {"username": USER, "password": PASSWORD},
            other.host: {"username": "other", "password": "other-s3cret"},
        }
        client = connect({"DOCKER_AUTH_CONFIG": json.dumps({"auths": entries})})
        push(image, [named(guarded), named(other)], client)
        sent = {each.headers["Authorization"] for each in other.requests if "Authorization" in each.headers}
        assert BASIC not in sent
        assert not sent & {each.headers.get("Authorization") for each in guarded.requests}


def test_what_a_registry_repeats_of_a_login_is_not_shown(guarded: FakeRegistry, connect: Connect, image: Image):
    guarded.fail("POST", "/uploads/", 400, code="TOKEN")  # its message is the Authorization that it got
    error = refused(image, named(guarded), connect(logins(guarded.host)))
    assert "***" in error.what
    assert not any(token in everything(error) for token in guarded.tokens)


def test_nothing_is_logged(
    guarded: FakeRegistry, connect: Connect, image: Image, caplog: pytest.LogCaptureFixture, capfd
):
    caplog.set_level(logging.DEBUG)
    push(image, [named(guarded)], connect(logins(guarded.host)))
    said = caplog.text + "".join(capfd.readouterr())
    assert PASSWORD not in said
    assert not any(token in said for token in guarded.tokens)
    assert BASIC not in said


def test_no_repr_shows_it(connect: Connect, guarded: FakeRegistry, image: Image):
    client = connect(logins(guarded.host))
    push(image, [named(guarded)], client)
    seen, shown = set(), []

    def walk(value: object, depth: int = 0) -> None:
        if id(value) in seen or depth > 8:
            return
        seen.add(id(value))
        if type(value).__module__.startswith("pottle.") and "secrets" not in getattr(value, "__dict__", {}):
            shown.append(repr(value))
        members = vars(value).values() if hasattr(value, "__dict__") else ()
        slots = [getattr(value, name, None) for name in getattr(type(value), "__slots__", ()) if name != "environ"]
        items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
        for each in (*members, *slots, *items):
            walk(each, depth + 1)

    walk(client)
    text = "\n".join(shown)
    assert "Login(" in text
    assert "Grant(***)" in text
    assert PASSWORD not in text
    assert not any(token in text for token in guarded.tokens)
    assert not re.search("environ=", text)


def test_an_image_holds_no_login(guarded: FakeRegistry, connect: Connect, image: Image):
    push(image, [named(guarded)], connect(logins(guarded.host)))
    for content in guarded.blobs["team/shop"].values():
        assert PASSWORD.encode() not in content


def test_a_helper_that_is_missing_is_told_with_the_refusal(
    guarded: FakeRegistry, connect: Connect, image: Image, tmp_path: Path
):
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text('{"credsStore": "desktop"}')
    client = connect({"DOCKER_CONFIG": str(tmp_path / "docker"), "PATH": str(tmp_path)})
    error = refused(image, named(guarded), client)
    assert f"there is no docker-credential-desktop, which {tmp_path}/docker/config.json names" in error.what


def test_the_hub_is_asked_at_its_own_host():
    from pottle.oci.registry.options import api_host

    assert api_host(Reference.parse("shop").registry) == "registry-1.docker.io"
    assert str(replace(Reference.parse("shop"), tag="1")) == "docker.io/library/shop:1"
