import pytest

from pottle.oci.config import Execution, Healthcheck, read_config
from pottle.oci.descriptor import Descriptor, describe
from pottle.oci.digest import Digest
from pottle.oci.document import MAX_SIZE, InvalidDocument, decode, encode

NOTHING = Digest.of(b"")


def test_equal_values_give_equal_bytes_whatever_the_order_of_their_maps() -> None:
    one = Descriptor("a/b", NOTHING, 0, annotations={"x": "1", "a": "2"})
    other = Descriptor("a/b", NOTHING, 0, annotations={"a": "2", "x": "1"})
    text = f'{{"mediaType":"a/b","digest":"{NOTHING}","size":0,"annotations":{{"a":"2","x":"1"}}}}'
    assert encode(one) == encode(other) == text.encode()


def test_a_document_reads_back() -> None:
    found = describe(b"content", "text/plain")
    assert decode(encode(found), Descriptor) == found


def test_unknown_members_and_nulls_are_ignored() -> None:
    raw = f'{{"mediaType":"a/b","digest":"{NOTHING}","size":0,"newerThanUs":"x","annotations":null,"urls":[]}}'
    assert decode(raw.encode(), Descriptor) == Descriptor("a/b", NOTHING, 0)


def test_a_docker_config_with_nulls_and_time_zones_is_read() -> None:
    raw = b"""{"architecture":"amd64","os":"linux","created":"2020-01-01T10:00:00.5+02:00","docker_version":"1",
      "config":{"Env":null,"Cmd":["sh"],"Labels":null,"Volumes":null,"OnBuild":null,"ExposedPorts":{"80/tcp":{}},
      "Healthcheck":{"Test":["NONE"],"StartInterval":5}},
      "rootfs":{"type":"layers","diff_ids":[]},"history":[{"created":"x","empty_layer":true}]}"""
    config = read_config(raw)
    assert config.config is not None
    assert config.config.cmd == ("sh",)
    assert config.config.labels == {}
    assert config.config.healthcheck == Healthcheck(("NONE",))
    assert config.history[0].empty_layer


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"mediaType":"a/b","digest":"sha256:short","size":0}',
        b'{"mediaType":"a/b","size":0}',
        b'{"mediaType":"a/b","digest":"%s","size":"0"}' % NOTHING.encode(),
        b"[" * 100_000,
    ],
)
def test_what_is_not_the_document_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidDocument, match="not Descriptor"):
        decode(raw, Descriptor)


def test_a_value_that_json_cannot_hold_is_our_mistake() -> None:
    with pytest.raises(NotImplementedError):
        encode({"a": object()})


def test_a_document_larger_than_registries_take_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="too many"):
        decode(b" " * (MAX_SIZE + 1), Execution)
