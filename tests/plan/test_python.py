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
    *wishes: PythonWish, base: str | None = None, python: PythonWish | None = None, gaps: Gaps | None = None
) -> Choice:
    wanted = Fact(base, Location("pyproject.toml", 20)) if base else None
    return choose(wishes, base=wanted, python=python, gaps=gaps or Gaps())


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
    with pytest.raises(ProjectError, match=r"3.11 \(--python\) and >=3.12 \(pyproject.toml:4\)") as caught:
        chosen(admits(">=3.12"), python=flag)
    assert "3.13 (trixie)" in (caught.value.hint or "")


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
    gaps = Gaps(**{f"py3{minor}": ["numpy"] for minor in range(10, 15)})
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
    assert len(choice.warnings) == warned
    assert all("3.13.1 is asked for, and debian:trixie has 3.13.5" in text for text in choice.warnings)
