"""A generated file knows whether somebody has changed it."""

from hypothesis import given
from hypothesis import strategies as st

from pottle.generated import WORD, marked, same, standing

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
