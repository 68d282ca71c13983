"""What a command asks of a package manager: its action, its options and what else it is given."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pottle.lint.commands import Command, Word, module_at
from pottle.text import Span

Tool: TypeAlias = Literal["pip", "uv", "poetry", "pdm", "pipenv", "rye", "conda", "apt", "apk", "dnf"]

_PROGRAMS: tuple[tuple[re.Pattern[str], Tool], ...] = (
    (re.compile(r"pip[0-9.]*"), "pip"),
    (re.compile(r"uv"), "uv"),
    (re.compile(r"poetry"), "poetry"),
    (re.compile(r"pdm"), "pdm"),
    (re.compile(r"pipenv"), "pipenv"),
    (re.compile(r"rye"), "rye"),
    (re.compile(r"conda|mamba|micromamba"), "conda"),
    (re.compile(r"apt-get|apt|aptitude"), "apt"),
    (re.compile(r"apk"), "apk"),
    (re.compile(r"dnf|microdnf|yum"), "dnf"),
)

_PIP = frozenset(
    [
        "-r",
        "--requirement",
        "-c",
        "--constraint",
        "-e",
        "--editable",
        "-t",
        "--target",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--platform",
        "--python-version",
        "--implementation",
        "--abi",
        "--root",
        "--prefix",
        "--src",
        "--upgrade-strategy",
        "-C",
        "--config-settings",
        "--config-setting",
        "--global-option",
        "--install-option",
        "--build-option",
        "--no-binary",
        "--only-binary",
        "--progress-bar",
        "--root-user-action",
        "--report",
        "--group",
        "--cache-dir",
        "--log",
        "--proxy",
        "--retries",
        "--timeout",
        "--exists-action",
        "--trusted-host",
        "--cert",
        "--client-cert",
        "--use-feature",
        "--use-deprecated",
        "--python",
        "--keyring-provider",
        "-w",
        "--wheel-dir",
        "-d",
        "--dest",
        "--build-constraint",
        "--uploaded-prior-to",
    ]
)
_UV = frozenset(
    [
        "-r",
        "--requirement",
        "--requirements",
        "-c",
        "--constraint",
        "--constraints",
        "--build-constraint",
        "--build-constraints",
        "-b",
        "--override",
        "--overrides",
        "--exclude",
        "--excludes",
        "-e",
        "--editable",
        "--group",
        "--extra",
        "--only-group",
        "--no-group",
        "--no-extra",
        "-p",
        "--python",
        "-t",
        "--target",
        "--prefix",
        "-i",
        "--index-url",
        "--extra-index-url",
        "-f",
        "--find-links",
        "--index",
        "--default-index",
        "--python-version",
        "--python-platform",
        "--link-mode",
        "--cache-dir",
        "--directory",
        "--project",
        "--config-file",
        "--no-install-package",
        "--package",
        "--resolution",
        "--prerelease",
        "--exclude-newer",
        "--exclude-newer-package",
        "--index-strategy",
        "--keyring-provider",
        "--allow-insecure-host",
        "--torch-backend",
        "-P",
        "--upgrade-package",
        "--reinstall-package",
        "--no-build-package",
        "--no-binary-package",
        "--no-binary",
        "--only-binary",
        "-C",
        "--config-setting",
        "--config-settings",
        "--config-settings-package",
        "--env-file",
        "-w",
        "--with",
        "--with-editable",
        "--with-requirements",
        "--color",
        "--fork-strategy",
        "--python-preference",
        "--refresh-package",
        "--output-format",
        "--no-build-isolation-package",
        "-o",
        "--output-file",
        "--format",
        "-m",
        "--module",
        "--mirror",
        "--install-dir",
        "-s",
        "--script",
        "--from",
        "--preview-features",
        "--prompt",
    ]
)
_POETRY = frozenset(
    [
        "--with",
        "--without",
        "--only",
        "-E",
        "--extras",
        "-C",
        "--directory",
        "-P",
        "--project",
        "-o",
        "--output",
        "-f",
        "--format",
    ]
)
_PDM = frozenset(
    [
        "-G",
        "--group",
        "--with",
        "--without",
        "-L",
        "--lockfile",
        "-p",
        "--project",
        "-c",
        "--config",
        "--venv",
        "-o",
        "--output",
        "-f",
        "--format",
    ]
)
_APT = frozenset(
    [
        "-t",
        "--target-release",
        "--default-release",
        "-o",
        "--option",
        "-c",
        "--config-file",
        "-a",
        "--host-architecture",
    ]
)
_APK = frozenset(
    [
        "-X",
        "--repository",
        "-t",
        "--virtual",
        "-p",
        "--root",
        "--repositories-file",
        "--arch",
        "--keys-dir",
        "--cache-dir",
    ]
)
_CONDA = frozenset(
    [
        "-n",
        "--name",
        "-p",
        "--prefix",
        "-c",
        "--channel",
        "-f",
        "--file",
        "--solver",
        "--platform",
        "--root-prefix",
        "-r",
    ]
)
_VALUED: dict[Tool, frozenset[str]] = {
    "pip": _PIP,
    "uv": _UV,
    "poetry": _POETRY,
    "pdm": _PDM,
    "pipenv": frozenset(
        ["--python", "--pypi-mirror", "--categories", "-i", "--index", "-e", "--editable", "-r", "--requirements"]
    ),
    "rye": frozenset(),
    "conda": _CONDA,
    "apt": _APT,
    "apk": _APK,
    "dnf": frozenset(["--enablerepo", "--disablerepo", "--releasever", "--installroot", "--setopt", "-c", "--repo"]),
}
_TWO_WORDS = frozenset({("uv", "pip"), ("uv", "python"), ("uv", "tool"), ("poetry", "self"), ("conda", "env")})
_OPTION_THAT_IS_NONE = ("-", "--")
_REST_IS_ANOTHERS = frozenset(
    {("uv", "run"), ("poetry", "run"), ("pdm", "run"), ("pipenv", "run"), ("uv", "tool", "run")}
)


@dataclass(frozen=True, slots=True)
class Option:
    """`--name`, `--name value`, `--name=value`, `-nvalue`."""

    name: str
    value: str | None
    span: Span
    """All of it, a value in a word of its own included."""
    value_span: Span | None = None
    word: Word | None = None
    """The word of the value, where it stands alone; else that of the option."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A package manager, called."""

    tool: Tool
    action: tuple[str, ...]
    """`("install",)`, `("pip", "install")` of uv."""
    action_words: tuple[Word, ...]
    options: tuple[Option, ...]
    arguments: tuple[Word, ...]
    """What else it is given: names, paths."""
    command: Command

    def option(self, *names: str) -> Option | None:
        """The first option with one of these names."""
        return next((each for each in self.options if each.name in names), None)

    def all(self, *names: str) -> tuple[Option, ...]:
        """Every option with one of these names."""
        return tuple(each for each in self.options if each.name in names)

    @property
    def hides_options(self) -> bool:
        """Whether a word of it may be any option: a variable whose value is not known, or that the shell takes apart."""
        words = self.command.words
        return any(
            word.raw.lstrip('"').startswith(("$", "`")) and (word.text is None or " " in word.text) for word in words
        )

    @property
    def name(self) -> str:
        """As a person writes it: `uv pip install`."""
        return " ".join((self.tool if self.tool != "apt" else self.command.program, *self.action))

    @property
    def span(self) -> Span:
        """The program and its action: `uv pip install`."""
        last = self.action_words[-1] if self.action_words else self.command.words[-1]
        return self.command.words[0].span.until(last.span)

    @property
    def behind_action(self) -> int:
        """Where an option may be put in: behind the action."""
        return self.action_words[-1].span.end if self.action_words else self.command.words[0].span.end


