"""The rules by name: one module of `pottle.lint.rules` each, imported when its rule is wanted."""

import difflib
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.resources import files

from pottle.lint.rule import AnyRule, Rule


@cache
def names() -> tuple[str, ...]:
    """Every rule's name, sorted: the modules that there are."""
    here = files("pottle.lint.rules").iterdir()
    modules = (each.name.removesuffix(".py") for each in here if each.name.endswith(".py"))
    return tuple(sorted(module.replace("_", "-") for module in modules if module != "__init__"))


@cache
def rule(name: str) -> AnyRule:
    """The rule called `name`."""
    found = import_module(f"pottle.lint.rules.{name.replace('-', '_')}").RULE
    assert isinstance(found, Rule)
    return found


def page(name: str) -> str:
    """The documentation of a rule: the docstring of its module."""
    import inspect

    module = import_module(f"pottle.lint.rules.{name.replace('-', '_')}")
    return inspect.cleandoc(module.__doc__ or "")


def suggestion(wrong: str, among: Iterable[str] | None = None) -> str | None:
    """The name that was probably meant."""
    near = difflib.get_close_matches(wrong.lower().replace("_", "-"), list(among or names()), n=1, cutoff=0.5)
    return near[0] if near else None
