"""`[tool.uv.sources]` where there is no lock."""

import pytest

from pottle.errors import ProjectError
from pottle.project import metadata
from pottle.project.requirements_file import Wanted
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PROJECT = '[project]\nname = "p"\nversion = "1"\ndependencies = ["idna>=3"]\n'
COMMIT = "0123456789abcdef0123456789abcdef01234567"
INDEX = '[[tool.uv.index]]\nname = "own"\nurl = "https://u:secret@index.example/simple"\n'


def wanted(sources: str, **more: str) -> Wanted:
    text = f"{PROJECT}[tool.uv.sources]\n{sources}\n{INDEX}"
    needs = metadata.read(Survey(DictTree({"pyproject.toml": text, **more}))).needs
    assert needs is not None
    (found,) = needs.dependencies
    return found


FROM = {
    "a directory": ('idna = { path = "libs/idna", editable = true }', "directory", "libs/idna"),
    "a wheel": ('idna = { path = "idna-3.7-py3-none-any.whl" }', "path", "idna-3.7-py3-none-any.whl"),
    "a branch": ('Idna = { git = "https://git.example/i", branch = "x" }', "vcs", "git+https://git.example/i@x"),
    "a part": (
        'idna = { git = "https://git.example/i", subdirectory = "py" }', "vcs", "git+https://git.example/i#subdirectory=py",
    ),
    "a URL": ('idna = { url = "https://files.example/idna-3.7.tar.gz" }', "url", "https://files.example/idna-3.7.tar.gz"),
    "an index": ('idna = { index = "own" }', "registry", "https://index.example/simple"),
    "on Linux": ("idna = { index = \"own\", marker = \"sys_platform == 'linux'\" }", "registry", "https://index.example/simple"),
    "elsewhere": ("idna = { index = \"own\", marker = \"sys_platform == 'darwin'\" }", "registry", ""),
    "one of two": (
        "idna = [{ path = \"libs/idna\", marker = \"sys_platform == 'win32'\" }, { index = \"own\" }]",
        *("registry", "https://index.example/simple"),
    ),
    "another's": ('six = { index = "own" }', "registry", ""),
}  # fmt: skip


@pytest.mark.parametrize(("sources", "kind", "location"), FROM.values(), ids=FROM)
def test_where_it_comes_from(sources: str, kind: str, location: str):
    found = wanted(sources)
    assert (found.kind, found.location, found.dependency.name) == (kind, location, "idna")


def test_a_commit_is_a_pin():
    found = wanted(f'idna = {{ git = "https://git.example/i", rev = "{COMMIT}" }}')
    assert found.repository is not None
    assert found.repository.commit == COMMIT


def test_a_member_of_the_workspace_is_found_by_its_name():
    found = wanted(
        'idna = { workspace = true }\n[tool.uv.workspace]\nmembers = ["packages/*"]',
        **{"packages/x/pyproject.toml": '[project]\nname = "idna"\nversion = "1"\n'},
    )
    assert (found.kind, found.location) == ("directory", "packages/x")


STOPS = {
    "no such member": ("idna = { workspace = true }", "idna has a source of its own, and there is no lock"),
    "no such index": ('idna = { index = "gone" }', "idna comes from the index 'gone', which nothing describes"),
    "depends on the image": (
        'idna = { index = "own", marker = "platform_machine == \'x86_64\'" }',
        "idna has several sources, and there is no lock",
    ),
    "depends on an extra": (
        'idna = [{ index = "own", extra = "cpu" }]',
        "idna has several sources, and there is no lock",
    ),
    "nonsense": ("idna = { ftp = 3 }", "idna has a source of its own, and there is no lock"),
    "nonsense for a marker": (
        'idna = { index = "own", marker = "on tuesdays" }',
        "idna has several sources, and there is no lock",
    ),
}


@pytest.mark.parametrize(("sources", "what"), STOPS.values(), ids=STOPS)
def test_stops(sources: str, what: str):
    with pytest.raises(ProjectError) as caught:
        wanted(sources)
    assert caught.value.what == what
