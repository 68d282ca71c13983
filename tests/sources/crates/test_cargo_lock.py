"""`Cargo.lock`, as others write it and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.sources.crates.cargo_lock import LARGEST, Crate, InvalidLock, parse

INDEX = "registry+https://git.example/index"
SUM = "ab" * 32
ENTRY = f'[[package]]\nname = "memchr"\nversion = "2.7.4"\nsource = "{INDEX}"\nchecksum = "{SUM}"\n'
OWN = '[[package]]\nname = "shop"\nversion = "0.1.0"\n'


def test_crates_of_registries_are_what_it_lists():
    found = parse(f"version = 4\n{OWN}{ENTRY}".encode())
    assert found.format == 4
    assert found.crates == (Crate("memchr", "2.7.4", SUM, INDEX),)
    assert found.crates[0].directory == "memchr-2.7.4"


def test_before_format_two_checksums_stand_apart():
    entry = ENTRY.replace(f'checksum = "{SUM}"\n', "")
    text = f'{entry}[metadata]\n"checksum memchr 2.7.4 ({INDEX})" = "{SUM}"\n'
    assert parse(text.encode()).crates == (Crate("memchr", "2.7.4", SUM, INDEX),)


WRONG = {
    "no TOML": ("=", "no TOML"),
    "no list": ("package = 1", "does not list crates"),
    "no tables": ("package = [1]", "does not list crates"),
    "a version that is none": ("version = 'x'", "does not list crates"),
    "a repository": (
        ENTRY.replace(INDEX, "git+https://git.example/x?rev=1#2"),
        r"from a repository \(https://git.example/x\)",
    ),
    "no checksum": (ENTRY.replace(SUM, ""), "does not say what memchr 2.7.4 has to be"),
    "a path for a name": (ENTRY.replace('"memchr"', '"../escaped"'), "as no registry does"),
    "a path for a version": (ENTRY.replace("2.7.4", "2.7.4/../../x"), "as no registry does"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_is_none_is_told(text: str, told: str):
    with pytest.raises(InvalidLock, match=told):
        parse(text.encode())


def test_what_is_too_large_is_not_read():
    with pytest.raises(InvalidLock, match="larger than"):
        parse(b" " * (LARGEST + 1))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_lock_or_told(content: bytes):
    try:
        parse(content)
    except InvalidLock:
        pass
