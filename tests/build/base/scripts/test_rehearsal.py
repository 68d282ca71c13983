"""A script is walked through as dpkg would call it for the first time, and what cannot be known is gone both ways."""

import pytest

from pottle.build.base.scripts.conditions import Scene
from pottle.build.base.scripts.rehearsal import rehearse

THERE = {"/usr/bin/tool", "/etc/there", "/etc/link", "/etc/dir"}
SCENE = Scene(
    "package",
    "arm64",
    exists=lambda path: path in THERE,
    is_directory=lambda path: path == "/etc/dir",
    is_link=lambda path: path == "/etc/link",
    answers={"package/question": "yes"},
)


def reached(script: str) -> list[str]:
    """The commands, those that are not certain with a question mark."""
    found = rehearse(script, SCENE)
    return [f"{' '.join(command.words)}{'' if command.certain else '?'}" for command in found]


REACHED = {
    "its arguments": ('if [ "$1" = configure ] && [ -z "$2" ]; then a; else b; fi', ["a"]),
    "an upgrade": ('if [ -n "$2" ]; then a; fi', []),
    "a version before": (
        'if dpkg --compare-versions "$2" lt-nl 1.0; then a; fi',
        ["dpkg --compare-versions  lt-nl 1.0"],
    ),
    "a case": ('case "$1" in triggered) a;; configure|abort-*) b;; *) c;; esac', ["b"]),
    "a file that is there": ("[ -e /etc/there ] && a; [ -f /etc/not ] || b", ["a", "b"]),
    "a directory, a link": ("[ -d /etc/dir ] && a; [ -L /etc/link ] && b; [ -d /etc/link ] || c", ["a", "b", "c"]),
    "a program": (
        "if which tool >/dev/null; then a; fi; if command -v no; then b; fi",
        ["which tool", "a", "command -v no"],
    ),
    "what cannot be known": ("if some-test; then a; else b; fi; c", ["some-test", "a?", "b?", "c"]),
    "a chain that cannot be known": ("x && a || b", ["x", "a?", "b?"]),
    "conditions joined": (
        'if [ "$1" = configure -a ! -e /etc/not ]; then a; fi; [ -z "$1" -o -n "$1" ] && b',
        ["a", "b"],
    ),
    "variables": ("x=1; y=${x}2; a $y \"$y z\" '$y' ${none:-d} ${x:+e}", ["a 12 12 z $y d e"]),
    "a variable of unknown value": ('x=$(date); a $x; if [ "$x" = 1 ]; then b; fi', ["a $x", "b?"]),
    "a variable that one of two ways sets": ("x=1; if some; then x=2; fi; a $x", ["some", "a $x"]),
    "nothing that is not set": ('a "$nothing" $nothing b', ["a  b"]),
    "the surroundings": ("a $PATH", ["a $PATH"]),
    "several words in one variable": ("x='a b'; $x $x", ["a b a b"]),
    "ends cut off": ("x=a.b.c; e ${x%.*} ${x%%.*} ${x#*.} ${x##*.}", ["e a.b a b.c c"]),
    "a loop": ("for i in 1 2; do a $i; done", ["a 1", "a 2"]),
    "a loop over files": ("for i in /etc/*; do a $i; done", ["a $i?"]),
    "a loop that breaks": ("for i in 1 2; do a $i; break; done; b", ["a 1", "b"]),
    "a function": ('f() { a "$1"; return 0; b; }\nif f 7; then c "$1"; fi', ["a 7", "c configure"]),
    "a function that says no": ("f() { return 1; }; f || a", ["a"]),
    "all arguments": ('f() { a "$@"; }; f 1 "2 3"', ["a 1 2 3"]),
    "itself, again and again": ("f() { f; }; f; a", ["a"]),
    "an end": ("a; exit 0; b", ["a"]),
    "an end that may come": ("if some; then exit 1; fi; b", ["some", "b"]),
    "debconf's default answers": (
        '. /usr/share/debconf/confmodule; db_get package/question; [ "$RET" = yes ] && a; [ "$x" ] || b',
        [". /usr/share/debconf/confmodule", "a", "b"],
    ),
    "another file's variables": (". /usr/share/x; a $set_there", [". /usr/share/x", "a $set_there"]),
    "who is there": ("getent passwd x || a", ["getent passwd x", "a"]),
    "the architecture": ('[ "$(dpkg --print-architecture)" = "$DPKG_MAINTSCRIPT_ARCH" ] && a', ["a"]),
    "while": ("while read x; do a $x; done", ["a $x?"]),
    "not": ("! some || a; ! false && b", ["some", "a?", "false", "b"]),
    "an apostrophe in quotes": ('a "don\'t \\"stop\\" \\$x"', ['a don\'t "stop" $x']),
}


@pytest.mark.parametrize(("script", "expected"), REACHED.values(), ids=REACHED)
def test_reaches(script, expected):
    assert reached(script) == expected


def test_says_where_output_goes():
    (command,) = rehearse("echo x > /etc/$1 2>/dev/null", SCENE)
    assert command.writes == ("/etc/configure", "/dev/null")


@pytest.mark.parametrize(("script", "known"), [("a b", True), ("a $(b)", False), ("a `b`", False), ("a $HOME", False)])
def test_says_whether_every_word_is_known(script, known):
    (command,) = rehearse(script, SCENE)
    assert command.known is known


def test_a_preinst_is_called_otherwise():
    assert [c.words for c in rehearse('[ "$1" = install ] && a', SCENE, ("install", ""))] == [("a",)]


def test_a_script_that_never_ends_does():
    numbers = " ".join(map(str, range(40)))
    loop = f"for a in {numbers}; do for b in {numbers}; do for c in {numbers}; do x $a; done; done; done"
    assert len(rehearse(loop, SCENE)) < 30_000
