import itertools

import pytest

from pottle.sources.debian.version import InvalidVersion, check, compare, satisfies, upstream

# deb-version(7): a tilde sorts before anything, even the end; letters before the rest; numbers as numbers.
IN_ORDER = [
    "1.0~~", "1.0~~a", "1.0~", "1.0~rc1-1", "1.0-0~1", "1.0", "1.0-1~deb12u1", "1.0-1", "1.0-1+b1", "1.0-1+deb12u1",
    "1.0-2", "1.0-10", "1.0a", "1.0+dfsg-1", "1.0.1", "1.2", "1.10", "2", "1:0.1", "2:0.1",
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "later"), list(itertools.combinations(IN_ORDER, 2)))
def test_the_order_is_debians(earlier, later):
    assert compare(earlier, later) < 0 < compare(later, earlier)


@pytest.mark.parametrize("same", [("1.0", "1.0-0"), ("0:1.0", "1.0"), ("1.01", "1.1")])
def test_different_spellings_of_one_version_are_equal(same):
    assert compare(*same) == 0
    assert satisfies(same[0], "=", same[1])


OPERATORS = {
    "<<": [True, False, False],
    "<=": [True, True, False],
    "=": [False, True, False],
    ">=": [False, True, True],
    ">>": [False, False, True],
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_each_operator(operator):
    results = [satisfies(version, operator, "2.36~") for version in ("2.35-1", "2.36~", "2.36")]
    assert results == OPERATORS[operator]


@pytest.mark.parametrize("text", ["2.36~", "3.13~", "2.0+", "1.3.dfsg+really1.3.1-1+deb13u1", "1:1.2-3-4", "20250419"])
def test_reads_what_archives_hold(text):
    check(text)
    assert compare(text, text) == 0


@pytest.mark.parametrize("text", ["", "-1", "1:", "a:1", "1 2", "1.0-", "1:2:3", "1_0", "١"])
def test_refuses_what_is_no_version(text):
    with pytest.raises(InvalidVersion):
        check(text)
    assert compare(text, text) == 0


@pytest.mark.parametrize(
    ("version", "part"), [("2.41-12+deb13u1", "2.41"), ("1:1.3.dfsg-1", "1.3.dfsg"), ("13", "13"), ("1-2-3", "1-2")]
)
def test_the_upstream_part(version, part):
    assert upstream(version) == part
