"""Which Poetry a command calls, as far as the file says how it was installed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pottle.lint.build import Build
from pottle.lint.commands import Command, Word
from pottle.lint.invocations import invocation

_REQUIREMENT = re.compile(r"poetry(?:\[[\w,-]+\])?\s*(.*)", re.IGNORECASE)
_CLAUSE = re.compile(r"(==|~=|<=|<|>=|>|@)?\s*v?(\d+)(?:\.(\d+|\*))?(?:\.[\w.*]+)?")
_PLUGIN = re.compile(r"poetry[-_]plugin[-_]export\b.*", re.IGNORECASE)

_OLDEST_PYTHON = 9
"""Python 3.9, of Poetry 2."""


@dataclass(frozen=True, slots=True)
class Poetry:
    """What is known of it."""

    below: tuple[int, int] | None
    """The first version (major, minor) that it surely is older than; None: it is the newest of the day."""
    said: str
    """As a person says it: `poetry==1.7.1`."""
    word: Word | None = None
    """Where that stands."""

    def older_than(self, major: int, minor: int = 0) -> bool:
        """Whether it is surely older."""
        return self.below is not None and self.below <= (major, minor)


def installed(build: Build, command: Command) -> Poetry | None:
    """The Poetry that `command` finds; None: nobody knows which."""
    found: Poetry | None = None
    for each in build.commands_before(command):
        for said in _installs(each):
            if each.conditional:
                return None
            found = said
    return _newest(build, command, found) if found is not None and found.below is None else found


def _newest(build: Build, command: Command, found: Poetry) -> Poetry | None:
    """What the newest is follows from the Python that it is installed on: 2.0 asks for 3.9. None: that is not known."""
    image = build.base(build.stage_of(command.step))
    python = re.fullmatch(r"3\.(\d+)(?:\..*)?", image.python or "") if image is not None else None
    if image is not None and image.official == "python" and image.python in (None, "3"):
        return found
    if python is None:
        return None
    return replace(found, below=(2, 0)) if int(python[1]) < _OLDEST_PYTHON else found


def has_plugin(build: Build, command: Command) -> bool:
    """Whether poetry-plugin-export may be there: by name, or from a list that is not read here."""
    for each in build.commands_before(command):
        if any(_PLUGIN.fullmatch(word.known) for word in each.words):
            return True
        found = invocation(each)
        if found is not None and found.tool in ("pip", "uv") and found.option("-r", "--requirement", "--requirements"):
            return True
    return False


def _installs(command: Command) -> Iterator[Poetry | None]:
    found = invocation(command)
    if found is not None and found.tool in ("apt", "apk", "dnf", "conda"):
        if any(word.known.startswith(("poetry", "python3-poetry", "py3-poetry")) for word in found.arguments):
            yield None
    elif command.program.startswith("python") and command.reads in ("curl", "wget"):
        yield from _by_installer(command)
    elif command.program == "pipx" or (found is not None and "install" in found.action):
        for word in found.arguments if found is not None else command.words[1:]:
            requirement = _REQUIREMENT.fullmatch(word.known)
            if requirement is not None:
                yield _required(word, requirement[1])
            elif word.text is None and "poetry" in word.raw.lower():
                yield None


def _required(word: Word, specifier: str) -> Poetry | None:
    if word.text is None:
        return None
    if not specifier:
        return Poetry(None, word.text, word)
    bounds = [_bound(clause) for clause in specifier.split(",")]
    known = [each for each in bounds if each is not None]
    lower = all(clause.strip().startswith((">=", ">")) for clause in specifier.split(","))
    return Poetry(min(known), word.text, word) if known else Poetry(None, word.text, word) if lower else None


def _bound(clause: str) -> tuple[int, int] | None:
    """The first version that `clause` does not admit."""
    found = _CLAUSE.fullmatch(clause.strip())
    if found is None or found[1] in (">", ">=", None):
        return None
    major, minor = int(found[2]), found[3]
    if minor is None or minor == "*":
        return (major, 0) if found[1] == "<" else (major + 1, 0)
    if found[1] == "~=" and clause.count(".") == 1:
        return major + 1, 0
    return (major, int(minor)) if found[1] == "<" and clause.count(".") == 1 else (major, int(minor) + 1)


def _by_installer(command: Command) -> Iterator[Poetry | None]:
    """`curl -sSL https://install.python-poetry.org | POETRY_VERSION=1.8.3 python3 -`."""
    words = command.argv
    version = next((words[n + 1] for n, word in enumerate(words[:-1]) if word == "--version"), None)
    variables = {**command.step.before.variables, **command.environment}
    if version is None and "POETRY_VERSION" in variables:
        version = variables["POETRY_VERSION"]
        if version is None:
            yield None
            return
    if version is None:
        yield Poetry(None, "the newest Poetry")
        return
    bound = _bound(f"=={version}")
    yield Poetry(bound, f"Poetry {version}") if bound is not None else None
