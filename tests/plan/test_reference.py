"""`docs/reference/plan.md` is the contract: it names every field, in the order of the JSON, and no other."""

import re
from pathlib import Path

import msgspec
import pytest

from pottle import base_image
from pottle.plan import model

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "plan.md").read_text()
SECTIONS = {
    title: re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    for title, text in re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}
VALUES = {
    name: value
    for module in (base_image, model)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, module.Struct) and value is not module.Struct
}


def test_every_value_has_its_section():
    assert set(SECTIONS) == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_every_field_is_documented(name: str):
    assert SECTIONS[name] == [field.encode_name for field in msgspec.structs.fields(VALUES[name])]


@pytest.mark.parametrize("name", [name for name, value in VALUES.items() if value.__struct_config__.tag])
def test_every_step_is_documented_with_its_type(name: str):
    assert f'`"type": "{VALUES[name].__struct_config__.tag}"`' in PAGE
