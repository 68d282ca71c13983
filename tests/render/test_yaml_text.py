"""YAML that is written means what it was written from, whatever the texts are."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pottle.render.yaml_text import Anchor, Because, Block, Line, Raw, comment, scalar, text

HOSTILE = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["yes", "No", "~", "null", "1e3", "0x1f", "12:30", "2024-01-02", "a: b", "a #b", "- a", "${X:?y}", "'", '"', "\\", "<<", "=", ".inf", "*a", "&a"]
)  # fmt: skip
SCALARS = HOSTILE | st.integers() | st.booleans() | st.none()
NODES = st.recursive(
    SCALARS,
    lambda inner: (
        st.dictionaries(HOSTILE.filter(lambda key: key != "<<"), inner, max_size=4) | st.lists(SCALARS, max_size=4)
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(HOSTILE.filter(lambda key: key != "<<"), NODES, min_size=1, max_size=4)


@settings(deadline=None)
@given(DOCUMENTS)
def test_what_is_read_is_what_was_written(document: dict):
    assert yaml.safe_load(text(document)) == document


@settings(deadline=None)
@given(st.lists(SCALARS, max_size=6), st.dictionaries(HOSTILE, SCALARS, max_size=3))
def test_a_line_means_the_same_as_a_block(items: list, pairs: dict):
    pairs.pop("<<", None)
    document = {"list": Line(items), "mapping": Line(pairs), "nested": Line({"inner": Line(items)})}
    assert yaml.safe_load(text(document)) == {"list": items, "mapping": pairs, "nested": {"inner": items}}


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200), HOSTILE)
def test_a_comment_is_never_read(why: str, value: str):
    why = " ".join(why.split())
    document = {"a": Because({"b": [Because(value, why)]}, why), "c": [Because({"d": Because(value, why)}, why)]}
    assert yaml.safe_load(text(document)) == {"a": {"b": [value]}, "c": [{"d": value}]}


@pytest.mark.parametrize(
    "plain", ["postgres:18.6-trixie", "/data", "./secrets", ".", "uv.lock", "a_b", "service_healthy"]
)
def test_what_needs_no_quotes_has_none(plain: str):
    assert scalar(plain) == plain


@pytest.mark.parametrize(
    "text_", ["", "no", "NO", "8000", "1.0", "127.0.0.1:80:80", "a: b", "a:", "..", "a b", "~", "é"]
)
def test_what_could_be_taken_for_something_else_is_quoted(text_: str):
    assert scalar(text_) == f'"{text_}"'


@settings(deadline=None)
@given(st.lists(HOSTILE, max_size=4))
def test_lines_are_read_as_they_are(lines: list[str]):
    document = {"a": Block(lines), "b": [{"run": Block(lines)}, Block(lines)]}
    read = "".join(f"{line}\n" for line in lines)
    assert yaml.safe_load(text(document)) == {"a": read, "b": [{"run": read}, read]}


def test_lines_look_as_they_are():
    assert text({"run": Block(["set -e", "", '  echo "$A"'])}) == 'run: |\n  set -e\n\n    echo "$A"\n'


@pytest.mark.parametrize("words", ['echo "$A" >b', '$A == "b"', "./run --now", "a {b} [c], d", "x:y z"])
def test_a_command_needs_no_quotes(words: str):
    assert text({"a": words}) == f"a: {words}\n"
    assert yaml.safe_load(text({"a": words, "b": [words], "c": Line([words])})) == {
        "a": words,
        "b": [words],
        "c": [words],
    }


@pytest.mark.parametrize("words", ["a: b", "a #b", "a ", "a:", "- a", "a  b", "'a' b", "on", "{a}", "a\tb"])
def test_a_command_is_quoted_where_it_has_to_be(words: str):
    assert text({"a": words}).startswith('a: "')
    assert yaml.safe_load(text({"a": words})) == {"a": words}


def test_a_long_line_becomes_a_block():
    assert text({"a": Line(["x" * 60, "y" * 60])}) == f"a:\n  - {'x' * 60}\n  - {'y' * 60}\n"


def test_a_name_is_given_and_taken_up():
    document = text({"x-app": Anchor("app", {"image": "a"}), "web": {"<<": Raw("*app"), "port": 1}})
    assert yaml.safe_load(document)["web"] == {"image": "a", "port": 1}


def test_a_mapping_in_a_list_begins_at_the_dash():
    assert text({"a": [Because({"b": Because(1, "why b"), "c": {"d": 2}}, "why")]}) == (
        "a:\n  # why\n  # why b\n  - b: 1\n    c:\n      d: 2\n"
    )


def test_comments_are_broken_between_words():
    assert comment("word " * 30, 2) == ["    # " + " ".join(["word"] * 19), "    # " + " ".join(["word"] * 11)]
