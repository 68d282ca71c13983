"""What refers to an image, by the API and by the tag that stands in for it."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.oci.registry.conftest import Connect

from pottle.errors import SourceError
from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.image import Image
from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.push import push
from pottle.oci.registry.repository import Repository
from pottle.testing.registry import Answer, FakeRegistry

EMPTY = b"{}"
SBOM = "application/spdx+json"


@pytest.fixture(params=["api", "tag"])
def server(request: pytest.FixtureRequest) -> Iterator[FakeRegistry]:
    """A registry that lists referrers, and one that does not."""
    with FakeRegistry(referrers=request.param == "api") as running:
        yield running


@pytest.fixture
def repository(client: Registry, image: Image, name: Reference) -> Repository:
    push(image, [name], client)
    found = client.repository(name, push=True)
    blob = Descriptor("application/vnd.oci.empty.v1+json", Digest.of(EMPTY), len(EMPTY))
    found.upload(blob, lambda: [EMPTY])
    return found


def artifact(image: Image, kind: str = SBOM, note: str = "x") -> bytes:
    config = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest.of(EMPTY), "size": 2}
    subject = {"mediaType": image.descriptor.media_type, "digest": image.digest, "size": image.descriptor.size}
    document = {
        "schemaVersion": 2,
        "mediaType": media_types.MANIFEST,
        "artifactType": kind,
        "config": config,
        "layers": [],
        "subject": subject,
        "annotations": {"note": note},
    }
    return json.dumps(document).encode()


def test_nothing_refers_to_it(repository: Repository, image: Image):
    assert repository.referrers(image.digest) == ()


def test_what_is_pushed_is_listed(server: FakeRegistry, repository: Repository, image: Image):
    first = repository.put(artifact(image), media_types.MANIFEST, None)
    second = repository.put(artifact(image, "application/x", "y"), media_types.MANIFEST, None)
    found = repository.referrers(image.digest)
    assert {each.digest: each.artifact_type for each in found} == {first.digest: SBOM, second.digest: "application/x"}
    assert {each.size for each in found} == {first.size, second.size}
    assert ("sha256-" + image.digest.hex in server.tags["team/shop"]) is not server.referrers_api


def test_the_same_twice_is_listed_once(repository: Repository, image: Image):
    repository.put(artifact(image), media_types.MANIFEST, None)
    repository.put(artifact(image), media_types.MANIFEST, None)
    assert len(repository.referrers(image.digest)) == 1


def test_an_image_is_no_referrer(server: FakeRegistry, repository: Repository):
    assert not server.asked("GET", "/referrers/")
    assert not [tag for tag in server.tags["team/shop"] if tag.startswith("sha256-")]


class TestTheTag:
    """What is special about the index under the tag."""

    @pytest.fixture
    def server(self) -> Iterator[FakeRegistry]:
        with FakeRegistry(referrers=False) as running:
            yield running

    def test_the_entries_of_others_stay_as_they_are(self, server: FakeRegistry, repository: Repository, image: Image):
        theirs = {
            "mediaType": media_types.MANIFEST,
            "digest": "sha256:" + "b" * 64,
            "size": 3,
            "artifactType": "application/theirs",
            "x-unknown": [1, {"a": None}],
        }
        index = {"schemaVersion": 2, "mediaType": media_types.INDEX, "manifests": [theirs], "annotations": {"a": "b"}}
        tag = f"sha256-{image.digest.hex}"
        server.add_manifest("team/shop", json.dumps(index).encode(), media_types.INDEX, tag)
        mine = repository.put(artifact(image), media_types.MANIFEST, None)
        written = json.loads(server.manifests["team/shop"][server.tags["team/shop"][tag]][1])
        assert written["manifests"][0] == theirs
        assert written["manifests"][1] == {
            "mediaType": media_types.MANIFEST,
            "digest": mine.digest,
            "size": mine.size,
            "artifactType": SBOM,
            "annotations": {"note": "x"},
        }

    def test_somebody_who_writes_at_the_same_time_is_not_lost(
        self, server: FakeRegistry, repository: Repository, image: Image
    ):
        tag = f"sha256-{image.digest.hex}"
        other = {"mediaType": media_types.MANIFEST, "digest": "sha256:" + "c" * 64, "size": 3}
        real, overwritten = server.answer, []

        def answer(method, path, headers, body):
            done = real(method, path, headers, body)
            if method == "PUT" and tag in path and not overwritten:
                overwritten.append(path)
                index = {"schemaVersion": 2, "mediaType": media_types.INDEX, "manifests": [other]}
                server.add_manifest("team/shop", json.dumps(index).encode(), media_types.INDEX, tag)
            return done

        server.answer = answer  # type: ignore[method-assign]
        mine = repository.put(artifact(image), media_types.MANIFEST, None)
        assert {each.digest for each in repository.referrers(image.digest)} == {mine.digest, other["digest"]}

    def test_the_type_of_the_config_stands_for_the_artifacts(self, repository: Repository, image: Image):
        document = json.loads(artifact(image))
        del document["artifactType"]
        repository.put(json.dumps(document).encode(), media_types.MANIFEST, None)
        assert repository.referrers(image.digest)[0].artifact_type == "application/vnd.oci.empty.v1+json"

    def test_an_index_that_is_none_is_an_error(self, server: FakeRegistry, repository: Repository, image: Image):
        server.add_manifest("team/shop", b"<html>", media_types.INDEX, f"sha256-{image.digest.hex}")
        with pytest.raises(SourceError, match="in a way that cannot be read"):
            repository.referrers(image.digest)


class TestTheApi:
    """What is special about the API."""

    @pytest.fixture
    def server(self) -> Iterator[FakeRegistry]:
        with FakeRegistry() as running:
            yield running

    def page(self, digests: list[str], following: str | None) -> Answer:
        entries = [{"mediaType": media_types.MANIFEST, "digest": f"sha256:{each * 64}", "size": 1} for each in digests]
        content = json.dumps({"schemaVersion": 2, "mediaType": media_types.INDEX, "manifests": entries}).encode()
        link = {"Link": f'<{following}>; rel="next"'} if following else {}
        return Answer(200, {"Content-Type": media_types.INDEX, **link}, content)

    def test_pages_are_followed(self, server: FakeRegistry, repository: Repository, image: Image):
        path = f"/v2/team/shop/referrers/{image.digest}"
        pages = {path: self.page(["a"], f"{path}?last=a"), f"{path}?last=a": self.page(["a", "b"], None)}
        server.answer = lambda _method, asked, *_: pages[asked]  # type: ignore[method-assign]
        assert [each.digest[7] for each in repository.referrers(image.digest)] == ["a", "b"]

    def test_pages_without_end_have_one(self, server: FakeRegistry, repository: Repository, image: Image):
        server.answer = lambda *_: self.page(["a"], "?again")  # type: ignore[method-assign]
        assert len(repository.referrers(image.digest)) == 1

    def test_a_page_on_another_host_is_not_asked(self, server: FakeRegistry, repository: Repository, image: Image):
        with FakeRegistry() as other:
            server.answer = lambda *_: self.page(["a"], f"{other.url}/x")  # type: ignore[method-assign]
            assert len(repository.referrers(image.digest)) == 1
            assert other.requests == []

    @pytest.mark.parametrize(("status", "kind"), [(200, "text/html"), (400, "x"), (404, "x"), (405, "x"), (406, "x")])
    def test_what_is_no_list_leads_to_the_tag(
        self, server: FakeRegistry, repository: Repository, image: Image, status: int, kind: str
    ):
        real = server.answer
        server.answer = lambda method, path, *rest: (  # type: ignore[method-assign]
            Answer(status, {"Content-Type": kind}, b"<html>") if "/referrers/" in path else real(method, path, *rest)
        )
        assert repository.referrers(image.digest) == ()
        assert server.requests[-1].line.endswith(f"/manifests/sha256-{image.digest.hex}")


def test_who_may_not_read_is_told_so(connect: Connect, image: Image):
    with FakeRegistry(login=("me", "pw")) as server:
        name = Reference.parse(f"{server.host}/team/shop:1.0")
        with pytest.raises(SourceError, match="does not let us pull from team/shop"):
            connect().repository(replace(name, tag=None)).referrers(image.digest)
