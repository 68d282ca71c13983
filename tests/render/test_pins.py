"""Images by digest: asked for once, kept in the Dockerfile, and one error where a registry cannot be reached."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pottle import api
from pottle.errors import SourceError
from pottle.oci import media_types
from pottle.render.dockerfile import pinned
from pottle.render.style import Style
from pottle.render.uv import UV
from pottle.testing.registry import FakeRegistry

PIN = Style(pin=True)


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    """Both images that a Dockerfile begins with."""
    with FakeRegistry() as server:
        push(server, "first")
        yield server


def push(server: FakeRegistry, content: str) -> None:
    for repository, tag in (("library/debian", "trixie-slim"), ("astral-sh/uv", UV.rpartition(":")[2])):
        server.add_manifest(repository, f'{{"{content}": 1}}'.encode(), media_types.INDEX, tag)


def digests(server: FakeRegistry) -> dict[str, str]:
    return {
        "debian:trixie-slim": server.tags["library/debian"]["trixie-slim"],
        UV: server.tags["astral-sh/uv"][UV.rpartition(":")[2]],
    }


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "main.py").write_text("print()\n")
    return tmp_path


def dockerfile(root: Path, server: FakeRegistry, style: Style | None = None, *, upgrade: bool = False) -> str:
    mirrors = {"POTTLE_REGISTRY_MIRRORS": f"docker.io={server.host},ghcr.io={server.host}"}
    host = api.Host(root / "cache", mirrors)
    outputs = api.generate(["dockerfile"], root, api.read_options(root, {}, {}), host, style, upgrade=upgrade)
    text = outputs[0].text
    outputs[0].path.write_text(text)
    return text


def test_every_image_has_the_digest_that_its_tag_stands_for(root: Path, registry: FakeRegistry):
    text = dockerfile(root, registry, PIN)
    assert pinned(text) == digests(registry)
    assert f"ARG BASE=debian:trixie-slim@{digests(registry)['debian:trixie-slim']}\n" in text


def test_a_digest_stays_and_nobody_is_asked_until_somebody_says_so(root: Path, registry: FakeRegistry):
    before = dockerfile(root, registry, PIN)
    push(registry, "second")
    registry.requests.clear()
    assert dockerfile(root, registry) == before
    assert registry.requests == []
    after = dockerfile(root, registry, upgrade=True)
    assert pinned(after) == digests(registry) != pinned(before)


def test_without_it_nobody_is_asked(root: Path, registry: FakeRegistry):
    assert pinned(dockerfile(root, registry, Style())) == {}
    assert registry.requests == []


def test_one_error_names_what_cannot_be_pinned_and_nothing_is_written(root: Path):
    host = api.Host(root / "cache", {})
    nobody = "127.0.0.1:9/debian:trixie-slim"
    with pytest.raises(SourceError, match=f"{nobody} cannot be pinned: ") as caught:
        api.generate(
            ["dockerfile"], root, api.read_options(root, {}, {}), host, Style(image=nobody, pin=True, native=True)
        )
    assert "leave --pin out" in (caught.value.hint or "")
    assert not (root / "Dockerfile").exists()
