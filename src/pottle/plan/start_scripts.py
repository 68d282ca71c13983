"""A command that is a shell script of the project: the shell and the tools that it needs, and what is wrong with how it starts things.

The script runs as it is. Its interpreter is named in the argv, so that neither a mode nor `env` is needed.
"""

import posixpath
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence

from pottle.plan import packages, programs, tools
from pottle.plan.system import Need
from pottle.project import runners
from pottle.project.command_line import BUILTINS, RESERVED
from pottle.project.facts import ShellScript

SHELLS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sh": ("/bin/sh", packages.SHELL),
    "bash": ("/bin/bash", ("bash",)),
}
"""Dialect → the shell and the package that has it."""


def named(program: Sequence[str], scripts: Collection[ShellScript]) -> tuple[ShellScript, tuple[str, ...]] | None:
    """The script that a command runs, and its arguments."""
    path = runners.script(program) if program[:1] != ("python",) else None
    path = path or (program[0] if program else "")
    found = next((script for script in scripts if script.path == posixpath.normpath(path)), None)
    return None if found is None else (found, tuple(program[program.index(path) + 1 :]))


def argv(script: ShellScript, arguments: Sequence[str]) -> tuple[str, ...]:
    """The script by its interpreter."""
    return (SHELLS[script.dialect][0], script.path, *arguments)


def runs(script: ShellScript, arguments: Sequence[str]) -> str:
    """The command that the script finally runs: its last one, where that is not what it was given (`exec "$@"`)."""
    given = script.last.strip("\"' ") in ("$@", "${@}", "$*")
    return shlex.join(arguments) if given and arguments else script.last or shlex.join(argv(script, arguments))


def needs(script: ShellScript) -> Iterator[Need]:
    """The shell, and the packages of the tools that it runs."""
    path, names = SHELLS[script.dialect]
    yield Need(names, "shell", path, f"{script.path} is a script for it", script.path)
    yield from tools.needs(script.runs)


def warnings(
    script: ShellScript, held: Mapping[str, str | None], own: Sequence[str], *, complete: bool
) -> Iterator[str]:
    """What the script expects of another image than this, and a program that signals do not reach."""
    for run in script.runs:
        word = run.value
        if word in ("source", ".") or word in tools.TOOLS or word in BUILTINS | RESERVED or "/" in word or "$" in word:
            continue
        known = word in programs.PROGRAMS or complete
        if known and word not in runners.MANAGERS and programs.missing(runners.bare((word,)) or ("python",), held, own):
            yield f"{run.at}: nothing in the image brings {word}"
        elif word in runners.MANAGERS:
            yield f"{run.at}: {word} is not in the image: its environment is there without it"
    if not script.replaced and script.last:
        yield f"{script.at}: write `exec` before `{script.last}`: without it no signal reaches that"
