"""The Debian packages of a base."""

import pytest

from pottle.plan import packages
from pottle.plan.bases import BASES, Base


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_the_interpreter_is_the_suites_own_without_a_metapackage(base: Base):
    names = packages.interpreter(base)
    assert names[:2] == (f"python{base.python}-minimal", f"libpython{base.python}-stdlib")
    assert "python3" not in names


def test_what_debian_split_off_the_standard_library_comes_along_while_cpython_has_it():
    split = {base.python: packages.interpreter(base)[2:] for base in BASES}
    assert split == {
        "3.10": ("python3-distutils", "python3-lib2to3"),
        "3.11": ("python3-distutils", "python3-lib2to3"),
        "3.12": ("python3-lib2to3",),
        "3.13": (),
        "3.14": (),
    }


def test_nothing_is_both_asked_for_and_left_out():
    asked = {*packages.RUNTIME, *packages.SYSTEM, *packages.SHELL, *packages.DEBUG}
    asked |= {name for base in BASES for name in packages.interpreter(base)}
    assert not asked & set(packages.WITHOUT)


def test_every_package_that_is_left_out_says_why():
    assert all(packages.WITHOUT.values())


def test_what_only_scripts_need_is_left_out_whoever_needs_it():
    assert set(packages.without(["ffmpeg"])) == set(packages.FOR_SCRIPTS) < set(packages.WITHOUT)


def test_what_a_project_names_is_never_left_out():
    assert set(packages.without(["dpkg", "python3"])) == set(packages.FOR_SCRIPTS) - {"dpkg", "python3"}
    assert set(packages.without([*packages.WITHOUT])) == set()


def test_programs_of_a_projects_package_come_with_what_they_run_on():
    assert not {"perl-base", "awk", "openssl"} & set(packages.without([]))
