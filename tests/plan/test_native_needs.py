"""Distributions that need a Debian package at run time."""

from dataclasses import replace

from pottle.plan.bases import BASES
from pottle.plan.native_needs import needs

BY_SUITE = {base.suite: base for base in BASES}


def found(suite: str, *held: str, direct: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    every = needs(dict.fromkeys(held, "uv.lock:7"), direct, BY_SUITE[suite])
    return {need.because.partition(":")[0]: need.packages for need in every}


def test_each_suite_has_its_own_names():
    named = {suite: found(suite, "python-magic", "python-ldap") for suite in ("trixie", "bookworm", "noble")}

    assert named == {
        "trixie": {"python-magic": ("libmagic1t64",), "python-ldap": ("libldap2",)},
        "bookworm": {"python-magic": ("libmagic1",), "python-ldap": ("libldap-2.5-0",)},
        "noble": {"python-magic": ("libmagic1t64",), "python-ldap": ("libldap2",)},
    }


def test_a_base_that_is_no_suite_gets_debians_names():
    image = replace(BY_SUITE["trixie"], distribution="fedora", suite="43")
    (need,) = needs({"python-magic": None}, (), image)
    assert need.packages == ("libmagic1t64",)


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
