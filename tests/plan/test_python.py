"""Which base an image stands on."""

from collections.abc import Sequence

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pottle.errors import ConfigError, ProjectError
from pottle.plan.bases import BASES, Base
from pottle.plan.python import Choice, choose
from pottle.project.facts import Fact, LockedDistribution, PythonWish
from pottle.text import Location

RANGE, PIN = Location("pyproject.toml", 4), Location(".python-version", 1)


def admits(specifier: str) -> PythonWish:
    return PythonWish(SpecifierSet(specifier), None, RANGE)


def wants(version: str, at: Location = PIN) -> PythonWish:
    return PythonWish(SpecifierSet(f"=={version}.*"), version, at)


def lacking(name: str) -> LockedDistribution:
    return LockedDistribution(canonicalize_name(name), Version("1"), "registry", "", Location("uv.lock", 9))


class Gaps:
    """Distributions without a wheel, by Python; notes for which bases it was asked."""

    def __init__(self, **gaps: Sequence[str]) -> None:
        self._gaps, self.asked = gaps, []

    def __call__(self, base: Base) -> Sequence[LockedDistribution]:
        self.asked.append(base.python)
        return [lacking(name) for name in self._gaps.get(f"py{base.python.replace('.', '')}", ())]


def chosen(
    *wishes: PythonWish,
    base: str | None = None,
    python: PythonWish | None = None,
    gaps: Gaps | None = None,
    strict: bool = False,
) -> Choice:
    wanted = Fact(base, Location("pyproject.toml", 20)) if base else None
    return choose(wishes, base=wanted, python=python, gaps=gaps or Gaps(), strict=strict)


def why(choice: Choice, decision: str = "python") -> tuple[str, str, str | None]:
    return next((r.value, r.because, r.at) for r in choice.reasons if r.decision == decision)


def test_stable_is_preferred():
    assert why(chosen()) == ("3.13", "nothing asks for another version", None)
    assert why(chosen(admits(">=3.9"))) == ("3.13", ">=3.9 admits it", "pyproject.toml:4")


@pytest.mark.parametrize(
    ("specifier", "suite"),
    [
        ("<3.13", "bookworm"),
        (">=3.12,<3.13", "noble"),
        (">=3.14", "forky"),
        ("~=3.10.0", "jammy"),
        (">=3.13.7", "forky"),
    ],
)
def test_a_range_leaves_bases_out_and_that_is_the_reason(specifier: str, suite: str):
    choice = chosen(admits(specifier))
    assert choice.base.suite == suite
    assert why(choice)[1:] == (f"{SpecifierSet(specifier)} leaves 3.13 out", "pyproject.toml:4")


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.suite)
def test_an_exact_wish_decides(base: Base):
    choice = chosen(wants(base.python), admits(">=3.9"))
    assert choice.base is base
    assert why(choice) == (base.python, f"{base.python} is asked for", ".python-version:1")


def test_the_configuration_outranks_the_projects_pin_but_not_its_range():
    flag = wants("3.11", Location("--python"))
    assert why(chosen(wants("3.13"), python=flag)) == ("3.11", "3.11 is asked for", "--python")
    with pytest.raises(ProjectError, match=r"3.11 is asked for \(--python\), and >=3.12 leaves it out"):
        chosen(admits(">=3.12"), python=flag)


def test_what_nobody_has_is_an_error_that_lists_what_there_is():
    with pytest.raises(ProjectError, match=r"no base has the Python asked for: >=3.16 \(pyproject.toml:4\)") as caught:
        chosen(admits(">=3.16"))
    assert "3.13 (trixie)" in (caught.value.hint or "")
    assert "from python-build-standalone 3.15, 3.14" in (caught.value.hint or "")


# --- wheels decide between equals -----------------------------------------------------------------


def test_the_first_base_with_all_wheels_is_taken():
    choice = chosen(gaps=Gaps(py313=["numpy", "scipy"], py311=["numpy"]))
    assert why(choice) == ("3.12", "the lock has no 3.13 wheel of numpy and 1 more", "uv.lock:9")


def test_no_base_is_asked_for_its_wheels_once_one_has_them():
    gaps = Gaps(py313=["numpy"])
    chosen(gaps=gaps)
    assert gaps.asked == ["3.13", "3.11"]


def test_where_there_is_no_choice_wheels_are_not_asked_about():
    gaps = Gaps(py313=["numpy"])
    assert chosen(wants("3.13"), gaps=gaps).base.python == "3.13"
    assert gaps.asked == []


def test_where_every_base_has_gaps_the_first_is_taken_to_tell_them():
    gaps = Gaps(**{f"py3{minor}": ["numpy"] for minor in range(8, 16)})
    assert why(chosen(gaps=gaps))[:2] == ("3.13", "nothing asks for another version")


# --- a named base ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "suite"), [("debian", "trixie"), ("bookworm", "bookworm"), ("ubuntu", "noble"), ("ubuntu:jammy", "jammy")]
)
def test_a_base_can_be_named(name: str, suite: str):
    choice = chosen(base=name)
    assert choice.base.suite == suite
    assert why(choice, "base")[1:] == (f"{name} is asked for", "pyproject.toml:20")


def test_the_only_python_of_a_base_needs_no_other_reason():
    assert why(chosen(admits(">=3.9"), base="bookworm")) == ("3.11", "debian:bookworm has no other", None)


def test_a_base_that_does_not_exist_is_an_error_that_lists_those_that_do():
    with pytest.raises(ConfigError, match="no base named 'alpine'") as caught:
        chosen(base="alpine")
    assert caught.value.at == Location("pyproject.toml", 20)
    assert "trixie" in (caught.value.hint or "")


