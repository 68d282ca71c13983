"""The list of keys, and the schema that is made from it."""

from dataclasses import fields

from pottle.config.keys import (
    LISTS,
    MAPPINGS,
    PROCESS,
    SWITCHES,
    TYPES,
    description,
    schema,
    table_description,
    written,
)
from pottle.config.options import Options, ProcessOptions


def test_every_key_is_an_option_and_every_option_has_a_key():
    assert set(TYPES) == {field.name for field in fields(Options)} - {"epoch", "origins"}


def test_a_process_has_the_fields_of_its_options():
    assert set(PROCESS) == {field.name for field in fields(ProcessOptions)} - {"at"}
    assert all(table_description(PROCESS, name).endswith(".") for name in PROCESS)
    assert schema()["$defs"]["ProcessKeys"]["additionalProperties"] is False
    assert schema()["$defs"]["ProcessKeys"]["required"] == ["command"]


def test_every_key_says_what_it_means():
    assert all(description(name).endswith(".") for name in TYPES)


def test_lists_mappings_and_switches_are_those_of_the_types():
    properties = schema()["properties"]
    assert {name for name in TYPES if properties[written(name)].get("type") == "boolean"} == SWITCHES
    assert {name for name in TYPES if properties[written(name)].get("type") == "array"} == LISTS
    assert {name for name in TYPES if properties[written(name)].get("type") == "object"} == MAPPINGS


def test_the_schema_refuses_what_reading_refuses():
    found = schema()
    assert found["additionalProperties"] is False
    assert set(found["properties"]["optimize"]["enum"]) == {"speed", "size"}
    assert (found["properties"]["port"]["minimum"], found["properties"]["port"]["maximum"]) == (1, 65535)
    assert "allow-expired" in found["properties"]
