"""One place that configures something: a file, the environment, the command line.

A layer is partial: it holds what its place says, with the line, and what is wrong there. Layers form a monoid under `|`,
the later one winning, so that precedence is one line and every error is known before any is raised.
"""

import difflib
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self, TypeAlias

import msgspec

from pottle.config.keys import (
    LINT,
    LISTS,
    MAPPINGS,
    PROCESS,
    STEP,
    SWITCHES,
    TYPES,
    description,
    table_description,
    written,
)
from pottle.config.options import LintOptions, Options, ProcessOptions, StepOptions
from pottle.errors import ConfigError, UsageError, combined
from pottle.text import Location
from pottle.toml import Document, InvalidToml

PREFIX = "POTTLE_"
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")

Problem: TypeAlias = ConfigError | UsageError


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of its key's type, and the place that sets it."""

    value: Any
    at: Location


@dataclass(frozen=True, slots=True)
class Layer:
    """What one place, or several combined, says; `Layer()` says nothing."""

    settings: Mapping[str, Setting] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def __or__(self, later: Self) -> "Layer":
        merged = {**self.settings, **later.settings}
        for name in MAPPINGS & self.settings.keys() & later.settings.keys():
            below, above = self.settings[name], later.settings[name]
            merged[name] = Setting({**below.value, **above.value}, above.at)
        return Layer(merged, (*self.problems, *later.problems))

    def options(self) -> Options:
        """The options that the settings give. Raises one error that holds every problem."""
        if self.problems:
            raise combined(self.problems)
        values = {name: _frozen(setting.value) for name, setting in self.settings.items()}
        origins = {name: setting.at for name, setting in self.settings.items()}
        return Options(**values, origins=MappingProxyType(origins))


def from_pyproject(text: str, path: str = "pyproject.toml") -> Layer:
    """What `[tool.pottle]` says. A file that is not TOML says nothing: whoever reads the project reports that."""
    try:
        document = Document(text, path)
    except InvalidToml:
        return Layer()
    table = document.get("tool", "pottle")
    return Layer() if table is None else _from_table(document, table, ("tool", "pottle"))


def from_pottle_toml(text: str, path: str = "pottle.toml") -> Layer:
    """What `pottle.toml` says: the same keys, at the top."""
    try:
        document = Document(text, path)
    except InvalidToml as error:
        return Layer(problems=(ConfigError(f"this is not TOML: {error}", at=error.at, hint="correct that line"),))
    return _from_table(document, document.values, ())


def from_environment(environ: Mapping[str, str]) -> Layer:
    """What the variables `POTTLE_*` and `SOURCE_DATE_EPOCH` say; an empty variable says nothing.

    Lists are separated by commas or blanks, `POTTLE_COMMAND` is split as a shell splits words, mappings are `NAME=VALUE` words.
    Other `POTTLE_` variables are somebody else's, unless they look like a slip of the pen.
    """
    found = [
        _variable(name.removeprefix(PREFIX).lower(), text, Location(name))
        for name, text in sorted(environ.items())
        if name.startswith(PREFIX) and text
    ]
    if epoch := environ.get("SOURCE_DATE_EPOCH"):
        found.append(_epoch(epoch))
    return _sum(found)


def from_flags(flags: Mapping[str, Any]) -> Layer:
    """What the command line says: field name → value; None and empty collections say nothing. Its problems are the user's slips."""
    given = {name: value for name, value in flags.items() if value is not None and value not in ((), [], {})}
    found = _sum(_checked(name, value, Location(_flag(name))) for name, value in given.items())
    return Layer(found.settings, tuple(UsageError(p.what, at=p.at, hint=p.hint) for p in found.problems))


def _flag(name: str) -> str:
    """A flag that may be repeated is named in the singular."""
    return f"--{written(name)}".removesuffix("s") if name in LISTS else f"--{written(name)}"


def _from_table(document: Document, table: object, above: tuple[str, ...]) -> Layer:
    if not isinstance(table, Mapping):
        return Layer(
            problems=(ConfigError("this has to be a table", at=document.at(*above), hint="write `[tool.pottle]`"),)
        )
    return _sum(_entry(document, str(key), value, above) for key, value in table.items())


def _entry(document: Document, key: str, value: object, above: tuple[str, ...]) -> Layer:
    if key == "process" and isinstance(value, Mapping):
        return _sum(_process(document, str(name), table, (*above, key, str(name))) for name, table in value.items())
    if key == "step" and isinstance(value, Mapping):
        return _sum(_step(document, str(name), table, (*above, key, str(name))) for name, table in value.items())
    if key == "lint" and isinstance(value, Mapping):
        return _lint(document, value, (*above, key))
    return _key(key, value, document.at(*above, key))


def _process(document: Document, name: str, table: object, above: tuple[str, ...]) -> Layer:
    """One `[tool.pottle.process.NAME]`: every mistake in it."""
    found = _table_of(document, ("process", name), table, above, PROCESS, ("command",))
    if found.problems:
        return found
    at, said = document.at(*above), found.settings["process"].value[name]
    return Layer({"process": Setting({name: ProcessOptions(said.command, said.schedule, at)}, at)})


