"""Every part of a Dockerfile, and where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.dockerfile.model import Comment, Directive, Dockerfile, Instruction
from pottle.dockerfile.parser import LONGEST, MOST, parse, printed
from pottle.text import Source


def read(text: str) -> Dockerfile:
    return parse(Source("Dockerfile", text))


def only(text: str) -> Instruction:
    (found,) = read(text).instructions
    return found


def texts(text: str, instruction: Instruction) -> list[str]:
    """The characters that the words' spans cover."""
    return [text[word.span.start : word.span.end] for word in instruction.words]


# --- lines ------------------------------------------------------------------------------------------

JOINED = {
    "one line": ("RUN a", "a"),
    "two": ("RUN a \\\n b", "a  b"),
    "a comment between": ("RUN a \\\n# c\n b", "a  b"),
    "an indented comment": ("RUN a \\\n   # c\n b", "a  b"),
    "an empty line between": ("RUN a \\\n\n  \n b", "a  b"),
    "blanks behind the mark": ("RUN a \\  \n b", "a  b"),
    "a mark that is escaped": ("RUN a \\\\\nRUN b", "a \\\\"),
    "at the end of the file": ("RUN a \\", "a"),
    "Windows' line ends": ("RUN a \\\r\n b\r\n", "a  b"),
    "no blank before the mark": ("RUN a\\\nb", "ab"),
    "the mark alone": ("RUN a \\\n\\\n b", "a  b"),
    "a comment that ends in a mark": ("RUN a \\\n# c \\\n b", "a  b"),
    "a mark on the keyword's own line": ("RUN \\\n  a", "a"),
    "before the keyword": ("  \\\nRUN a", "a"),
    "in lower case": ("run a", "a"),
}


@pytest.mark.parametrize(("text", "body"), JOINED.values(), ids=JOINED)
def test_lines_are_joined(text: str, body: str):
    instruction = read(text).instructions[0]
    assert (instruction.name, instruction.body.text) == ("RUN", body)


def test_every_character_knows_its_place():
    text = "RUN pip \\\n  # why\n  install \\\n  flask\n"
    body = only(text).body
    for word in ("pip", "install", "flask"):
        at = body.text.index(word)
        span = body.span(at, at + len(word))
        assert text[span.start : span.end] == word
    whole = body.whole
    assert text[whole.start : whole.end] == "pip \\\n  # why\n  install \\\n  flask"


def test_escape_directive():
    found = read("# escape=`\nRUN a `\n  b \\\nRUN c")
    assert [each.body.text for each in found.instructions] == ["a   b \\", "c"]
    assert found.escape == "`"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# syntax=docker/dockerfile:1\n# escape=\\\n# check=skip=A\nFROM a", ["syntax", "escape", "check"]),
        ("#syntax = x\nFROM a", ["syntax"]),
        ("# SYNTAX=x\nFROM a", ["syntax"]),
        ("# a comment\n# syntax=x\nFROM a", []),
        ("\n# syntax=x\nFROM a", []),
        ("# other=x\n# syntax=x\nFROM a", []),
        ("\ufeff# syntax=x\nFROM a", ["syntax"]),
        ("FROM a\n# syntax=x", []),
    ],
)
def test_directives(text: str, names: list[str]):
    assert [each.name for each in read(text).directives] == names


def test_comments_and_where_they_stand():
    text = "# one\nFROM a\n  # two\nRUN b \\\n    # three\n    c\n"
    found = read(text).comments
    assert [text[each.span.start : each.span.end] for each in found] == ["# one", "# two", "# three"]


# --- arguments --------------------------------------------------------------------------------------

FLAGS = {
    "none": ("COPY a b", []),
    "one": ("COPY --from=x a b", [("from", "x")]),
    "several": ("COPY --from=x --chmod=755 --link a b", [("from", "x"), ("chmod", "755"), ("link", None)]),
    "quoted": ('RUN --mount="type=cache,target=/a b" c', [("mount", "type=cache,target=/a b")]),
    "over lines": ("RUN --mount=type=cache \\\n --network=none a", [("mount", "type=cache"), ("network", "none")]),
    "ended": ("COPY --from=x -- --a b", [("from", "x")]),
    "behind the arguments": ("RUN a --mount=x", []),
}


