import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.oci.registry.challenge import challenges

WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-_.", min_size=1, max_size=12)
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)


def parsed(*headers: str) -> list[tuple[str, dict[str, str]]]:
    return [(each.scheme, dict(each.parameters)) for each in challenges(headers)]


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("", []),
        ("Basic", [("basic", {})]),
        ('BASIC REALM="a b"', [("basic", {"realm": "a b"})]),
        ("Negotiate, Basic realm=x", [("negotiate", {}), ("basic", {"realm": "x"})]),
        (
            'Bearer realm="https://a.example/t?x=1,2",service="s",scope="repository:a/b:pull,push"',
            [("bearer", {"realm": "https://a.example/t?x=1,2", "service": "s", "scope": "repository:a/b:pull,push"})],
        ),
        (
            'Basic realm="quoted \\"comma\\", and more",Bearer realm="r" , error="x"',
            [("basic", {"realm": 'quoted "comma", and more'}), ("bearer", {"realm": "r", "error": "x"})],
        ),
        (' ,, bearer realm = "r"', [("bearer", {"realm": "r"})]),
        ('Bearer realm="never closed', [("bearer", {})]),
        ("=?=", []),
    ],
)
def test_a_header(header, found):
    assert parsed(header) == found


def test_several_headers_are_one_list():
    assert [scheme for scheme, _ in parsed('Bearer realm="a"', 'Basic realm="b"')] == ["bearer", "basic"]


def test_scopes_are_words():
    (found,) = challenges(['Bearer realm="r",scope="repository:a:pull  repository:b:pull,push"'])
    assert found.scopes == ("repository:a:pull", "repository:b:pull,push")


@given(st.lists(st.tuples(WORDS, st.dictionaries(WORDS.map(str.lower), VALUES, min_size=1, max_size=3)), max_size=3))
def test_what_is_written_is_read(offered):
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    header = ", ".join(
        f"{scheme} {', '.join(f'{name}={quoted(value)}' for name, value in parameters.items())}"
        for scheme, parameters in offered
    )
    assert parsed(header) == [(scheme.lower(), parameters) for scheme, parameters in offered]


@given(st.text(max_size=200))
def test_anything_is_survived(header):
    challenges([header])


def test_a_header_without_end_takes_no_time():
    challenges(["Bearer " + "a=" * 1_000_000, 'Bearer realm="' + "\\" * 1_000_000, " " * 1_000_000, "a" * 1_000_000])
