"""Command lines as a shell reads them."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.project.command_line import InvalidCommandLine, parse

PLAIN = {
    "words": ("gunicorn app:app", ("gunicorn", "app:app")),
    "quotes": ("""python -c 'print("a b")' "c d" e\\ f""", ("python", "-c", 'print("a b")', "c d", "e f")),
    "an escape in quotes": (r'a "\"b\" \$HOME"', ("a", '"b" $HOME')),
    "a quoted operator": ("a '&&' \"|\" ';' \\&", ("a", "&&", "|", ";", "&")),
    "a quoted pattern": ("a '*.py' \"?\"", ("a", "*.py", "?")),
    "a quoted variable": ("a '$HOME'", ("a", "$HOME")),
    "exec": ("exec gunicorn app:app", ("gunicorn", "app:app")),
    "an empty word": ("a ''", ("a", "")),
    "a known variable": ("a --port $PORT -b 0.0.0.0:${PORT:-5000}", ("a", "--port", "8000", "-b", "0.0.0.0:8000")),
    "a known variable in quotes": ('a "[::]:$PORT"', ("a", "[::]:8000")),
    "a continued line": ("a \\\n  b", ("a", "b")),
    "a comment": ("a b # c && d", ("a", "b")),
    "a number sign in a word": ("a b#c", ("a", "b#c")),
    "patterns that no file can match": ("a --listen=*:$PORT *:80 [::]:80", ("a", "--listen=*:8000", "*:80", "[::]:80")),
    "braces that are no expansion": ("a '{port}' x{y}", ("a", "{port}", "x{y}")),
}
SHELL = {
    "a list": ("a && b c", "`&&`", "a && exec b c"),
    "an alternative": ("a || b", "`||`", "a || exec b"),
    "a sequence": ("a; b", "`;`", "a; exec b"),
    "a background": ("a & b", "`&`", "a & exec b"),
    "two lines": ("a\nb", "a line break", "a\nexec b"),
    "already with exec": ("a && exec b", "`&&`", "a && exec b"),
    "an assignment before the last": ("a && X=1 b", "`&&`", "a && X=1 exec b"),
    "a pipe": ("a | b", "`|`", "a | b"),
    "a redirection": ("a > /dev/null 2>&1", "`>`", "exec a > /dev/null 2>&1"),
    "a variable": ("a $HOME", "`$HOME`", "exec a $HOME"),
    "a variable in quotes": ('a "x $HOME"', "`$HOME`", 'exec a "x $HOME"'),
    "a default with blanks": ("a ${X:-b c}", "`$X`", "exec a ${X:-b c}"),
    "a substitution": ("a $(nproc --all) b", "a substitution", "exec a $(nproc --all) b"),
    "backquotes": ("a `nproc`", "a substitution", "exec a `nproc`"),
    "a pattern": ("a *.py", "the pattern `*.py`", "exec a *.py"),
    "a home": ("~/a", "`~/a`", "exec ~/a"),
    "a builtin": ("cd a", "`cd`", "cd a"),
    "a builtin first": ("cd src && python x.py", "`&&`", "cd src && exec python x.py"),
    "a subshell": ("(a; b)", "`(`", "(a; b)"),
    "a condition": ("if a; then b; fi", "`;`", "if a; then b; fi"),
    "a loop": ("while a; do b; done", "`;`", "while a; do b; done"),
    "a separator at the end": ("a;", "`;`", "exec a;"),
}


@pytest.mark.parametrize(("text", "words"), PLAIN.values(), ids=PLAIN)
def test_a_plain_command_is_an_argv(text, words):
    found = parse(text, {"PORT": "8000"})
    assert (found.words, found.shell) == (words, None)


@pytest.mark.parametrize(("text", "why", "line"), SHELL.values(), ids=SHELL)
def test_what_needs_a_shell_keeps_its_text_and_gets_exec(text, why, line):
    found = parse(text)
    assert why in (found.shell or "")
    assert found.text == line
    assert found.replaced is ("exec " in line)
    assert found.dialect == "sh"


def test_assignments_are_its_environment():
    found = parse("A=1 B='x y' env C=$PORT a --b=c", {"PORT": "8"})
    assert found.environment == (("A", "1"), ("B", "x y"), ("C", "8"))
    assert found.words == ("a", "--b=c")


def test_variables_are_told_with_their_defaults():
    assert parse("a $X ${PORT:-5000} $PORT ${Y-1}").variables == (("X", None), ("PORT", "5000"), ("Y", "1"))


@pytest.mark.parametrize(
    "text", ["[[ -f a ]] && b", "a <<< b", "source env && a", "x=(1 2); a", "a &> b", "diff <(a) b"]
)
def test_what_only_bash_has(text):
    assert parse(text).dialect == "bash"


@pytest.mark.parametrize("text", ["a 'b", 'a "b', "", "  ", "X=1", "# nothing"])
def test_what_no_shell_would_run(text):
    with pytest.raises(InvalidCommandLine):
        parse(text)


WORDS = st.lists(st.text("ab'\"\\ $&|*?~#=\t", min_size=1, max_size=6), min_size=1, max_size=4)


@given(WORDS)
def test_every_argv_comes_back_from_its_quotation(words):
    import shlex

    found = parse(f"x {shlex.join(words)}")
    assert (found.words[1:], found.shell) == (tuple(words), None)


@pytest.mark.parametrize("text", [text for text, _ in PLAIN.values()])
def test_a_shell_agrees(text):
    text = text.removeprefix("exec ")
    script = f"PORT=8000; set -- {text}\nprintf '%s\\0' \"$@\""
    printed = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True).stdout.decode()
    assert tuple(printed.split("\0")[:-1]) == parse(text, {"PORT": "8000"}).words
