import pytest

from pottle.errors import ConfigError, UsageError
from pottle.oci.reference import Reference
from pottle.oci.registry.options import RegistryOptions


def options(mirrors: str) -> RegistryOptions:
    return RegistryOptions({"POTTLE_REGISTRY_MIRRORS": mirrors})


def test_mirrors_in_the_order_in_which_they_are_written():
    found = options("docker.io=one.example:5000, ghcr.io=two.example/ghcr docker.io=three.example/a/b/")
    python = Reference.parse("python:3.13")
    assert [str(each.reference(python)) for each in found.mirrors("docker.io")] == [
        "one.example:5000/library/python:3.13",
        "three.example/a/b/library/python:3.13",
    ]
    assert len(found.mirrors("ghcr.io")) == 1
    assert found.mirrors("quay.io") == ()


@pytest.mark.parametrize(
    "text", ["docker.io", "=x.example", "docker.io=", "docker.io=no host", "docker.io=https://x.example"]
)
def test_what_is_no_mirror_is_named(text: str):
    with pytest.raises(ConfigError) as caught:
        options(text).mirrors("docker.io")
    assert "POTTLE_REGISTRY_MIRRORS" in caught.value.what
    assert "HOST" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("r.example", "r.example"),
        ("r.example:5000", "r.example:5000"),
        ("http://r.example:5000/", "r.example:5000"),
        ("registry", "registry"),
        ("[::2]:5000", "[::2]:5000"),
    ],
)
def test_an_insecure_host(text: str, host: str):
    found = RegistryOptions({}, insecure=(text,))
    assert found.insecure == (host,)
    assert found.is_insecure(host)
    assert not found.is_insecure("other.example")


def test_a_host_without_a_port_is_meant_with_any():
    assert RegistryOptions({}, insecure=("r.example",)).is_insecure("r.example:5000")
    assert not RegistryOptions({}, insecure=("r.example:5000",)).is_insecure("r.example:5001")


@pytest.mark.parametrize("text", ["", "r.example/team", "a b", "*", "http://"])
def test_what_is_no_host_is_named(text: str):
    with pytest.raises(UsageError, match="is no host"):
        RegistryOptions({}, insecure=(text,))


def test_environment_is_not_shown():
    assert "s3cret" not in repr(RegistryOptions({"DOCKER_AUTH_CONFIG": "s3cret"}))
