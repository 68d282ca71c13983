"""What is asked of the Python, and what contradicts what."""

import pytest
from packaging.specifiers import SpecifierSet

from pottle.errors import ProjectError
from pottle.plan.wishes import demand
from pottle.project.facts import PythonWish, Standing
from pottle.text import Location


def pin(version: str, path: str = ".python-version", standing: Standing | None = None) -> PythonWish:
    return PythonWish(SpecifierSet(f"=={version}.*"), version, Location(path, 1), standing)


def span(*specifiers: str, path: str = "pyproject.toml", standing: Standing | None = None) -> PythonWish:
    first, *others = map(SpecifierSet, specifiers)
    return PythonWish(first, None, Location(path, 4), standing, tuple(others))


RUNTIME = pin("3.9.1", "runtime.txt", "aside")
MISE = pin("3.12", "mise.toml")


def names(*wishes: PythonWish, configured: PythonWish | None = None) -> list[str]:
    """What counts, the weightiest first."""
    return [f"{wish} {wish.at.path}" for wish in demand(wishes, configured).all]


def test_pins_come_before_ranges_whatever_the_order():
    assert names(span(">=3.9"), MISE) == ["3.12 mise.toml", ">=3.9 pyproject.toml"]


def test_the_configuration_comes_before_pins_and_settles_what_they_contradict():
    assert names(MISE, pin("3.11"), span(">=3.9"), configured=pin("3.10", "--python")) == [
        "3.10 --python",
        ">=3.9 pyproject.toml",
    ]


def test_pins_that_contradict_each_other_are_an_error_that_names_both():
    with pytest.raises(ProjectError) as caught:
        demand([pin("3.11"), MISE], None)
    assert caught.value.what == ".python-version:1 asks for Python 3.11, and mise.toml:1 for 3.12"
    assert caught.value.at == Location("mise.toml", 1)


@pytest.mark.parametrize("other", ["3.12", "3.12.4", "3.12.9"])
def test_pins_of_one_minor_version_do_not_contradict(other: str):
    assert len(demand([pin("3.12.4"), pin(other, "mise.toml")], None).pins) == 2


def test_a_file_that_is_seldom_kept_up_to_date_is_outranked_and_that_is_said():
    found = demand([MISE, RUNTIME], None)
    assert found.pins == (MISE,)
    (told,) = found.outranked
    assert (str(told.at), told.value) == (
        "runtime.txt:1",
        "Python 3.9.1 is asked for, which mise.toml:1 outranks with 3.12",
    )


def test_it_is_heard_where_nothing_else_is():
    assert names(RUNTIME) == ["3.9.1 runtime.txt"]
    assert names(RUNTIME, span(">=3.8")) == ["3.9.1 runtime.txt", ">=3.8 pyproject.toml"]


def test_if_it_says_the_same_nothing_is_said():
    assert demand([pin("3.9"), RUNTIME], None).outranked == ()


def test_its_ranges_are_heard_where_there_is_no_other_and_no_pin():
    aside = span("<3.10", path="environment.yml", standing="aside")
    assert names(aside) == ["<3.10 environment.yml"]
    assert names(aside, span(">=3.11")) == [">=3.11 pyproject.toml"]
    assert names(aside, MISE) == ["3.12 mise.toml"]


def test_a_range_that_two_places_repeat_counts_once():
    assert names(span(">=3.9"), span(">=3.10", path="setup.cfg"), span(">=3.9", path="uv.lock")) == [
        ">=3.9 pyproject.toml",
        ">=3.10 setup.cfg",
    ]


@pytest.mark.parametrize(
    ("version", "specifier"), [("3.12", "<3.12"), ("3.12.4", ">=3.12.5"), ("3.12", "!=3.12.*"), ("3.12", ">=3.13,<4")]
)
def test_a_pin_that_a_range_leaves_out_is_an_error_that_names_both(version: str, specifier: str):
    with pytest.raises(ProjectError) as caught:
        demand([pin(version), span(specifier)], None)
    left_out = f"and {SpecifierSet(specifier)} leaves it out (pyproject.toml:4)"
    assert caught.value.what == f"Python {version} is asked for (.python-version:1), {left_out}"


@pytest.mark.parametrize(
    ("version", "specifiers"), [("3.12", [">=3.12.5"]), ("3.12.4", ["~=3.12.0"]), ("3.12", ["<3", ">=3.9,<4"])]
)
def test_a_pin_of_which_a_range_leaves_something_fits(version: str, specifiers: list[str]):
    assert demand([pin(version), span(*specifiers)], None).pins


def test_classifiers_are_heard_where_nothing_else_is():
    claims = span("==3.11.*", standing="classifier")
    assert demand([claims], None).preferred is claims
    assert demand([claims, span(">=3.9")], None).preferred is None
    assert demand([claims, RUNTIME], None).preferred is None


def test_the_dockerfile_is_heard_where_nothing_pins_a_version():
    stands = span("==3.12.*", standing="dockerfile")
    assert demand([span("==3.11.*", standing="classifier"), stands], None).preferred is stands
    assert demand([stands, span(">=3.9")], None).preferred is stands
    assert demand([stands, pin("3.11")], None).preferred is None
    assert demand([stands, RUNTIME], None).preferred is None
    assert demand([stands], pin("3.11", "pottle.toml")).preferred is None


def test_versions_that_are_named_to_the_patch():
    wishes = [pin("3.12"), pin("3.12.4", "mise.toml"), span("==3.12.4,>=3.9", "==3.12.*", "==3.12.6")]
    assert list(demand(wishes, None).patches()) == ["3.12.4", "3.12.4", "3.12.6"]


INHERITED = pin("3.12", "../.python-version", "inherited")


def test_a_pin_of_a_directory_above_is_heard_where_the_project_has_none():
    assert names(INHERITED, span(">=3.9")) == ["3.12 ../.python-version", ">=3.9 pyproject.toml"]
    assert names(INHERITED, pin("3.13")) == ["3.13 .python-version"]
    assert names(INHERITED, RUNTIME) == ["3.9.1 runtime.txt"]


def test_it_was_not_made_for_the_project_so_a_range_outranks_it():
    found = demand([INHERITED, span(">=3.13")], None)
    assert (found.pins, len(found.ranges)) == ((), 1)
    assert [fact.value for fact in found.outranked] == [
        "Python 3.12 is asked for, which pyproject.toml:4 outranks with >=3.13"
    ]
