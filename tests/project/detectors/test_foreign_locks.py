"""Locks that are not read are not passed over."""

import pytest

from pottle.errors import ProjectError
from pottle.project.detectors.foreign_locks import FORMATS
from pottle.project.reader import read_project
from pottle.project.tree import DictTree

PATHS = {"pdm.lock": "pdm export"}


@pytest.mark.parametrize("path", PATHS)
def test_fires(path):
    with pytest.raises(ProjectError, match="cannot be read yet") as caught:
        read_project(DictTree({path: "", "main.py": "print()"}))
    assert PATHS[path] in (caught.value.hint or "")


@pytest.mark.parametrize("path", PATHS)
def test_stays_quiet(path):
    assert all(each.find(survey(f"a/{path}")) is None for each in FORMATS)
    assert all(each.find(survey("main.py")) is None for each in FORMATS)


def survey(path):
    from pottle.project.survey import Survey

    return Survey(DictTree({path: ""}))
