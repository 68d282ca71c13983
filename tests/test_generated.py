"""A generated file knows whether somebody has changed it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pottle.generated import BEGIN, END, WORD, InvalidRegion, has_region, marked, region, same, standing

TEXT = f"# head {WORD}\nFROM scratch\n"


def test_as_it_was_written():
    assert standing(marked(TEXT, "dockerfile")) == "untouched"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")), st.sampled_from("ab"))
def test_any_text_with_a_mark_is_known_and_any_change_of_it_is_seen(rest: str, more: str):
    text = marked(f'{{"//": "{WORD}"}}\n{rest}', "bake")
    assert standing(text) == "untouched"
    assert standing(text + more) == "edited"


def test_a_changed_digest_is_a_change():
    text = marked(TEXT, "dockerfile")
    assert standing(text.replace("dockerfile ", "dockerfile 0000000000000000 ", 1)) != "untouched"


def test_what_nobody_marked_is_foreign():
    assert standing("FROM scratch\n") == "foreign"
    assert standing(f"# {WORD}\n") == "foreign"


def test_line_ends_of_another_system_are_no_change():
    text = marked(TEXT, "dockerfile")
    assert standing(text.replace("\n", "\r\n")) == "untouched"
    assert same(text, text.replace("\n", "\r\n"))
    assert not same(text, text + "\n")


# --- a region of a file that is somebody's own -----------------------------------------------------

MINE = f"# mine\n{BEGIN}\n{{}}{END}\nRUN mine\n"


def test_a_region_is_what_stands_between_its_lines():
    found = region(MINE.format("one\ntwo\n"))
    assert found is not None
    assert (found.before, found.text, found.after) == (f"# mine\n{BEGIN}\n", "one\ntwo\n", f"{END}\nRUN mine\n")
    assert found.replaced("three") == MINE.format("three\n")


def test_an_empty_one_is_there_to_be_filled():
    found = region(MINE.format(""))
    assert found is not None
    assert found.text == ""
    assert found.replaced("x\n") == MINE.format("x\n")


@pytest.mark.parametrize("text", ["", "FROM scratch\n", f"RUN echo '{BEGIN}'\n", f"  {BEGIN}\n", f"{BEGIN} twice\n"])
def test_a_file_without_the_lines_has_none(text: str):
    assert region(text) is None
    assert not has_region(text)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (f"\n{BEGIN}\nFROM a\n", 2, "does not end"),
        (f"FROM a\n{END}\n", 2, "has not begun"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", 3, "second"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", 2, "second"),
        (f"{BEGIN}\n{END}\n{END}\n", 3, "has not begun"),
    ],
)
def test_a_broken_region_is_told_with_its_line(text: str, line: int, what: str):
    with pytest.raises(InvalidRegion, match=what) as caught:
        region(text)
    assert caught.value.line == line
    assert has_region(text)


@given(st.text(), st.text(), st.text())
def test_whatever_is_around_a_region_stays_to_the_character(before: str, after: str, new: str):
    assume(not has_region(f"{before}\n") and not has_region(f"\n{after}") and not has_region(f"\n{new}\n"))
    text = f"{before}\n{BEGIN}\nold\n{END}\n{after}"
    found = region(text)
    assert found is not None
    assert found.replaced(new).startswith(f"{before}\n{BEGIN}\n{new}")
    assert found.replaced(new).endswith(f"{END}\n{after}")
    assert found.replaced(found.text) == text