@pytest.mark.parametrize(("version", "warned"), [("3.13", 0), ("3.13.5", 0), ("3.13.1", 1)])
def test_another_patch_version_is_a_warning(version: str, warned: int):
    choice = chosen(wants(version))
    assert choice.base.name == "debian:trixie"
    assert len(choice.warnings) == warned
    assert all("3.13.1 is asked for, and debian:trixie has 3.13.5" in fact.value for fact in choice.warnings)


# --- a CPython that no suite has --------------------------------------------------------------------


def standalone(choice: Choice) -> tuple[str, str]:
    """The CPython, and the suite below it."""
    assert choice.base.standalone
    return choice.base.standalone, choice.base.name


@pytest.mark.parametrize(
    ("wish", "version"),
    [
        (wants("3.9"), "3.9"),
        (wants("3.9.18"), "3.9.18"),
        (admits("<3.10"), "3.9"),
        (admits(">=3.15"), "3.15"),
        (admits(">=3.12.5,<3.13"), "3.12.16"),
        (admits("==3.12.4"), "3.12.4"),
    ],
)
def test_what_no_suite_has_comes_from_python_build_standalone_on_stable_debian(wish: PythonWish, version: str):
    choice = chosen(wish)
    assert standalone(choice) == (version, "debian:trixie")
    assert choice.warnings == ()
    assert why(choice, "interpreter")[0] == f"python-build-standalone {version}"
    assert why(choice, "base")[1] == "Debian stable is the first choice"


def test_why_it_is_not_a_suites_own_is_said():
    assert why(chosen(wants("3.9")), "interpreter")[1] == "no suite has CPython 3.9"
    assert why(chosen(admits("==3.12.4")), "interpreter")[1] == "no suite has CPython 3.12.4"
    assert why(chosen(wants("3.12"), base="bookworm"), "interpreter")[1] == "debian:bookworm has another CPython"


def test_a_named_base_gets_the_python_that_it_does_not_have():
    assert standalone(chosen(wants("3.12"), base="bookworm")) == ("3.12", "debian:bookworm")
    assert standalone(chosen(wants("3.9"), base="ubuntu")) == ("3.9", "ubuntu:noble")


def test_a_suite_comes_first_even_if_it_is_the_last_of_them():
    assert not chosen(admits("<3.11,>=3.8")).base.standalone
    assert not chosen(wants("3.14")).base.standalone


def test_a_lock_with_wheels_for_an_old_python_alone_gets_that_python():
    gaps = Gaps(**{f"py3{minor}": ["numpy"] for minor in (*range(10, 16), 8)})
    assert standalone(chosen(admits(">=3.8"), gaps=gaps)) == ("3.9", "debian:trixie")
    assert gaps.asked == ["3.13", "3.11", "3.12", "3.14", "3.10", "3.15", "3.9"]


def test_strict_takes_the_patch_version_from_python_build_standalone():
    assert standalone(chosen(wants("3.13.1"), strict=True)) == ("3.13.1", "debian:trixie")
    assert not chosen(wants("3.13.5"), strict=True).base.standalone
    assert not chosen(wants("3.13"), strict=True).base.standalone


def test_strict_refuses_a_patch_version_that_nobody_can_have():
    with pytest.raises(ProjectError, match="no base has the Python asked for"):
        chosen(wants("3.16.1"), strict=True)


# --- classifiers ------------------------------------------------------------------------------------


def claims(*versions: str) -> PythonWish:
    first, *others = (SpecifierSet(f"=={version}.*") for version in versions)
    return PythonWish(first, None, Location("setup.py", 7), "classifier", tuple(others))


def test_a_classifier_counts_where_nothing_else_does():
    choice = chosen(claims("3.10", "3.11", "3.12"))
    assert why(choice) == ("3.11", "a classifier names it, and nothing else says anything", "setup.py:7")
    assert why(chosen(claims("3.11"), admits(">=3.9")))[0] == "3.13"
    assert why(chosen(claims("3.11"), wants("3.12")))[0] == "3.12"


def test_a_classifier_never_makes_a_plan_fail():
    assert why(chosen(claims("3.6", "3.7"))) == ("3.13", "nothing asks for another version", None)
    assert why(chosen(claims("3.11"), gaps=Gaps(py311=["numpy"])))[0] == "3.13"


# --- the Dockerfile ---------------------------------------------------------------------------------


def stands_on(version: str) -> PythonWish:
    return PythonWish(SpecifierSet(f"=={version}.*"), None, Location("Dockerfile", 1), "dockerfile")


def test_what_the_dockerfile_stands_on_is_preferred():
    assert why(chosen(stands_on("3.11"), admits(">=3.9"))) == ("3.11", "the Dockerfile stands on it", "Dockerfile:1")
    assert why(chosen(stands_on("3.11"), claims("3.12")))[0] == "3.11"
    assert why(chosen(stands_on("3.11"), wants("3.12")))[0] == "3.12"


def test_the_dockerfile_never_makes_a_plan_fail():
    assert why(chosen(stands_on("3.11"), admits(">=3.12"))) == ("3.13", ">=3.12 admits it", "pyproject.toml:4")
    assert why(chosen(stands_on("3.11"), gaps=Gaps(py311=["numpy"])))[0] == "3.13"


def test_a_version_that_no_suite_has_is_not_heard():
    assert why(chosen(stands_on("3.8"))) == ("3.13", "nothing asks for another version", None)
