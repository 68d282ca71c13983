"""What each stage stands on, and what is set in it."""

import pytest

from pottle.dockerfile.expansion import resolved
from pottle.dockerfile.parser import parse
from pottle.dockerfile.stages import Stages, State, stages
from pottle.text import Source


def read(text: str) -> Stages:
    return stages(parse(Source("Dockerfile", text)), lambda _: State({"BASE": "b"}, directory="/"))


def after(text: str) -> State:
    return read(f"FROM x\n{text}").stages[-1].after


VALUES = {
    "plain": ("a", "a"),
    "a variable": ("$A", "1"),
    "braces": ("${A}b", "1b"),
    "a default": ("${N:-x}", "x"),
    "a default in a default": ("${N:-${A}}", "1"),
    "one that is set": ("${A:-x}", "1"),
    "one that is empty": ("${E:-x}", "x"),
    "one that is empty, without a colon": ("${E-x}", ""),
    "an alternative": ("${A:+x}", "x"),
    "no alternative": ("${N:+x}", ""),
    "a required one": ("${A:?why}", "1"),
    "a shortest prefix": ("${P#*/}", "b/c.tar.gz"),
    "a longest prefix": ("${P##*/}", "c.tar.gz"),
    "a shortest suffix": ("${P%.*}", "a/b/c.tar"),
    "a longest suffix": ("${P%%.*}", "a/b/c"),
    "a replacement": ("${P/b/x}", "a/x/c.tar.gz"),
    "all replacements": ("${P//a/x}", "x/b/c.txr.gz"),
    "double quotes": ('"$A b"', "1 b"),
    "single quotes": ("'$A'", "$A"),
    "an escape": ("\\$A", "$A"),
    "an escape in quotes": ('"\\n"', "\\n"),
    "not set": ("$N", None),
    "not known": ("$U", None),
    "a default for what is not known": ("${U:-x}", None),
    "malformed": ("${", None),
}


@pytest.mark.parametrize(("text", "value"), VALUES.values(), ids=VALUES)
def test_variables(text: str, value: str | None):
    assert resolved(text, {"A": "1", "E": "", "U": None, "P": "a/b/c.tar.gz"}) == value


def test_the_environment_grows():
    state = after("ENV A=1 B=$A\nENV C=$A D=${BASE}")
    assert dict(state.environment) == {"BASE": "b", "A": "1", "B": None, "C": "1", "D": "b"}


def test_arguments_are_known_to_stages_that_stand_on_theirs():
    found = read("ARG V=1\nFROM x:$V AS a\nARG V\nARG W=2\nENV X=$V\nFROM a\nENV Y=$V Z=$X\nFROM x\nENV Y=$V").stages
    assert found[0].base == "x:1"
    assert found[0].after.arguments == {"V": "1", "W": "2"}
    assert dict(found[1].after.environment) == {"BASE": "b", "X": "1", "Y": "1", "Z": "1"}
    assert dict(found[2].after.environment) == {"BASE": "b", "Y": None}


def test_an_argument_without_a_default_is_not_known():
    assert after("ARG A\nENV B=$A").environment["B"] is None
    assert read("ARG A\nFROM x:$A").stages[0].base is None


def test_the_environment_outranks_arguments():
    assert after("ENV A=1\nARG A=2\nENV B=$A").environment["B"] == "1"


@pytest.mark.parametrize(
    ("text", "directory"),
    [
        ("", "/"),
        ("WORKDIR /a", "/a"),
        ("WORKDIR /a\nWORKDIR b", "/a/b"),
        ("WORKDIR ../c", "/c"),
        ("ENV D=/d\nWORKDIR $D/e/", "/d/e"),
        ("WORKDIR $N", None),
        ("WORKDIR $N\nWORKDIR /a", "/a"),
    ],
)
def test_directories(text: str, directory: str | None):
    assert after(text).directory == directory


def test_users_and_shells():
    state = after('USER app:group\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]')
    assert (state.user, state.shell) == ("app", ("/bin/bash", "-o", "pipefail", "-c"))
    assert after("USER $N").user is None


def test_chains():
    found = read("FROM x AS Base\nFROM base AS b\nFROM y\nFROM b")
    last = found.stages[-1]
    assert [stage.index for stage in last.chain] == [0, 1, 3]
    assert (last.root, last.name, found.stages[0].name) == ("x", None, "base")


def test_a_stage_never_stands_on_itself():
    assert read("FROM a AS a\nFROM a AS a\nFROM a").stages[-1].root == "a"


def test_stages_by_name_and_number():
    found = read("FROM x AS a\nFROM y AS b")
    assert found.named("A") is found.stages[0]
    assert found.named("1") is found.stages[1]
    assert found.named("1", before=1) is None
    assert found.named("2") is None
    assert found.named("9" * 5000) is None


def test_values_do_not_grow_without_end():
    state = after("ENV A=aaaa\n" + "ENV A=$A$A\n" * 100)
    assert state.environment["A"] is None


def test_thousands_of_stages():
    text = "\n".join(f"FROM s{n} AS s{n + 1}" for n in range(4_000))
    assert len(read(text).stages[-1].chain) == 4_000


def test_a_part_of_a_dockerfile_is_one_stage_on_nobody_knows_what():
    found = stages(parse(Source("Dockerfile", "ARG V=1\nENV A=2\nRUN b\nCOPY c d\n")))
    (stage,) = found.stages
    assert (stage.base, stage.name, [step.instruction.name for step in stage.steps]) == (
        None,
        None,
        ["ENV", "RUN", "COPY"],
    )
    assert stage.steps[1].before.environment == {"A": "2"}
    assert found.arguments["V"] == "1"


def test_what_stands_above_the_first_from_is_in_no_stage():
    (stage,) = stages(parse(Source("Dockerfile", "RUN a\nFROM b\nRUN c\n"))).stages
    assert [step.instruction.name for step in stage.steps] == ["RUN"]
