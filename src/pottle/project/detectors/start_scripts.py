"""Shell scripts that may start the project: what they run, by which shell, and whether signals reach what they start.

Read as far as a shell's grammar of simple commands goes; a script is never simplified, only its needs are told.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence

from pottle.project.command_line import InvalidCommandLine, Shell, heads, parse
from pottle.project.facts import Fact, ShellScript
from pottle.project.survey import Survey
from pottle.text import Location

MOST = 50
LARGEST = 100_000

_NAMES = re.compile(r"(?:^|/)[^/]*\.(?:sh|bash)$|(?:^|/)(?:start|run|serve|launch|boot|(?:docker-)?entrypoint)[^/.]*$")
_DEEPEST = 2
_HEREDOC = re.compile(r"<<-?\s*[\"']?([A-Za-z_]\w*)[\"']?")
_FUNCTION = re.compile(r"^\s*(?:function\s+)?([A-Za-z_][\w-]*)\s*\(\s*\)", re.MULTILINE)
_CLOSING = ("fi", "done", "esac", "}", ";;", "else", "then", "do", ")")


def detect(survey: Survey) -> Iterator[ShellScript]:
    """Every shell script near the root."""
    paths = [path for path in survey.tree.files() if path.count("/") <= _DEEPEST and _NAMES.search(path)]
    for path in paths[:MOST]:
        text = survey.source(path)
        if text is None or len(text) > LARGEST or not (path.endswith((".sh", ".bash")) or text.startswith("#!")):
            continue
        if found := _script(path, text):
            yield found


def _script(path: str, text: str) -> ShellScript | None:
    shell = _interpreter(text)
    if shell not in (None, "sh", "bash", "dash", "ash"):
        return None
    lines = list(_logical(text))
    functions = set(_FUNCTION.findall(text))
    runs = [
        Fact(word, Location(path, number)) for line, number in lines for word in _heads(line) if word not in functions
    ]
    last, number, replaced = _last(lines)
    dialect: Shell = "bash" if shell == "bash" or any(_bash(line) for line, _ in lines) else "sh"
    return ShellScript(path, dialect, tuple(runs), last, Location(path, number or None), replaced)


def _interpreter(text: str) -> str | None:
    """The program that the first line names: `#!/bin/sh`, `#!/usr/bin/env -S bash -e`."""
    first = text.partition("\n")[0]
    names = [posixpath.basename(word) for word in first[2:].split() if not word.startswith("-")]
    if not first.startswith("#!") or not names:
        return None
    return names[1] if names[0] == "env" and len(names) > 1 else names[0]


def _last(lines: Sequence[tuple[str, int]]) -> tuple[str, int, bool]:
    """The last command, its line, and whether the script becomes it. A script that ends in a block and becomes a
    program somewhere within is taken at its word.
    """
    for line, number in reversed(lines):
        word = line.split()[0].rstrip(";")
        if word.startswith(_CLOSING):
            continue
        try:
            parse(line)
        except InvalidCommandLine:
            continue
        within = any(other.lstrip().startswith("exec ") for other, _ in lines)
        becomes = line.startswith("exec ") or (lines[-1][0] != line and within)
        return line.removeprefix("exec "), number, becomes
    return "", 0, True


def _heads(line: str) -> Iterator[str]:
    try:
        yield from heads(line)
    except InvalidCommandLine:
        return


def _bash(line: str) -> bool:
    try:
        return parse(line).dialect == "bash"
    except InvalidCommandLine:
        return False


def _logical(text: str) -> Iterator[tuple[str, int]]:
    """Lines joined at a backslash, without comments and here-documents, with their numbers."""
    pending, start, until = "", 0, None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if until is not None:
            until = None if line == until else until
            continue
        if line.startswith("#") and not pending:
            continue
        start = start or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        if whole := (pending + line).strip():
            yield whole, start
            here = _HEREDOC.search(whole)
            until = here[1] if here is not None and "<<<" not in whole else None
        pending, start = "", 0
