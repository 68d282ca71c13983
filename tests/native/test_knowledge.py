"""What no machine code shows."""

import re
import tomllib
from datetime import date

import pytest

from pottle.native import KNOWN, knowledge
from pottle.native.index import index, suites
from pottle.native.tree import named_in

ROWS = tomllib.loads((KNOWN / "curated.toml").read_text())


@pytest.mark.parametrize("name", ROWS)
def test_every_row_says_how_and_when_it_was_measured(name: str):
    row = ROWS[name]
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), "normalized"
    assert row.keys() <= {
        *("libraries", "packages", "suites", "environment", "because", "since", "called", "linked", "direct", "unless"),
        *("spared", "cheaper", "evidence", "date"),
    }
    assert row["evidence"]
    assert isinstance(row["date"], date)
    assert not row["because"].endswith(".")


@pytest.mark.parametrize("suite", [suite.name for suite in suites()])
@pytest.mark.parametrize("name", ROWS)
def test_every_suite_has_what_a_row_names(name: str, suite: str):
    row, known = knowledge.curated()[name], index(suite, "amd64")
    lacking = row.lacking(known)
    assert len(row.named(known)) + len(lacking) == len(row.libraries) + len(row.packages)
    assert row.libraries or row.packages or row.spared
    assert not lacking or suite not in row.suites


def test_each_suite_has_its_own_names():
    named = {s.name: knowledge.curated()["wand"].named(index(s.name, "amd64")) for s in suites()}
    assert named["trixie"] == ("libmagickwand-7.q16-10",)
    assert named["bookworm"] == ("libmagickwand-6.q16-6",)
    assert named["noble"] == ("libmagickwand-6.q16-7t64",)


def test_debian_says_what_python_magic_depends_on():
    (claim,) = knowledge.claims("trixie")["python-magic"]
    assert (claim.package, claim.recommended, claim.libraries) == ("libmagic1t64", False, {"libmagic"})
    assert knowledge.words("trixie", "python-magic") == {"libmagic"}
    assert knowledge.words("trixie", "flask") == frozenset()


def test_rows_count_by_who_asks_and_by_what_is_beside_them():
    def found(*held: str, direct: frozenset[str] | None = None) -> set[str]:
        return {name for name, _ in knowledge.rows_for(dict.fromkeys(held), direct)}

    assert found("gitpython", "cairocffi", direct=frozenset()) == {"cairocffi"}
    assert found("gitpython", direct=frozenset({"gitpython"})) == {"gitpython"}
    assert found("gitpython") == {"gitpython"}, "who does not know who asks tells all"
    assert found("psycopg", "psycopg-binary") == set()


NAMED = {
    "by its stem": b'find_library("magic")',
    "with its prefix": b"CDLL('libmagic')",
    "with its version": b"CDLL('libmagic.so.1')",
    "as Windows and cffi write it": b"dlopen('magic-1')",
}


@pytest.mark.parametrize("code", NAMED.values(), ids=NAMED)
def test_code_that_names_a_library(code: bytes):
    assert named_in(code, {"libmagic"}) == {"libmagic"}


NOT_NAMED = {
    "a word in a text": b'"the magic of it"',
    "an import": b"import magic",
    "the beginning of another word": b'"magician"',
    "a module": b'"magic.loader"',
}


@pytest.mark.parametrize("code", NOT_NAMED.values(), ids=NOT_NAMED)
def test_code_that_does_not(code: bytes):
    assert named_in(code, {"libmagic"}) == set()


def test_a_command_is_named_by_itself_alone():
    assert named_in(b"run(['git', 'log'])", {"git", "log4"}) == {"git"}
    assert named_in(b"run(['libgit'])", {"git"}) == set()


def test_a_distributions_own_name_is_a_librarys_where_something_is_opened_by_it():
    assert named_in(b"scheme in ('mariadb', 'mysql')", {"libmariadb"}, "mariadb") == set()
    assert named_in(b"find_library('mpv')", {"libmpv"}, "mpv") == {"libmpv"}
    assert named_in(b"name = 'libmpv.so.2'", {"libmpv"}, "mpv") == {"libmpv"}
