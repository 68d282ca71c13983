"""A record says which layer a key stands for; what is none is refused, whatever it looks like."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.oci import media_types
from pottle.oci.descriptor import Descriptor
from pottle.oci.digest import Digest
from pottle.oci.layer import Layer
from pottle.oci.registry.layer_record import InvalidRecord, read, tag, written

KEY = "a" * 64
DIGESTS = st.binary(max_size=8).map(Digest.of)
LAYERS = st.builds(
    Layer,
    st.builds(
        Descriptor,
        st.sampled_from([media_types.LAYER_GZIP, media_types.LAYER_ZSTD]),
        DIGESTS,
        st.integers(1, 1 << 36),
    ),
    DIGESTS,
    st.integers(0, 1 << 36),
)
LAYER = Layer(Descriptor(media_types.LAYER_GZIP, Digest.of(b"blob"), 7), Digest.of(b"tar"), 70)


@given(LAYERS)
def test_what_is_written_is_read(layer: Layer) -> None:
    assert read(KEY, written(KEY, layer)) == layer


def test_it_is_an_artifact_as_the_specification_has_it() -> None:
    manifest = json.loads(written(KEY, LAYER))
    assert manifest["artifactType"] == "application/vnd.pottle.layer.v1"
    assert manifest["config"]["mediaType"] == "application/vnd.oci.empty.v1+json"
    assert manifest["config"]["digest"] == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert manifest["config"]["size"] == 2
    assert [layer["digest"] for layer in manifest["layers"]] == [Digest.of(b"blob")]
    assert len(tag(KEY)) <= 128


def test_annotations_of_the_layer_do_not_come_along() -> None:
    """They would get into the image's manifest."""
    document = json.loads(written(KEY, LAYER))
    document["layers"][0] |= {"annotations": {"evil": "yes"}, "artifactType": "x", "urls": ["http://elsewhere.example"]}
    assert read(KEY, json.dumps(document).encode()) == LAYER


def damaged(**changes: object) -> bytes:
    return json.dumps({**json.loads(written(KEY, LAYER)), **changes}).encode()


def annotated(**changes: str) -> bytes:
    own = json.loads(written(KEY, LAYER))["annotations"]
    return damaged(annotations={**own, **{f"pottle.layer.{k.replace('_', '-')}": v for k, v in changes.items()}})


BAD = {
    "nothing": b"",
    "garbage": b"\0garbage\xff",
    "no object": b"[]",
    "an image": damaged(artifactType=None),
    "of another kind": damaged(artifactType="application/vnd.pottle.layer.v2"),
    "no layer": damaged(layers=[]),
    "two layers": damaged(layers=json.loads(written(KEY, LAYER))["layers"] * 2),
    "uncompressed": damaged(layers=[{"mediaType": media_types.LAYER, "digest": Digest.of(b""), "size": 7}]),
    "an empty blob": damaged(layers=[{"mediaType": media_types.LAYER_GZIP, "digest": Digest.of(b""), "size": 0}]),
    "a blob of a petabyte": damaged(
        layers=[{"mediaType": media_types.LAYER_GZIP, "digest": Digest.of(b""), "size": 10**15}]
    ),
    "no digest": damaged(layers=[{"mediaType": media_types.LAYER_GZIP, "digest": "sha256:x", "size": 7}]),
    "no diff ID": annotated(diff_id=""),
    "another's key": annotated(key="b" * 64),
    "a negative size": annotated(size="-1"),
    "a size that is no number": annotated(size="many"),
    "a size with a sign": annotated(size="+7"),
    "a size of other digits": annotated(size="٧"),
    "a tar of a petabyte": annotated(size=str(10**15)),
    "a huge number": annotated(size="9" * 5000),
    "no annotations": damaged(annotations={}),
}


@pytest.mark.parametrize("content", BAD.values(), ids=list(BAD))
def test_what_is_no_record_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidRecord):
        read(KEY, content)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_words(content: bytes) -> None:
    with pytest.raises(InvalidRecord):
        read(KEY, content)
