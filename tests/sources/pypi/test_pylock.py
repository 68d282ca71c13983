"""`pylock.toml` is written for one wheel per package, and read defensively."""

import tomllib

import pytest

from pottle.errors import SourceError
from pottle.sources.pypi import pylock
from pottle.sources.pypi.pylock import Package, PinnedWheel

WHEEL = PinnedWheel(
    "demo",
    "1.0",
    "demo-1.0-py3-none-any.whl",
    "https://files.example/demo-1.0-py3-none-any.whl",
    "a" * 64,
    7,
    "https://index.example",
)


def test_what_is_written_is_read_back():
    assert pylock.read(pylock.write([WHEEL]).encode()) == (Package("demo", "1.0", (WHEEL,)),)


def test_no_wheels_are_a_valid_lock():
    assert tomllib.loads(pylock.write([]))["packages"] == []


def test_any_text_survives_quoting():
    odd = PinnedWheel('a"b\\c', "1\n\x7f\t", "ü😀.whl", None, "0" * 64, None, None)
    assert pylock.read(pylock.write([odd]).encode())[0].wheels == (odd,)


def test_the_filename_is_the_urls_where_no_other_is_given():
    text = (
        pylock.write([WHEEL])
        .replace('name = "demo-1.0-py3-none-any.whl", ', "")
        .replace("demo-1.0-py3", "demo-1.0%2Bcpu-py3")
    )
    assert pylock.read(text.encode())[0].wheels[0].filename == "demo-1.0+cpu-py3-none-any.whl"


BAD = {
    "not TOML": b"[",
    "not UTF-8": b"\xff",
    "no name": b'[[packages]]\nversion = "1"',
    "no hash": b'[[packages]]\nname = "a"\nwheels = [{ url = "https://x.example/a.whl", hashes = {} }]',
    "packages is text": b'packages = "x"',
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_anything_else_is_one_error(content):
    with pytest.raises(SourceError, match=r"not a valid pylock.toml"):
        pylock.read(content)
