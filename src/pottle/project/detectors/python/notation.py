"""How people and their tools write a version of CPython, or a range of them."""

import re

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pottle.errors import ProjectError
from pottle.project.facts import PythonWish, Standing
from pottle.text import Location

_EXACT = re.compile(
    r"(?:(?:c?python)[@-]?)?v?(3\.\d{1,2})(?:\.(\d{1,2})|(?:\.\d+)?(?:a|b|rc)\d+)?(?:[-+/].*)?", re.IGNORECASE
)
"""`3.12`, `3.12.4`, `cpython-3.12.1-linux-x86_64-gnu`, `3.13-dev`, `3.12.4/envs/shop`; of a pre-release, what it became."""
_FREE_THREADED = re.compile(r".*(?:3\.\d+(?:\.\d+)?t\b|freethreaded).*", re.IGNORECASE)
_MAJOR = re.compile(r"3(?:\.\*|\.x)?")
_UNDECIDED = re.compile(r"\*|system|latest|lts|default|(?:ref|path|sub-\d+):.*|.*\{\{.*", re.IGNORECASE)
"""What leaves the version to the machine, to the day, or to a template."""
_NEWEST_OF = re.compile(r"(?:prefix|latest):", re.IGNORECASE)
_PREFIX_IN_ORDER = re.compile(r"([<>]=?\s*[0-9.]+?)\.\*")
"""`>=3.5.*`: no specifier, but written by many, and by its version they mean what it says (as uv reads it)."""


def version(text: str, at: Location, standing: Standing | None = None) -> PythonWish | None:
    """The wish that one version is, or a range where the tool allows one; None for what leaves it open: `system`, `latest`.

    Raises `ProjectError` for another implementation, and for what is none.
    """
    text = _NEWEST_OF.sub("", text.strip(), count=1)
    if not text or _UNDECIDED.fullmatch(text):
        return None
    if _FREE_THREADED.fullmatch(text):
        raise ProjectError(f"{text!r} is a free-threaded Python, which no base has", at=at, hint="write `3.13`")
    if _MAJOR.fullmatch(text):
        return PythonWish(SpecifierSet("==3.*"), None, at, standing)
    if exact := _EXACT.fullmatch(text):
        minor, patch = exact.groups()
        return PythonWish(
            SpecifierSet(f"=={minor}.*" if patch is None else f"=={minor}.{patch}"), _dotted(minor, patch), at, standing
        )
    try:
        return PythonWish(SpecifierSet(_PREFIX_IN_ORDER.sub(r"\1", text)), None, at, standing)
    except InvalidSpecifier:
        hint = "CPython is what images are built with: write `3.13`"
        raise ProjectError(f"{text!r} is no version of Python that can be used", at=at, hint=hint) from None


def span(text: str, at: Location, standing: Standing | None = None) -> PythonWish:
    """The wish that a range is (PEP 440). Raises `ProjectError` for what is none."""
    try:
        return PythonWish(SpecifierSet(_PREFIX_IN_ORDER.sub(r"\1", text)), None, at, standing)
    except InvalidSpecifier:
        raise ProjectError(f"{text!r} is no version specifier", at=at, hint='write it as ">=3.12"') from None


def _dotted(minor: str, patch: str | None) -> str:
    return minor if patch is None else f"{minor}.{patch}"
