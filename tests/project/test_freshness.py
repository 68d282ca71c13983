"""A requirement that has a place of its own: the lock holds no version for it, whatever the project says (uv 0.13.8)."""

import pytest

from pottle.errors import ProjectError
from pottle.project import freshness
from pottle.project.survey import Survey
from pottle.project.tree import DictTree

PROJECT = """\
[project]
name = "app"
version = "1"
requires-python = ">=3.11"
dependencies = ["{requirement}"]
[tool.uv.sources]
core = {source}
[[tool.uv.index]]
name = "own"
url = "https://index.example/simple"
"""
LOCK = """\
version = 1
requires-python = ">=3.11"
[manifest]
members = [{members}]
[[package]]
name = "app"
version = "1"
source = {{ virtual = "." }}
[package.metadata]
requires-dist = [{{ name = "core", {entry} }}]
"""
WHEEL = "https://files.example/core-1.2-py3-none-any.whl"
PLACES = {
    "a URL": (f'{{ url = "{WHEEL}" }}', f'url = "{WHEEL}"', ""),
    "a branch": ('{ git = "https://git.example/core", branch = "x" }', 'git = "https://git.example/core?branch=x"', ""),
    "a directory": ('{ path = "libs/core" }', 'directory = "libs/core"', ""),
    "a member": ("{ workspace = true }", 'editable = "core"', '"app", "core"'),
}


def check(source: str, entry: str, members: str = "", requirement: str = "core>=1.2") -> None:
    lock = LOCK.format(entry=entry, members=members)
    files = {"pyproject.toml": PROJECT.format(source=source, requirement=requirement), "uv.lock": lock}
    survey = Survey(DictTree(files))
    document = survey.toml("uv.lock")
    assert document is not None
    freshness.check(survey, document)


@pytest.mark.parametrize(("source", "entry", "members"), PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("requirement", ["core>=1.2", "core"])
def test_a_version_beside_a_place_means_nothing(source: str, entry: str, members: str, requirement: str):
    check(source, entry, members, requirement)


def test_another_place_is_another_wish():
    with pytest.raises(ProjectError, match="is stale"):
        check(f'{{ url = "{WHEEL}" }}', 'url = "https://files.example/core-1.3-py3-none-any.whl"')


def test_of_an_index_the_version_counts():
    index = '{ index = "own" }'
    check(index, 'specifier = ">=1.2", index = "https://index.example/simple"')
    with pytest.raises(ProjectError, match=r"the project asks for core>=1\.2 from https"):
        check(index, 'specifier = ">=1.1", index = "https://index.example/simple"')
