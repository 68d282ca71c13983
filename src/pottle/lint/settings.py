"""Which rules are asked, and how grave their findings are."""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import get_args

from pottle.lint import registry
from pottle.lint.rule import Category, Severity

ALWAYS = "unreadable-file"
CATEGORIES: tuple[str, ...] = get_args(Category)


class UnknownRule(ValueError):
    """A name that is neither a rule's nor a category's nor `all`; `hint` says which was probably meant."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no rule `{name}`")
        self.name = name
        near = registry.suggestion(name, (*registry.names(), *CATEGORIES))
        self.hint = f"did you mean `{near}`?" if near else "`pottle lint --rules` lists them"


@dataclass(frozen=True, slots=True)
class Settings:
    """Names of rules and of categories; `select` empty: every rule."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Patterns of paths, `Dockerfile.dev`, `tests/**`: what is ignored there besides."""

    def __post_init__(self) -> None:
        """Raises `UnknownRule`."""
        given = [
            *self.select,
            *self.ignore,
            *self.severity,
            *(name for _, names in self.per_file_ignores for name in names),
        ]
        known = {*registry.names(), *CATEGORIES, "all"}
        for name in given:
            if name not in known:
                raise UnknownRule(name)

    def rules(self, path: str) -> tuple[str, ...]:
        """The rules that are asked about a file; whatever is selected, one that cannot be read is told, unless that is ignored."""
        ignored = [
            *self.ignore,
            *(name for pattern, names in self.per_file_ignores if _fits(path, pattern) for name in names),
        ]
        select = (*self.select, ALWAYS) if self.select else ("all",)
        return tuple(
            name for name in registry.names() if _among(name, select) and not (ignored and _among(name, ignored))
        )

    def severity_of(self, name: str, given: Severity) -> Severity:
        """How grave a finding of a rule is; `given` is what the rule says."""
        return self.severity.get(name) or self.severity.get(registry.rule(name).category) or given


def _among(name: str, names: Iterable[str]) -> bool:
    names = set(names)
    if name in names or "all" in names:
        return True
    return bool(names & set(CATEGORIES)) and registry.rule(name).category in names


def _fits(path: str, pattern: str) -> bool:
    """A pattern without a slash is about the file's name wherever it lies."""
    name = path if "/" in pattern else path.rpartition("/")[2]
    return fnmatch.fnmatchcase(name, pattern)
