"""Distributions that need a Debian package at run time."""

from dataclasses import replace

from pottle.plan.bases import BASES
from pottle.plan.native_needs import Wants
from pottle.project.facts import Fact
from pottle.text import Location

BROWSER = ("chromium", "dash")
BY_SUITE = {base.suite: base for base in BASES}


def found(suite: str, *held: str, direct: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    every = wants(suite, *held, direct=direct).needs
    return {need.because.partition(":")[0]: need.packages for need in every}


def wants(suite: str, *held: str, direct: tuple[str, ...] = (), **rest) -> Wants:
    versions = dict(name.partition("==")[::2] for name in held)
    return Wants(dict.fromkeys(versions, "uv.lock:7"), versions, direct, BY_SUITE[suite], **rest)


def test_each_suite_has_its_own_names():
    named = {suite: found(suite, "python-magic", "python-ldap") for suite in ("trixie", "bookworm", "noble")}

    assert named == {
        "trixie": {"python-magic": ("libmagic1t64",), "python-ldap": ("libldap2",)},
        "bookworm": {"python-magic": ("libmagic1",), "python-ldap": ("libldap-2.5-0",)},
        "noble": {"python-magic": ("libmagic1t64",), "python-ldap": ("libldap2",)},
    }


def test_a_base_that_is_no_suite_gets_debians_names():
    image = replace(BY_SUITE["trixie"], distribution="fedora", suite="43")
    (need,) = Wants({"python-magic": None}, {"python-magic": None}, (), image).needs
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


def test_versions_that_bring_their_own_need_nothing():
    assert found("trixie", "kaleido==1.5.0", direct=("kaleido",)) == {"kaleido": BROWSER}
    assert found("trixie", "kaleido", direct=("kaleido",)) == {"kaleido": BROWSER}, "whichever it will be"
    assert found("trixie", "kaleido==0.2.1", direct=("kaleido",)) == {}


def test_a_browser_is_needed_where_the_code_starts_one():
    called = Fact("selenium.webdriver.Chrome", Location("shop.py", 3))
    (need,) = wants("trixie", "selenium", direct=("selenium",), browser=called).needs

    assert (need.packages, need.at) == (("chromium", "chromium-driver", *BROWSER[1:]), "shop.py:3")
    assert found("trixie", "selenium", direct=("selenium",)) == {}


def test_what_a_suite_has_no_package_of_is_told():
    assert list(wants("trixie", "pdfkit", direct=("pdfkit",)).lacking) == [
        "pdfkit: it runs wkhtmltopdf, which nobody maintains any more, and trixie has no wkhtmltopdf"
    ]
    assert found("trixie", "pdfkit", direct=("pdfkit",)) == {}
    assert found("bookworm", "pdfkit", direct=("pdfkit",)) == {"pdfkit": ("wkhtmltopdf",)}


def test_where_data_lies_is_told_to_the_program():
    there = {suite: wants(suite, "tesserocr", direct=("tesserocr",)).environment for suite in ("trixie", "jammy")}
    assert there == {
        "trixie": {"TESSDATA_PREFIX": "/usr/share/tesseract-ocr/5/tessdata"},
        "jammy": {"TESSDATA_PREFIX": "/usr/share/tesseract-ocr/4.00/tessdata"},
    }
    assert wants("trixie", "tesserocr").environment == {}
