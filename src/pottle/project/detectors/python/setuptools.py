"""`python_requires` of `setup.cfg` and `setup.py`, as far as it is written down there: nothing is executed.

A file that cannot be read is not this detector's to complain about: whoever has to know what stands in it does.
"""

from collections.abc import Iterable, Iterator

from pottle.project import setup_config, setup_script
from pottle.project.detectors.python import notation
from pottle.project.facts import PythonWish
from pottle.project.setup_values import Lines, Written
from pottle.project.survey import Survey
from pottle.text import Location


def configured(survey: Survey, path: str) -> Iterator[PythonWish]:
    """`[options] python_requires` of `setup.cfg`."""
    found = setup_config.readable(survey)
    if found is not None and not _outranked(survey):
        for text, at in placed((found.items("options", "python_requires") or ())[:1], path):
            yield notation.span(text, at)


def called(survey: Survey, path: str) -> Iterator[PythonWish]:
    """The argument `python_requires` of `setup()` in `setup.py`."""
    found = setup_script.readable(survey)
    value = found.text("python_requires") if found is not None else None
    if value is not None and not _outranked(survey):
        yield notation.span(value.text, Location(path, value.line))


def _outranked(survey: Survey) -> bool:
    """`[project]` says all that it does not leave to the backend (PEP 621, "dynamic")."""
    document = survey.pyproject
    return (
        document is not None
        and "project" in document.values
        and "requires-python" not in document.table("project").get("dynamic", ())
    )


def placed(items: Iterable[Written | Lines], path: str) -> Iterator[tuple[str, Location]]:
    """The texts of a list in the file at `path`, each with its place."""
    return ((item.text, Location(path, item.line)) for item in items if isinstance(item, Written))
