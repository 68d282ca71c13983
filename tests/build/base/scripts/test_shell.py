"""Scripts are read as the shell reads them: words, and what holds commands together."""

import pytest

from pottle.build.base.scripts.shell import Case, Chain, For, Function, Group, If, Pipe, Simple, While, parse
from pottle.build.base.scripts.tokens import InvalidScript, tokens

WORDS = {
    "blanks and a comment": ("a  b\t'c d' # e\n", ["a", "b", "'c d'", "\n"]),
    "a number sign within a word": ("a#b $#", ["a#b", "$#"]),
    "a line that goes on": ("a \\\n b", ["a", "b"]),
    "quotes within a word": ("a\"b c\"d'e f'", ["a\"b c\"d'e f'"]),
    "escapes": (r"a\ b \'", [r"a\ b", r"\'"]),
    "substitutions": ("$(a 'b)' $(c d)) `e f` ${g:-h i}", ["$(a 'b)' $(c d))", "`e f`", "${g:-h i}"]),
    "operators": ("a&&b||c|d;e&", ["a", "&&", "b", "||", "c", "|", "d", ";", "e", "&"]),
    "redirections": ("a 2>/dev/null >>b", ["a", "2>", "/dev/null", ">>", "b"]),
    "a here-document": ("cat <<EOF >x\nrm -rf /\nEOF\nb", ["cat", ">", "x", "\n", "\n", "b"]),
    "one with tabs and quotes": ("cat <<-'E O F'\n\tx\n\tE O F\nb", ["cat", "\n", "\n", "b"]),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.values(), ids=WORDS)
def test_words_and_operators(text, expected):
    assert list(tokens(text)) == expected


A, B, C = Simple(("a",)), Simple(("b",)), Simple(("c",))
TREES = {
    "one after the other": ("a; b\nc &", (A, B, C)),
    "a chain": ("a && b ||\n c", (Chain(A, (("&&", B), ("||", C))),)),
    "a pipe": ("! a | b", (Pipe((A, B), negated=True),)),
    "if": ("if a; then b\nelif b\nthen c; else\na; fi", (If((((A,), (B,)), ((B,), (C,))), (A,)),)),
    "for": ("for x in 1 $y; do a; done", (For("x", ("1", "$y"), (A,)),)),
    "for all arguments": ("for x\ndo a\ndone", (For("x", ('"$@"',), (A,)),)),
    "while": ("while a; do b; done", (While((A,), (B,)),)),
    "case": ("case $1 in\n a|b) a ;;\n (*)\n b\nesac", (Case("$1", ((("a", "b"), (A,)), (("*",), (B,)))),)),
    "groups": ("{ a; }; (b) >x", (Group((A,)), Group((Group((B,)),), ("x",)))),
    "a function": ("f_1 () {\n a\n}", (Function("f_1", (Group((A,)),)),)),
    "where output goes": ("a >x 2>&1 <y", (Simple(("a",), ("x",)),)),
    "a keyword as an argument": ("a if done", (Simple(("a", "if", "done")),)),
    "nothing": ("\n# nothing\n", ()),
}


@pytest.mark.parametrize(("text", "expected"), TREES.values(), ids=TREES)
def test_commands(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "if a; then b",
        "a )",
        "fi",
        "case x in a) b",
        "'",
        '"',
        "$(a",
        "cat <<EOF\nx",
        "for x in",
        "| a",
        "(" * 100,
        "f() ",
    ],
)
def test_what_is_no_script_is_refused(text):
    with pytest.raises(InvalidScript):
        parse(text)
