"""Places as an editor counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position, Range

from pottle.lsp.positions import Places
from pottle.text import Span

COUNTED = {
    "utf-16": ("a😀b\nc", 3, Position(0, 4)),
    "utf-8": ("aé😀b", 3, Position(0, 7)),
    "utf-32": ("a😀b", 2, Position(0, 2)),
}


@pytest.mark.parametrize(("encoding", "case"), COUNTED.items(), ids=COUNTED)
def test_units(encoding: str, case):
    text, offset, position = case
    assert Places(text, encoding).position(offset) == position


ENDS = {"lf": "a\nb", "cr lf": "a\r\nb", "cr": "a\rb"}


@pytest.mark.parametrize("text", ENDS.values(), ids=ENDS)
def test_ends_of_lines(text: str):
    places = Places(text)
    assert places.position(text.index("b")) == Position(1, 0)
    assert places.offset(Position(0, 99)) == 1, "behind the end of a line its end is meant"
    assert places.offset(Position(9, 0)) == len(text)


def test_a_range():
    places = Places("# ü😀\nFROM x\n")
    assert places.range(Span(5, 9)) == Range(Position(1, 0), Position(1, 4))
    assert places.span(Range(Position(1, 0), Position(1, 4))) == Span(5, 9)


@given(st.text(st.sampled_from("a é😀\n\r\t"), max_size=30), st.sampled_from(["utf-8", "utf-16", "utf-32"]), st.data())
def test_a_position_leads_back(text: str, encoding: str, data):
    offset = data.draw(st.integers(0, len(text)))
    places = Places(text, encoding)
    back = places.offset(places.position(offset))
    # The middle of CR LF is no place of an editor's.
    assert back == offset or text[back:offset] in ("\r", "\r\n")
