"""How findings are told to programs: one module for each format, with a function `rendered`."""

from collections.abc import Sequence
from importlib import import_module

from pottle.lint.engine import Checked

FORMATS = ("json", "sarif", "github", "gitlab", "junit")


def rendered(name: str, checked: Sequence[Checked]) -> str:
    """The findings in the format called `name`."""
    text = import_module(f"pottle.lint.formats.{name}").rendered(checked)
    assert isinstance(text, str)
    return text
