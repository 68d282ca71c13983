"""Which Python is asked for."""

import pytest

from pottle.project.detectors.python_version import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


def wishes(files) -> list[tuple[str, str | None, str]]:
    return [(str(w.specifier), w.exact, str(w.at)) for w in detect(Survey(DictTree(files)))]


PINS = {
    "3.13\n": ("==3.13.*", "3.13", 1),
    "3.12.4": ("==3.12.4", "3.12.4", 1),
    "# ours\n\n3.11 # old\n3.10\n": ("==3.11.*", "3.11", 3),
    "cpython-3.12.1-linux-x86_64-gnu": ("==3.12.1", "3.12.1", 1),
    "cpython@3.13": ("==3.13.*", "3.13", 1),
    ">=3.12": (">=3.12", None, 1),
}


@pytest.mark.parametrize("text", PINS)
def test_python_version_files(text):
    specifier, exact, line = PINS[text]
    assert wishes({".python-version": text}) == [(specifier, exact, f".python-version:{line}")]


def test_the_exact_wish_comes_first():
    files = {".python-version": "3.13", "pyproject.toml": '[project]\nname = "p"\nrequires-python = ">=3.11"\n'}
    assert wishes(files) == [("==3.13.*", "3.13", ".python-version:1"), (">=3.11", None, "pyproject.toml:3")]


@pytest.mark.parametrize(
    "files", [{}, {".python-version": "\n# none\n"}, {"pyproject.toml": '[project]\nname = "p"\n'}]
)
def test_stays_quiet(files):
    assert wishes(files) == []
