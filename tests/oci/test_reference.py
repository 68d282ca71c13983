import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.oci.digest import Digest
from pottle.oci.reference import InvalidReference, Reference

SOME = Digest.of(b"")
PARTS = st.from_regex(r"[a-z0-9]+([._]|__|-+)?[a-z0-9]+", fullmatch=True)
REGISTRIES = st.sampled_from(
    ["docker.io", "localhost", "localhost:5000", "registry.example", "R.example:1", "[::1]:5000"]
)


@given(
    REGISTRIES,
    st.lists(PARTS, min_size=2, max_size=4).map("/".join),
    st.none() | st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True),
    st.none() | st.just(SOME),
)
def test_a_reference_reads_back_in_both_spellings(
    registry: str, repository: str, tag: str | None, digest: Digest | None
) -> None:
    reference = Reference(registry, repository, tag, digest)
    assert Reference.parse(str(reference)) == reference
    assert Reference.parse(reference.familiar) == reference


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("python", "docker.io/library/python"),
        ("python:3.12-slim", "docker.io/library/python:3.12-slim"),
        ("me/app", "docker.io/me/app"),
        ("index.docker.io/python:3", "docker.io/library/python:3"),
        ("docker.io/me/app", "docker.io/me/app"),
        ("localhost/app:1", "localhost/app:1"),
        ("localhost:5000/app", "localhost:5000/app"),
        ("registry.example/a/b/c:v1", "registry.example/a/b/c:v1"),
        (f"app@{SOME}", f"docker.io/library/app@{SOME}"),
        (f"app:1@{SOME}", f"docker.io/library/app:1@{SOME}"),
    ],
)
def test_short_names_are_docker_hubs(text: str, full: str) -> None:
    assert str(Reference.parse(text)) == full


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a repository"),
        (":1", "not a repository"),
        ("App", "must be lower case"),
        ("Me/app", "must be lower case"),
        ("app:", "nothing stands behind"),
        ("app@", "nothing stands behind"),
        ("app:-x", "not a tag"),
        ("app:" + "x" * 129, "not a tag"),
        ("app@sha256:12", "not a sha256 digest"),
        ("app@md5:12", "not a sha256 digest"),
        ("-x.example/app", "not a registry"),
        ("https://registry.example/app", "not a re"),
        ("a//b", "not a repository"),
        ("app name", "not a repository"),
        ("a___b", "not a repository"),
        ("a/" * 130 + "b", "longer than 255"),
        ("0" * 64, "identifier"),
        ("registry.example/", "not a repository"),
    ],
)
def test_what_names_no_image_is_refused(text: str, message: str) -> None:
    with pytest.raises(InvalidReference, match=message):
        Reference.parse(text)


def test_a_name_without_tag_and_digest_means_latest() -> None:
    assert str(Reference.parse("app").tagged) == "docker.io/library/app:latest"
    assert Reference.parse(f"app@{SOME}").tagged.tag is None
    assert Reference.parse("app:1").tagged.tag == "1"


@pytest.mark.parametrize(("registry", "repository"), [("docker.io", "python"), ("plain", "a/b"), ("docker.io", "A/b")])
def test_a_reference_that_would_not_read_back_cannot_be_made(registry: str, repository: str) -> None:
    with pytest.raises(InvalidReference):
        Reference(registry, repository)