@pytest.mark.parametrize(("text", "flags"), FLAGS.values(), ids=FLAGS)
def test_flags(text: str, flags):
    found = only(text).flags
    assert [(flag.name, flag.value) for flag in found] == flags
    assert all(text[flag.span.start : flag.span.end].startswith(f"--{flag.name}") for flag in found)


def test_where_a_flags_value_stands():
    text = "COPY --from=build a b"
    flag = only(text).flags[0]
    assert text[flag.value_span.start : flag.value_span.end] == "build"


ARRAYS = {
    "words": ('CMD ["a", "b c"]', ["a", "b c"]),
    "over lines": ('CMD ["a", \\\n # c\n "b"]', ["a", "b"]),
    "escapes": (r'CMD ["a\tb", "\u00e9"]', ["a\tb", "é"]),
    "empty": ("CMD []", []),
    "behind a flag": ('COPY --from=x ["a b", "c"]', ["a b", "c"]),
}


@pytest.mark.parametrize(("text", "words"), ARRAYS.values(), ids=ARRAYS)
def test_arrays(text: str, words: list[str]):
    found = only(text)
    assert found.json
    assert [word.text for word in found.words] == words
    assert all(each[0] == each[-1] == '"' for each in texts(text, found))


@pytest.mark.parametrize("body", ["['a']", '["a"', '["a",]', '["a"] b', '[ "a" "b" ]', "[[[["])
def test_what_looks_like_an_array_is_the_shell_form(body: str):
    found = only(f"CMD {body}")
    assert (found.json, found.body.text) == (False, body)


@pytest.mark.parametrize("body", ["[1]", '["a", ["b"]]', "[null]"])
def test_arrays_of_something_else_are_refused(body: str):
    assert [each.what for each in read(f"FROM a\nCMD {body}").problems] == ["a JSON array here may hold strings alone"]


PAIRS = {
    "one": ("ENV A=1", [("A", "1")]),
    "several": ("ENV A=1 B=2", [("A", "1"), ("B", "2")]),
    "quotes": ("ENV A=\"b c\" B='d e'", [("A", '"b c"'), ("B", "'d e'")]),
    "an escape": ("ENV A=b\\ c", [("A", "b\\ c")]),
    "the older form": ("ENV A b c", [("A", "b c")]),
    "over lines": ("ENV A=1 \\\n    # why\n    B=2", [("A", "1"), ("B", "2")]),
    "labels": ('LABEL "a.b"="c"', [('"a.b"', '"c"')]),
    "an argument": ("ARG A", [("A", None)]),
    "an argument with a default": ("ARG A=1 B", [("A", "1"), ("B", None)]),
    "nothing": ("ENV A=", [("A", "")]),
}


@pytest.mark.parametrize(("text", "pairs"), PAIRS.values(), ids=PAIRS)
def test_pairs(text: str, pairs):
    found = only(text).pairs
    assert [(pair.name, pair.value) for pair in found] == pairs
    assert all(text[pair.name_span.start : pair.name_span.end] == pair.name for pair in found)
    assert all(text[pair.value_span.start : pair.value_span.end] == (pair.value or "") for pair in found)


def test_words_and_where_they_stand():
    text = "COPY --link  pyproject.toml \\\n  uv.lock  ./\n"
    assert texts(text, only(text)) == ["pyproject.toml", "uv.lock", "./"]


def test_a_health_check_holds_its_command():
    found = only('HEALTHCHECK --interval=5s CMD ["curl", "-f", "x"]')
    assert found.inner is not None
    assert (found.flag("interval") is not None, found.inner.name, found.inner.form) == (True, "CMD", "exec")
    assert only("HEALTHCHECK NONE").inner is not None
    assert not read("FROM a\nHEALTHCHECK NONE").problems


def test_onbuild_holds_an_instruction():
    found = only("ONBUILD COPY --from=x a b")
    assert found.inner is not None
    assert (found.inner.name, found.inner.flags[0].value) == ("COPY", "x")


# --- here-documents ---------------------------------------------------------------------------------

