"""Lines of TOML values, and where a file that is no TOML breaks off."""

import pytest

from pottle.text import Location
from pottle.toml import Document, InvalidToml

TEXT = """\
title = "x"
[project]
name = "p"  # the name
dependencies = [
    "idna>=3",
    'six; python_version < "3.12"',
]
urls.Source = "s"

[project.optional-dependencies]
fast = ["orjson"]

[tool."odd.name"]
key = 1

[[tool.uv.index]]
name = "first"
inline = { a = 1, b = 2 }
"""

PLACES = {
    ("title",): 1,
    ("project",): 2,
    ("project", "name"): 3,
    ("project", "dependencies"): 4,
    ("project", "urls", "Source"): 8,
    ("project", "optional-dependencies", "fast"): 11,
    ("tool", "odd.name", "key"): 14,
    ("tool", "uv", "index", "inline", "b"): 18,
    ("project", "gone"): 2,
    ("gone",): None,
}


@pytest.mark.parametrize("keys", PLACES, ids=".".join)
def test_a_value_has_its_line(keys):
    assert Document(TEXT, "a.toml").at(*keys) == Location("a.toml", PLACES[keys])


@pytest.mark.parametrize(("item", "line"), [("idna>=3", 5), ('six; python_version < "3.12"', 6), ("gone", 4)])
def test_an_item_of_a_list_has_its_own_line(item, line):
    assert Document(TEXT, "a.toml").at("project", "dependencies", item=item).line == line


def test_carriage_returns_and_a_byte_order_mark_change_no_line():
    document = Document("\ufeff" + TEXT.replace("\n", "\r\n"), "a.toml")
    assert document.at("project", "name").line == 3
    assert document.get("project", "name") == "p"


def test_what_is_missing_is_none_and_what_is_no_table_is_empty():
    document = Document(TEXT, "a.toml")
    assert document.get("project", "name", "deeper") is None
    assert document.table("title") == {}


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \n", 2), ("a = [\n1,\n", 2), ("a = 1\na = 2\n", 2), ('a = "\n', 1)]
)
def test_no_toml_is_an_error_with_its_line(text, line):
    with pytest.raises(InvalidToml) as caught:
        Document(text, "a.toml")
    assert caught.value.at == Location("a.toml", line)


def test_nesting_without_end_is_an_error():
    with pytest.raises(InvalidToml):
        Document(f"a = {'[' * 100_000}", "a.toml")
