"""Which commands a script runs, under which conditions, and where their words stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.shell.commands import Run, runs
from pottle.shell.parser import parse
from pottle.shell.syntax import Word


def found(text: str) -> list[Run]:
    script = parse(text)
    assert script.error is None, script.error
    return list(runs(script))


def argvs(text: str) -> list[str]:
    return [" ".join(word.text for word in run.simple.words) for run in found(text)]


COMMANDS = {
    "one": ("a b", ["a b"]),
    "lists": ("a && b || c; d & e", ["a", "b", "c", "d", "e"]),
    "lines": ("a\nb # c\n# d\ne", ["a", "b", "e"]),
    "continued": ("a \\\n b", ["a b"]),
    "inside of a word": ("a\\\nb c", ["a\\\nb c"]),
    "a pipe": ("a | b |& c", ["a", "b", "c"]),
    "a subshell": ("(a; b) && { c; }", ["a", "b", "c"]),
    "a condition": ("if a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
    "a test": ('if [ "$x" = a ]; then b; fi', ['[ "$x" = a ]', "b"]),
    "bash's test": ("[[ a && b ]] && c", ["[[ a && b ]]", "c"]),
    "loops": ("for x in a b; do c $x; done; while d; do e; done", ["c $x", "d", "e"]),
    "bash's loop": ("for ((i=0; i<3; i++)); do a; done", ["a"]),
    "a case": ("case $x in a|b) c ;; (d) e;; *) f; esac", ["c", "e", "f"]),
    "a function": ("f() { a; }; f", ["a", "f"]),
    "bash's function": ("function f { a; }; f", ["a", "f"]),
    "a negation": ("! a && b", ["a", "b"]),
    "quotes": ("a 'b c' \"d e\" f\\ g", ["a 'b c' \"d e\" f\\ g"]),
    "a substitution": ("a $(b; c 'd)') `e; f`", ["a $(b; c 'd)') `e; f`"]),
    "an expansion": ("a ${b:-c d} $((1 + 2))", ["a ${b:-c d} $((1 + 2))"]),
    "a process": ("a <(b; c)", ["a <(b; c)"]),
    "an array": ("x=(a b); c", ["", "c"]),
    "a here-document": ("a <<EOF\nb; c\nEOF\nd", ["a", "d"]),
    "two of them": ("a <<X <<-Y\n1\nX\n2\n\tY\nb", ["a", "b"]),
    "a here-document in a pipe": ("a <<EOF | b\nx\nEOF\nc", ["a", "b", "c"]),
    "a here-string": ("a <<< b", ["a"]),
    "redirections": ("a > b 2>&1 < c >> d &> e", ["a"]),
    "a redirection alone": ("> a; b", ["", "b"]),
    "a number that is a word": ("echo 2 >a", ["echo 2"]),
    "reserved words as arguments": ("echo if then done", ["echo if then done"]),
    "nothing": ("", []),
    "a comment": ("# a", []),
    "a mark inside of a word": ("a b#c", ["a b#c"]),
}


@pytest.mark.parametrize(("text", "commands"), COMMANDS.values(), ids=COMMANDS)
def test_commands(text: str, commands: list[str]):
    assert argvs(text) == commands


CONDITIONS = {
    "always": ("a && b; c", []),
    "behind or": ("a || b && c", ["b", "c"]),
    "branches": ("if a; then b; else c; fi; d", ["b", "c"]),
    "loops": ("for x in y; do a; done; b", ["a"]),
    "cases": ("case x in y) a;; esac", ["a"]),
    "functions": ("f() { a; }; b", ["a"]),
    "groups": ("{ a; }; (b)", []),
    "inside of a branch": ("if a; then (b | c); fi", ["b", "c"]),
}


@pytest.mark.parametrize(("text", "names"), CONDITIONS.values(), ids=CONDITIONS)
def test_what_may_not_run(text: str, names: list[str]):
    assert [run.simple.words[0].text for run in found(text) if run.conditional] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a && b", []),
        ("a || b", ["a"]),
        ("a && b || true", ["a", "b"]),
        ("! a", ["a"]),
        ("if a; then b; fi", ["a"]),
        ("while a; do b; done", ["a"]),
    ],
)
def test_whose_failure_does_not_count(text: str, names: list[str]):
    assert [run.simple.words[0].text for run in found(text) if run.tolerated] == names


def test_pipes():
    first, second = found("curl x | sudo sh -")
    assert first.feeds is second.simple
    assert second.reads is first.simple
    assert (first.reads, second.feeds) == (None, None)


def test_assignments_and_redirections():
    (run,) = found('A=1 B="$A x" c d >e 2>&1')
    assert [(each.name, each.value.text) for each in run.simple.assignments] == [("A", "1"), ("B", '"$A x"')]
    assert [(each.operator, each.target.text) for each in run.redirections] == [(">", "e"), ("2>&", "1")]


def test_a_group_shares_its_redirections():
    first, second = found("{ a; b; } > c")
    assert [each.target.text for each in (*first.redirections, *second.redirections)] == ["c", "c"]


def test_a_here_document_has_its_lines():
    (run,) = found("a <<'EOF'\nx $y\nEOF\n")
    document = run.redirections[0].document
    assert document is not None
    assert (document.text, document.expands) == ("x $y\n", False)


WORDS = {
    "plain": ("a", "a"),
    "quotes": ("'a b'\"c\"d", "a bcd"),
    "escapes": ('a\\ b"\\$\\x"', "a b$\\x"),
    "a continued one": ("a\\\nb", "ab"),
    "a variable": ("$A/b", "1/b"),
    "braces": ("${A}b", "1b"),
    "a default": ("${E:-x}", "x"),
    "a default that is not needed": ("${A:-x}", "1"),
    "unset": ("$B", None),
    "a substitution": ("$(a)", None),
    "no variable": ("a$", "a$"),
    "in single quotes": ("'$A'", "$A"),
}


@pytest.mark.parametrize(("text", "value"), WORDS.values(), ids=WORDS)
def test_what_a_word_comes_to(text: str, value: str | None):
    (run,) = found(f"x {text}")
    assert run.simple.words[1].resolved({"A": "1", "E": ""}) == value


ERRORS = [
    "a 'b",
    'a "b',
    "a `b",
    "a $(b",
    "a ${b",
    "if a; then b",
    "a && && b",
    "( a",
    "a )",
    "fi",
    "for x",
    "a <<EOF",
    "a >",
]


@pytest.mark.parametrize("text", ERRORS)
def test_what_no_shell_takes(text: str):
    script = parse(text)
    assert script.error is not None
    assert script.error_at is not None
    assert 0 <= script.error_at <= len(text)


def test_what_stands_before_a_mistake_is_read():
    script = parse("a; b; ) c")
    assert [run.simple.words[0].text for run in runs(script)] == ["a", "b"]


PIECES = st.sampled_from(
    [
        "a",
        "b",
        "if",
        "then",
        "else",
        "fi",
        "for",
        "in",
        "do",
        "done",
        "case",
        "esac",
        "{",
        "}",
        "(",
        ")",
        "&&",
        "||",
        ";",
        "|",
        "&",
        ">",
        "<",
        "<<",
        "<<EOF",
        "EOF",
        "'",
        '"',
        "`",
        "$",
        "$(",
        "${",
        "}",
        "\\",
        "\n",
        "#",
        "=",
        "A=1",
        "!",
        "[[",
        "]]",
        ";;",
        "~",
        "*",
        "é",
        "\x00",
    ]
)


@given(st.lists(PIECES, max_size=30).map(" ".join) | st.text(max_size=80))
def test_words_stand_where_they_say(text: str):
    for run in runs(parse(text)):
        words: list[Word] = [*run.simple.words, *(each.value for each in run.simple.assignments)]
        assert all(text[word.span.start : word.span.end] == word.text for word in words)


@pytest.mark.parametrize(
    "text", ["(" * 5000, "$(" * 5000, "{ " * 5000, '"$(' * 3000, "if " * 5000, "${" * 5000, "a;" * 20000]
)
def test_depth_is_bounded(text: str):
    parse(text)
