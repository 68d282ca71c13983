"""`Programming Language :: Python :: 3.X`: what a package was tried with once. Heard only where nothing else says anything."""

import re
from collections.abc import Iterable, Iterator

from packaging.specifiers import SpecifierSet

from pottle.project import setup_config, setup_script
from pottle.project.detectors.python import setuptools
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.text import Location

_VERSION = re.compile(r"Programming Language :: Python :: (3\.\d+)")


def pyproject(survey: Survey, path: str) -> Iterator[PythonWish]:  # noqa: ARG001 - the survey has parsed it
    """Those of `[project]`, else of `[tool.poetry]`."""
    document = survey.pyproject
    assert document is not None, "it exists"
    for keys in (("project", "classifiers"), ("tool", "poetry", "classifiers")):
        found = document.get(*keys)
        if isinstance(found, list):
            yield from _wish((text, document.at(*keys, item=text)) for text in found if isinstance(text, str))


def configured(survey: Survey, path: str) -> Iterator[PythonWish]:
    """Those of `setup.cfg`."""
    config = setup_config.readable(survey)
    found = config and (config.items("metadata", "classifiers") or config.items("metadata", "classifier"))
    yield from _wish(setuptools.placed(found or (), path))


def called(survey: Survey, path: str) -> Iterator[PythonWish]:
    """Those that `setup.py` writes down."""
    script = setup_script.readable(survey)
    yield from _wish(setuptools.placed((script and script.items("classifiers")) or (), path))


def _wish(texts: Iterable[tuple[str, Location]]) -> Iterator[PythonWish]:
    """One for all of them: each will do."""
    found = [(match[1], at) for text, at in texts if (match := _VERSION.fullmatch(text))]
    if found:
        first, *others = (SpecifierSet(f"=={version}.*") for version, _ in found)
        yield PythonWish(first, None, found[0][1], "classifier", tuple(others))
