"""The Dockerfile language: what is quoted, and where lines are broken."""

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.errors import ConfigError
from pottle.render import instructions as write
from pottle.render.instructions import WIDTH, Command, Shell, Stage

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain/path:1.0", "plain/path:1.0"),
        ("two words", '"two words"'),
        ("", '""'),
        ("$HOME", r'"\$HOME"'),
        (r'a "b" \c', r'"a \"b\" \\c"'),
        ("#no comment", '"#no comment"'),
    ],
)
def test_a_value_is_quoted_where_it_has_to_be_and_never_expanded(text: str, written: str):
    assert write.value(text) == written


@given(LINES)
def test_a_quoted_value_is_one_word_that_means_the_text(text: str):
    # Of quotes and escapes Docker's words are a shell's; what differs is `$`, which is escaped.
    assert shlex.split(write.value(text).replace(r"\$", "$"), comments=False) == [text]


@given(st.lists(LINES | st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_an_array_is_one_line_of_json(argv: list[str]):
    written = write.array(argv)
    assert json.loads(written) == argv
    assert "\n" not in written


@pytest.mark.parametrize("make", [lambda t: write.environment([("A", t)]), lambda t: write.run(Command((t,)))])
def test_a_line_break_that_cannot_be_written_is_an_error(make):
    with pytest.raises(ConfigError, match="line break"):
        make("a\nb")


def test_what_fits_stands_in_one_line():
    assert str(write.run(Command(("rm", "-rf"), ("a b", "c")))) == "RUN rm -rf 'a b' c"


def test_what_does_not_fit_is_broken_between_its_parts():
    names = tuple(f"package-of-some-length-{number}" for number in range(5))
    written = str(write.run(Command(("apt-get", "update")), Command(("apt-get", "install"), names)))
    assert written.splitlines() == [
        "RUN apt-get update \\",
        "    && apt-get install \\",
        *(f"        {name} \\" for name in names[:-1]),
        f"        {names[-1]}",
    ]
    assert all(len(line) <= WIDTH for line in written.splitlines())


def test_mounts_come_before_the_command():
    mounts = (write.cache("/root/.cache/uv"), write.secret("ca", "/ca.pem"), write.bind("uv.lock", "uv.lock"))
    written = str(write.run(Shell("true"), mounts=mounts, network="none"))
    assert written.replace(" \\\n   ", "").split() == [
        "RUN",
        "--network=none",
        "--mount=type=cache,target=/root/.cache/uv",
        "--mount=type=secret,id=ca,target=/ca.pem",
        "--mount=type=bind,source=uv.lock,target=uv.lock",
        "true",
    ]


def test_a_path_with_a_comma_does_not_end_its_field():
    assert write.bind("a,b/uv.lock", "uv.lock") == '--mount=type=bind,"source=a,b/uv.lock",target=uv.lock'


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("src", "COPY src ./"),
        ("with space", 'COPY ["with space", "./"]'),
        ("[id]", 'COPY ["[[]id]", "./"]'),
        ("$x", r'COPY ["\\$x", "./"]'),
    ],
)
def test_a_copied_path_is_literal(path: str, written: str):
    assert str(write.copy([path], "./")) == written


def test_a_stage_is_its_from_and_its_instructions():
    stage = Stage("${BASE}", "base", (write.workdir("/app").because("Why."),), "What.")
    assert str(stage) == "# What.\nFROM ${BASE} AS base\n# Why.\nWORKDIR /app"
