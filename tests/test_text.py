"""Places in files."""

import pytest

from pottle.text import Location


@pytest.mark.parametrize(
    "place", [Location("uv.lock", 3), Location("uv.lock"), Location("a:b.toml"), Location("a:b", 7)]
)
def test_a_place_is_read_as_it_was_written(place: Location):
    assert Location.parse(str(place)) == place


@pytest.mark.parametrize("text", [":3", "uv.lock:", "uv.lock:x", "--port"])
def test_what_names_no_line_is_a_path(text: str):
    assert Location.parse(text) == Location(text)
