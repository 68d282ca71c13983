"""Shell scripts that may start the project."""

import pytest

from pottle.project.detectors.start_scripts import detect
from pottle.project.survey import Survey
from pottle.project.tree import DictTree


def scripts(files: dict[str, str]):
    return list(detect(Survey(DictTree(files))))


def script(text: str, path: str = "start.sh"):
    (found,) = scripts({path: text})
    return found


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("#!/bin/sh\na", "sh"),
        ("#!/bin/bash\na", "bash"),
        ("#!/usr/bin/env bash\na", "bash"),
        ("#!/usr/bin/env -S bash -e\na", "bash"),
        ("#! /bin/sh -e\na", "sh"),
        ("a", "sh"),
        ("if [[ -f x ]]; then\na\nfi", "bash"),
        ("x=(1 2)\na", "bash"),
        ("source env\na", "bash"),
    ],
)
def test_dialects(text: str, dialect: str):
    assert script(text).dialect == dialect


LASTS = {
    "a command": ("a\nb c", ("b c", "start.sh:2", False)),
    "exec": ("a\nexec b c", ("b c", "start.sh:2", True)),
    "joined": ("exec b \\\n  --c", ("b  --c", "start.sh:1", True)),
    "what it was given": ('exec "$@"', ('"$@"', "start.sh:1", True)),
    "behind a block": ("if a; then\n  exec b\nelse\n  exec c\nfi", ("c", "start.sh:4", True)),
    "a block without": ("while true; do\n  a\n  sleep 1\ndone", ("sleep 1", "start.sh:3", False)),
    "a comment at the end": ("exec b\n# that is all\n", ("b", "start.sh:1", True)),
    "a here-document": ("cat <<EOF\nx\nEOF\nexec b", ("b", "start.sh:4", True)),
    "nothing": ("# nothing\n", ("", "start.sh", True)),
}


@pytest.mark.parametrize(("text", "expected"), LASTS.values(), ids=LASTS)
def test_the_last_command(text: str, expected: tuple[str, str, bool]):
    found = script(text)
    assert (found.last, str(found.at), found.replaced) == expected


RUNS = {
    "commands": ("a x\nb", ["a", "b"]),
    "lists": ("a && b || c; d | e", list("abcde")),
    "conditions": ("if a; then b; elif ! c; then d; else e; fi", list("abcde")),
    "loops": ("for x in a b; do c; done\nwhile d; do e; done", ["c", "d", "e"]),
    "tests": ('[ -n "$X" ] && a\n[[ -n $X ]] && b', ["[", "a", "b"]),
    "assignments": ("X=1 a\nX=2", ["a"]),
    "functions": ("go() {\n  a\n}\ngo", ["a"]),
    "redirections": ("a > x < y\nb 2>&1", ["a", "b"]),
    "words of a here-document": ("cat <<EOF\na\nEOF", ["cat"]),
}


@pytest.mark.parametrize(("text", "runs"), RUNS.values(), ids=RUNS)
def test_what_it_runs(text: str, runs: list[str]):
    assert [fact.value for fact in script(text).runs] == runs


@pytest.mark.parametrize("path", ["start.sh", "bin/run.sh", "a/b/x.bash", "docker/entrypoint", "start-server"])
def test_where_it_may_lie(path: str):
    assert script("#!/bin/sh\na", path).path == path


@pytest.mark.parametrize(
    "files",
    [
        {"a/b/c/start.sh": "a"},
        {"start.py": "print()"},
        {"start": "no shebang"},
        {"start": "#!/usr/bin/env python\nprint()"},
        {"run.sh": "#!/usr/bin/fish\na"},
        {"start.sh": b"\xff\xfe"},
    ],
)
def test_stays_quiet(files):
    assert scripts(files) == []