def invocation(command: Command) -> Invocation | None:
    """The package manager that `command` calls, if it calls one."""
    words = command.words
    module = module_at(words)
    if module is not None:
        words = words[module:]
    if not words:
        return None
    name = words[0].text or ""
    name = name.rpartition("/")[2]
    tool = next((each for pattern, each in _PROGRAMS if pattern.fullmatch(name)), None)
    if tool is None or (module is not None and tool not in ("pip", "uv", "poetry", "pdm", "pipenv")):
        return None
    return _read(tool, words[1:], command)


def _read(tool: Tool, words: Sequence[Word], command: Command) -> Invocation:
    action: list[Word] = []
    options: list[Option] = []
    arguments: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        text = word.known
        if text == "--":
            arguments += words[at:]
            break
        if text.startswith("-") and text not in _OPTION_THAT_IS_NONE:
            found, used = _option(tool, word, words[at] if at < len(words) else None)
            options.append(found)
            at += used
            continue
        if not action or (len(action) == 1 and (tool, action[0].known) in _TWO_WORDS):
            action.append(word)
            continue
        arguments.append(word)
        if (tool, *(each.known for each in action)) in _REST_IS_ANOTHERS:
            arguments += words[at:]
            break
    names = tuple(each.known for each in action)
    return Invocation(tool, names, tuple(action), tuple(options), tuple(arguments), command)


def _option(tool: Tool, word: Word, following: Word | None) -> tuple[Option, int]:
    """The option, and how many further words it has taken."""
    text, valued = word.known, _VALUED[tool]
    if text.startswith("--"):
        name, equals, value = text.partition("=")
        if equals:
            start = word.span.end - len(value) if word.raw.endswith(value) else word.span.start
            return Option(name, value, word.span, Span(start, word.span.end), word), 0
        if name in valued and following is not None:
            return Option(name, following.known, word.span.until(following.span), following.span, following), 1
        return Option(name, None, word.span, word=word), 0
    short = text[:2]
    if short in valued and len(text) > 2:
        return Option(short, text[2:].removeprefix("="), word.span, word=word), 0
    if short in valued and following is not None:
        return Option(short, following.known, word.span.until(following.span), following.span, following), 1
    return Option(text, None, word.span, word=word), 0
