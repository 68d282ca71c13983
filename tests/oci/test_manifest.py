import pytest

from pottle.oci.descriptor import describe
from pottle.oci.document import InvalidDocument, encode
from pottle.oci.manifest import manifest, read_manifest

CONFIG, LAYER = describe(b"{}", "c"), describe(b"", "l")


def test_a_manifest_reads_back_and_its_members_have_one_order() -> None:
    found = manifest(CONFIG, [LAYER, LAYER], {"b": "1", "a": "2"})
    raw = encode(found)
    assert read_manifest(raw) == found
    assert raw.startswith(b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{')
    assert raw.endswith(b'"annotations":{"a":"2","b":"1"}}')


def test_a_manifest_without_a_media_type_is_read() -> None:
    raw = b'{"schemaVersion":2,"config":%s,"layers":[],"subject":null,"artifactType":"x"}' % encode(CONFIG)
    assert read_manifest(raw).media_type is None


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (b'"schemaVersion":1', "schema 1, only 2 is read"),
        (b'"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json"', "not an image manifest but"),
    ],
)
def test_what_is_no_manifest_is_refused_by_name(members: bytes, message: str) -> None:
    with pytest.raises(InvalidDocument, match=message):
        read_manifest(b'{%s,"config":%s,"layers":[]}' % (members, encode(CONFIG)))


def test_schema_1_has_no_config_and_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="not Manifest"):
        read_manifest(b'{"schemaVersion":1,"fsLayers":[],"history":[]}')
