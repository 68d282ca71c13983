"""How a rule's test says what it finds: two tables and, where a fix has to keep a layout, a third."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from pottle.lint import registry
from pottle.lint.build import Build
from pottle.lint.compose import Compose
from pottle.lint.engine import Checked, kind_of
from pottle.lint.fixing import Fixed, fix
from pottle.lint.ignore_file import IgnoreFile
from pottle.lint.repository import InMemory
from pottle.lint.settings import Settings
from pottle.lint.targets import Target
from pottle.text import Source

_PATHS = {Build: "Dockerfile", Compose: "compose.yaml", IgnoreFile: ".dockerignore"}


@dataclass(frozen=True)
class Fires:
    """A file in which the rule finds exactly one thing."""

    text: str
    at: str
    """The characters that the finding is about."""
    fixed: str | None = None
    """The file after the rule's fix, safe or not; None: it has none."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Others in the repository."""
    path: str | None = None
    """Where it lies; by default `Dockerfile`, `compose.yaml` or `.dockerignore`."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Other files after the fix."""
    severity: str | None = None
    says: str = ""
    """A part of the message."""


@dataclass(frozen=True)
class Quiet:
    """A file in which the rule finds nothing."""

    text: str
    files: Mapping[str, str] = field(default_factory=dict)
    path: str | None = None


def path_of(rule: str, case: Fires | Quiet) -> str:
    return case.path or _PATHS.get(registry.rule(rule).subject, "Dockerfile")


class MemoryTarget(Target):
    """A target of an `InMemory` repository."""

    def read_other(self, path: str) -> str:
        assert isinstance(self.repository, InMemory)
        text = self.repository.content.get(path, "")
        return text if isinstance(text, str) else Source.decode(path, text).text


def target(text: str, path: str = "Dockerfile", files: Mapping[str, str] | None = None) -> Target:
    kind = kind_of(path)
    assert kind is not None
    content = Source(path, text).encode()
    return MemoryTarget(path, path, kind, InMemory({**(files or {}), path: content}), None, content)


def checked(text: str, path: str = "Dockerfile", files: Mapping[str, str] | None = None, **said: object) -> Checked:
    return target(text, path, files).check(Settings(**said))  # type: ignore[arg-type]


def fixed(text: str, path: str = "Dockerfile", files: Mapping[str, str] | None = None, **said: object) -> Fixed:
    return fix(target(text, path, files), Settings(**said), unsafe=True)  # type: ignore[arg-type]


def rule_tests(
    rule: str,
    fires: Mapping[str, Fires],
    quiet: Mapping[str, Quiet | str],
    fixes: Mapping[str, tuple[str, str]] | None = None,
) -> tuple[Callable[..., None], ...]:
    """The tests of a rule: `test_fires, test_quiet = rule_tests(…)`, with `test_fixes` behind them where `fixes` are given."""

    @pytest.mark.parametrize("case", fires.values(), ids=fires)
    def test_fires(case: Fires) -> None:
        path = path_of(rule, case)
        found = [each for each in checked(case.text, path, case.files, select=(rule,)).diagnostics if each.rule == rule]
        assert [case.text[each.span.start : each.span.end] for each in found] == [case.at]
        assert case.says in found[0].message
        assert case.severity in (None, found[0].severity)
        after = fixed(case.text, path, case.files, select=(rule,))
        assert (found[0].fix is not None) == (case.fixed is not None or bool(case.changes))
        assert after.checked.source.text == (case.text if case.fixed is None else case.fixed)
        assert {each.path: each.after for each in after.changes if each.path != path} == case.changes

    @pytest.mark.parametrize("case", quiet.values(), ids=quiet)
    def test_quiet(case: Quiet | str) -> None:
        case = Quiet(case) if isinstance(case, str) else case
        found = checked(case.text, path_of(rule, case), case.files, select=(rule,)).diagnostics
        assert [each.message for each in found if each.rule == rule] == []

    @pytest.mark.parametrize(("before", "after"), (fixes or {}).values(), ids=fixes or {})
    def test_fixes(before: str, after: str) -> None:
        assert fixed(before, path_of(rule, Quiet(before)), select=(rule,)).checked.source.text == after

    test_fires.cases, test_quiet.cases = fires, quiet  # type: ignore[attr-defined]
    return (test_fires, test_quiet, test_fixes) if fixes else (test_fires, test_quiet)