def _step(document: Document, name: str, table: object, above: tuple[str, ...]) -> Layer:
    """One `[tool.pottle.step.NAME]`: every mistake in it."""
    found = _table_of(document, ("step", name), table, above, STEP, ("command", "outputs"))
    if found.problems:
        return found
    at, said = document.at(*above), found.settings["step"].value[name]
    return Layer({"step": Setting({name: StepOptions(said.command, said.outputs, at)}, at)})


def _table_of(
    document: Document,
    what: tuple[str, str],
    table: object,
    above: tuple[str, ...],
    types: Mapping[str, Any],
    needed: Iterable[str],
) -> Layer:
    """The table of one process, or of one step."""
    at, (kind, name) = document.at(*above), what
    problems: list[Problem] = []
    for key, value in table.items() if isinstance(table, Mapping) else ():
        problem = _unfit(types, str(key), value, document.at(*above, str(key)))
        problems += [problem] if problem is not None else []
    for key in needed:
        if isinstance(table, Mapping) and key not in table:
            hint = table_description(types, key)
            problems.append(ConfigError(f"the {kind} {name} has no {key}", at=at, hint=hint))
    return Layer(problems=tuple(problems)) if problems else _checked(kind, {name: table}, at)


def _lint(document: Document, table: Mapping[str, object], above: tuple[str, ...]) -> Layer:
    """`[tool.pottle.lint]`: every mistake in it. Which rules there are is for the linter to know."""
    known = {written(name): name for name in LINT}
    types = {key: LINT[name] for key, name in known.items()}
    found = [_unfit(types, str(key), value, document.at(*above, str(key))) for key, value in table.items()]
    problems = tuple(problem for problem in found if problem is not None)
    if problems:
        return Layer(problems=problems)
    said = {known[key]: msgspec.convert(value, types[key]) for key, value in table.items()}
    for name in ("severity", "per_file_ignores"):
        said[name] = tuple(said.get(name, {}).items())
    at = {known[key]: document.at(*above, key) for key in table}
    return Layer({"lint": Setting(LintOptions(**said, origins=MappingProxyType(at)), document.at(*above))})


def _unfit(table: Mapping[str, Any], key: str, value: object, at: Location) -> ConfigError | None:
    """What is wrong with one key of a table whose keys have these types."""
    if key not in table:
        return _unknown(key, table, at)
    try:
        found = msgspec.convert(value, table[key])
        if key == "command" and (not found or "\0" in "".join(found)):
            return ConfigError("`command`: it runs nothing", at=at, hint=table_description(table, key))
    except msgspec.ValidationError as error:
        return ConfigError(_refused(key, value, str(error)), at=at, hint=table_description(table, key))
    return None


def _key(key: str, value: object, at: Location) -> Layer:
    known = {written(name): name for name in TYPES}
    if key in known:
        return _checked(known[key], value, at)
    return Layer(problems=(_unknown(key, known, at),))


def _unknown(key: str, known: Iterable[str], at: Location) -> ConfigError:
    near = difflib.get_close_matches(key.replace("_", "-").lower(), list(known), n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(sorted(known))}"
    return ConfigError(f"unknown key `{key}`", at=at, hint=hint)


def _variable(name: str, text: str, at: Location) -> Layer:
    if name in TYPES:
        try:
            return _checked(name, _parsed(name, text), at)
        except ValueError as error:
            return Layer(problems=(ConfigError(f"`{at.path}`: {error}", at=at, hint=description(name)),))
    if near := difflib.get_close_matches(name, list(TYPES), n=1, cutoff=0.8):
        hint = f"did you mean `{PREFIX}{near[0].upper()}`?"
        return Layer(problems=(ConfigError(f"unknown variable `{at.path}`", at=at, hint=hint),))
    return Layer()


def _parsed(name: str, text: str) -> object:
    if name == "command":
        return shlex.split(text)
    if name in LISTS:
        return text.replace(",", " ").split()
    if name in MAPPINGS:
        return dict(_pair(word) for word in shlex.split(text))
    if name in SWITCHES:
        return _switch(text)
    return int(text) if name == "port" else text


def _switch(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise ValueError(f"{text!r} is neither yes nor no")
    return text.lower() in _YES


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise ValueError(f"{word!r} is not NAME=VALUE")
    return name, value


def _epoch(text: str) -> Layer:
    at = Location("SOURCE_DATE_EPOCH")
    if text.isascii() and text.isdigit() and int(text) < 1 << 33:
        return Layer({"epoch": Setting(int(text), at)})
    hint = "it is a number of seconds since 1970: `git log -1 --format=%ct`"
    return Layer(problems=(ConfigError(f"SOURCE_DATE_EPOCH is {text!r}", at=at, hint=hint),))


def _checked(name: str, value: object, at: Location) -> Layer:
    try:
        return Layer({name: Setting(msgspec.convert(value, TYPES[name]), at)})
    except msgspec.ValidationError as error:
        return Layer(problems=(ConfigError(_refused(name, value, str(error)), at=at, hint=description(name)),))


def _refused(name: str, value: object, why: str) -> str:
    """Msgspec's reason, but for patterns, which say nothing to a reader."""
    if "matching regex" in why:
        return f"`{written(name)}` cannot be {' '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
    return f"`{written(name)}`: {why[:1].lower()}{why[1:]}"


def _sum(layers: Iterable[Layer]) -> Layer:
    total = Layer()
    for layer in layers:
        total |= layer
    return total


def _frozen(value: Any) -> Any:
    return tuple(sorted(value.items())) if isinstance(value, dict) else value