HEREDOCS = {
    "one": ("RUN <<EOF\na\nEOF\nRUN b", [("EOF", True, False, "a\n")]),
    "quoted": ("RUN <<'EOF'\na\nEOF\n", [("EOF", False, False, "a\n")]),
    "double quotes": ('RUN <<"E F"\na\nE F\n', [("E F", False, False, "a\n")]),
    "with tabs": ("RUN <<-EOF\n\ta\n\tEOF\n", [("EOF", True, True, "\ta\n")]),
    "two": ("COPY <<a <<b /x/\n1\na\n2\nb\n", [("a", True, False, "1\n"), ("b", True, False, "2\n")]),
    "given to a program": ("RUN python3 <<EOF > x\na\nEOF\n", [("EOF", True, False, "a\n")]),
    "a comment behind it": ("RUN <<EOF\n# a\nEOF\n# b\nRUN c", [("EOF", True, False, "# a\n")]),
    "of no lines": ("RUN <<EOF\nEOF\n", [("EOF", True, False, "")]),
    "Windows' line ends": ("RUN <<EOF\r\na\r\nEOF\r\n", [("EOF", True, False, "a\r\n")]),
    "behind ONBUILD": ("ONBUILD RUN <<EOF\na\nEOF\n", [("EOF", True, False, "a\n")]),
    "with a descriptor": ("RUN 3<<EOF\na\nEOF\n", [("EOF", True, False, "a\n")]),
    "in quotes": ("RUN echo '<<EOF'\n", []),
    "a string for bash": ("RUN cat <<<EOF\n", []),
    "an instruction that has none": ("ENV A=<<EOF\n", []),
    "an array": ('RUN ["cat", "<<EOF"]\n', []),
}


@pytest.mark.parametrize(("text", "documents"), HEREDOCS.values(), ids=HEREDOCS)
def test_here_documents(text: str, documents):
    found = read(text).instructions[0]
    carrier = found.inner or found
    assert [
        (each.name, each.expands, each.strips_tabs, text[each.body.start : each.body.end]) for each in carrier.heredocs
    ] == documents
    assert all(text[each.terminator.start : each.terminator.end].strip("\t") == each.name for each in carrier.heredocs)


# --- what BuildKit refuses --------------------------------------------------------------------------

PROBLEMS = {
    "nothing": ("", "no instructions"),
    "comments alone": ("# a\n", "no instructions"),
    "a here-document without an end": ("FROM a\nRUN <<EOF\nb\n", "no `EOF`"),
    "an unknown instruction": ("FROM a\nFOO b", "no instruction `FOO`"),
    "an ENV without a value": ("FROM a\nENV A", "a name and a value"),
    "an ENV that is half one form": ("FROM a\nENV A=1 B", "not NAME=VALUE"),
    "two directives": ("# escape=\\\n# escape=`\nFROM a", "two `escape`"),
    "another escape": ("# escape=x\nFROM a", "cannot be the escape"),
    "too many": ("FROM a\n" * (MOST + 1), "more than 5,000"),
    "a line too long": (f"FROM a\nRUN {'x' * LONGEST}", "longer than"),
}


@pytest.mark.parametrize(("text", "what"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_is_refused(text: str, what: str):
    problems = read(text).problems
    assert any(what in each.what for each in problems)
    assert all(0 <= each.span.start <= each.span.end <= len(text) for each in problems)


# --- laws -------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        "FROM a", "RUN b", "COPY", "ENV A=1", "ONBUILD", "HEALTHCHECK CMD", "# c", "# escape=`", "\\", "`", "\n", "\r\n",
        "<<EOF", "<<-'X'", "EOF", "X", " ", "\t", '["a", "b"]', "[", "--from=x", "--", '"', "'", "$", "${A:-b}", "\ufeff",
        "\x00", "\udcff", "é", "\x0b", "\x85", "\u2028", "&&", ";", "|",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200))
def test_printing_what_was_parsed_gives_the_file(text: str):
    found = read(text)
    assert printed(found) == text
    at = 0
    for element in found.elements:
        whole = element.whole if isinstance(element, Instruction) else element.span
        assert at <= whole.start <= whole.end <= len(text)
        at = whole.end
        if isinstance(element, Comment | Directive):
            assert text[whole.start] == "#"
        if isinstance(element, Instruction):
            parts = [element.keyword, *(f.span for f in element.flags), *(w.span for w in element.words)]
            assert all(part in whole for part in (*parts, element.body.whole, element.span))
            assert text[element.keyword.start : element.keyword.end].replace("\n", "")


@given(st.binary(max_size=200))
def test_no_byte_is_lost(content: bytes):
    assert Source("", printed(parse(Source.decode("Dockerfile", content)))).encode() == content
