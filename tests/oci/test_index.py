import pytest

from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.document import InvalidDocument, encode
from pottle.oci.index import Index, index, read_index
from pottle.oci.platform import Platform

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


def _listed(platform: Platform, content: bytes) -> Descriptor:
    return Descriptor("m", Digest.of(content), 1, platform)


def test_an_index_gives_the_manifest_for_a_platform_and_never_an_attestation() -> None:
    attestation = _listed(Platform("unknown", "unknown"), b"0")
    arm = _listed(Platform("linux", "arm64", "v8"), b"1")
    found = read_index(encode(index([attestation, arm], {"k": "v"})))
    assert found == index([attestation, arm], {"k": "v"})
    assert found.select(ARM64) == arm
    assert found.select(AMD64) is None


@pytest.mark.parametrize(
    ("version", "media_type", "message"),
    [(1, None, "schema 1"), (2, "application/vnd.oci.image.manifest.v1+json", "not an image index but")],
)
def test_what_is_no_index_is_refused_by_name(version: int, media_type: str | None, message: str) -> None:
    with pytest.raises(InvalidDocument, match=message):
        read_index(encode(Index(schema_version=version, media_type=media_type, manifests=())))
