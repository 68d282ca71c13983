"""Which Python the project asks for.

`.python-version` is an exact wish and outranks `requires-python`, which is only a range; all are reported, the planner picks.
"""

import re
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pottle.errors import ProjectError
from pottle.project.facts import PythonWish
from pottle.project.survey import Survey
from pottle.text import Location

PIN = ".python-version"
_EXACT = re.compile(r"(?:(?:cpython|python)[@-]?)?(3\.\d+)(?:\.(\d+))?(?:[-+].*)?", re.IGNORECASE)


def detect(survey: Survey) -> Iterator[PythonWish]:
    """Exact wishes first."""
    yield from _pinned(survey)
    yield from _required(survey)


def _pinned(survey: Survey) -> Iterator[PythonWish]:
    """The first line of `.python-version` that is neither blank nor a comment; pyenv's and uv's notation."""
    text = survey.tree.read(PIN)
    if text is None:
        return
    for number, line in enumerate(text.splitlines(), 1):
        wish = line.partition("#")[0].strip()
        if wish:
            yield _wish(wish, Location(PIN, number))
            return


def _wish(text: str, at: Location) -> PythonWish:
    exact = _EXACT.fullmatch(text)
    if exact:
        version = exact[1] if exact[2] is None else f"{exact[1]}.{exact[2]}"
        return PythonWish(SpecifierSet(f"=={exact[1]}.*" if exact[2] is None else f"=={version}"), version, at)
    try:
        return PythonWish(SpecifierSet(text), None, at)
    except InvalidSpecifier:
        hint = "CPython is what images are built with: write `3.13`"
        raise ProjectError(f"{text!r} is no version of Python that can be used", at=at, hint=hint) from None


def _required(survey: Survey) -> Iterator[PythonWish]:
    document = survey.pyproject
    bound = document.get("project", "requires-python") if document else None
    if document is None or not isinstance(bound, str):
        return
    at = document.at("project", "requires-python")
    try:
        yield PythonWish(SpecifierSet(bound), None, at)
    except InvalidSpecifier:
        raise ProjectError(f"{bound!r} is no version specifier", at=at, hint='write it as ">=3.12"') from None
