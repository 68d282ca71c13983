"""Development containers, by the specification's schema and by the compose file that they are of."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.render.test_compose import planned

from pottle.errors import UsageError
from pottle.render.devcontainer import render

HERE = Path(__file__).parent
GOLDEN = sorted((HERE / "golden").glob("*/devcontainer.json"))
SCHEMA = json.loads((HERE / "schemas" / "devcontainer.json").read_text())


def read(text: str) -> dict:
    return json.loads("".join(line for line in text.splitlines(keepends=True) if not line.startswith("//")))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_the_schema_of_the_specification_takes_every_golden(path: Path):
    errors = jsonschema.Draft201909Validator(SCHEMA).iter_errors(read(path.read_text()))
    assert [error.message for error in errors] == []


def test_a_key_that_is_none_is_found():
    document = {**read(render(planned("plain-script"))), "remoteUsr": "nobody"}
    assert not jsonschema.Draft201909Validator(SCHEMA).is_valid(document)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_its_service_is_one_of_the_compose_files_with_the_working_copy_in_it(path: Path):
    document = read(path.read_text())
    composed = yaml.safe_load(path.with_name("compose.yaml").read_text())
    service = composed["services"][document["service"]]
    assert f".:{document['workspaceFolder']}" in service["volumes"]
    ports = [int(port.rpartition(":")[2]) for port in service.get("ports", [])]
    assert document.get("forwardPorts", []) == ports


def test_a_compiled_program_has_no_room_for_an_editor():
    with pytest.raises(UsageError, match="no editor gets into the container of a compiled program"):
        render(planned("compiled-asgi"))


def test_there_are_some():
    assert len(GOLDEN) >= 18


def test_what_ends_by_itself_is_kept_open():
    assert read(render(planned("plain-script")))["overrideCommand"] is True
    assert "overrideCommand" not in read(render(planned("servers-beside")))
