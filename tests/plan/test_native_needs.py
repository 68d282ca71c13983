"""Distributions that need a Debian package at run time."""

import re

import pytest

from pottle.plan.bases import BASES
from pottle.plan.native_needs import ROWS, named, needs

BY_SUITE = {base.suite: base for base in BASES}


def found(suite: str, *held: str, direct: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    every = needs(dict.fromkeys(held, "uv.lock:7"), direct, BY_SUITE[suite])
    return {need.because.partition(":")[0]: need.packages for need in every}


@pytest.mark.parametrize(
    ("package", "names"),
    [
        ("libmagic1", "libmagic1t64 libmagic1 libmagic1t64 libmagic1t64 libmagic1"),
        ("libldap2", "libldap2 libldap-2.5-0 libldap2 libldap2 libldap-2.5-0"),
        ("libcairo2", "libcairo2 libcairo2 libcairo2 libcairo2 libcairo2"),
        ("libdmtx0", "libdmtx0t64 libdmtx0b libdmtx0t64 libdmtx0t64 libdmtx0b"),
    ],
)
def test_each_suite_has_its_own_names(package: str, names: str):
    assert [named(package, suite) for suite in ("trixie", "bookworm", "noble", "forky", "jammy")] == names.split()


def test_libraries_are_needed_whoever_brings_them_and_programs_only_by_those_who_ask():
    assert found("trixie", "cairocffi", "gitpython") == {"cairocffi": ("libcairo2",)}
    assert found("trixie", "cairocffi", "gitpython", direct=("gitpython",)) == {
        "cairocffi": ("libcairo2",),
        "gitpython": ("git",),
    }


def test_beside_some_others_nothing_is_needed():
    assert found("trixie", "psycopg") == {"psycopg": ("libpq5",)}
    assert found("trixie", "psycopg", "psycopg-binary") == {}
    assert found("trixie", "streamlit", "gitpython", direct=("gitpython",)) == {}


def test_what_is_not_in_the_environment_needs_nothing():
    assert found("trixie", "flask") == {}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("suite", BY_SUITE)
def test_every_row_is_one_that_a_suite_can_have(name: str, suite: str):
    assert ROWS[name].packages
    assert not ROWS[name].because.endswith(".")
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", named(package, suite)) for package in ROWS[name].packages)
