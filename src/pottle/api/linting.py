"""Checking Dockerfiles, compose files and ignore files."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pottle.api.projects import read_options, text_of
from pottle.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pottle.config.options import LintOptions
    from pottle.lint.engine import Checked
    from pottle.lint.fixing import Fixed
    from pottle.lint.settings import Settings as LintSettings
    from pottle.lint.targets import Target as LintTarget


def lint_settings(
    root: Path, environ: Mapping[str, str], select: Sequence[str], ignore: Sequence[str]
) -> "LintSettings":
    """What is checked: the configuration of the project around `root`, and what the command line says in its place."""
    from pottle.lint.settings import Settings, UnknownRule

    configured = _configured(root)
    try:
        Settings(select=tuple(select), ignore=tuple(ignore))
    except UnknownRule as error:
        raise UsageError(str(error), hint=error.hint) from None
    if configured is None and not any(name.startswith("POTTLE_") for name in environ):
        return Settings(tuple(select), tuple(ignore))  # the most usual, and nothing to import for it
    said = read_options(configured or root, environ, {}).lint
    for name, values in _named_rules(said):
        try:
            Settings(select=values)
        except UnknownRule as error:
            raise ConfigError(str(error), at=said.origins.get(name), hint=error.hint) from None
    return Settings(
        tuple(select) or said.select,
        (*said.ignore, *ignore),
        dict(said.severity),
        said.per_file_ignores,
    )


def _configured(root: Path) -> Path | None:
    """The nearest directory with a configuration of pottle's, from `root` up to the repository's."""
    absolute = root.absolute()
    for path in (absolute, *absolute.parents):
        if (path / "pottle.toml").is_file() or "[tool.pottle" in (text_of(path / "pyproject.toml") or ""):
            return path
        if (path / ".git").exists():
            break
    return None


def _named_rules(said: "LintOptions") -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "select", said.select
    yield "ignore", said.ignore
    yield "severity", tuple(name for name, _ in said.severity)
    yield "per_file_ignores", tuple(name for _, names in said.per_file_ignores for name in names)


def lint_targets(names: Sequence[str], cwd: Path, stdin: bytes | None, stdin_name: str) -> "list[LintTarget]":
    """The files that are meant: files, directories to look below, `-`."""
    from pottle.lint.targets import targets

    return targets(names, cwd, stdin, stdin_name)


def lint_fixed(targets: "Sequence[LintTarget]", settings: "LintSettings", *, unsafe: bool) -> "list[Fixed]":
    """The files with their fixes made; nothing is written."""
    from pottle.lint.fixing import fix_all

    return fix_all(targets, settings, unsafe=unsafe)


def lint_rule(name: str) -> "dict[str, str]":
    """What is to be said of a rule: its name, severity, category, first line and page."""
    from pottle.lint import registry

    if name not in registry.names():
        near = registry.suggestion(name)
        hint = f"did you mean `{near}`?" if near else "`pottle lint --rules` lists them"
        raise UsageError(f"there is no rule `{name}`", hint=hint)
    found, page = registry.rule(name), registry.page(name)
    finds = page.partition("\n")[0]
    return {"rule": name, "severity": found.severity, "category": found.category, "finds": finds, "page": page}


def lint_rules() -> "list[dict[str, str]]":
    """The same of every rule."""
    from pottle.lint import registry

    return [lint_rule(name) for name in registry.names()]


def lint_rendered(form: str, checked: "Sequence[Checked]") -> str:
    """Findings for programs: "json", "sarif", "github", "gitlab", "junit"."""
    from pottle.lint.formats import rendered

    return rendered(form, checked)
