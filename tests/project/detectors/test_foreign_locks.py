"""Locks that are not read are not passed over."""

import pytest

from pottle.errors import ProjectError
from pottle.project.detectors.foreign_locks import EXPORTS, detect
from pottle.project.reader import read_project
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


@pytest.mark.parametrize("path", EXPORTS)
def test_fires(path):
    with pytest.raises(ProjectError, match="cannot be read yet") as caught:
        list(detect(Survey(DictTree({path: ""}))))
    assert EXPORTS[path] in (caught.value.hint or "")


def test_a_lock_that_can_be_read_comes_first():
    assert read_project(DictTree({"poetry.lock": "", "requirements.txt": "idna"})).lock is not None


def test_stays_quiet():
    assert list(detect(Survey(DictTree({"a/poetry.lock": ""})))) == []
