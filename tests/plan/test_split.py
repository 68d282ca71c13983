"""The split of an environment: a function of names and sizes, and nobody moves because of somebody else."""

import string

from hypothesis import given
from hypothesis import strategies as st

from pottle.plan.split import LIMITS, UNKNOWN, Limits, Share, shares

ALONE, GRAIN, MOST = LIMITS.alone, LIMITS.grain, LIMITS.most

NAMES = st.text("abghmnyz19-", min_size=1, max_size=5)
SMALL = st.integers(0, GRAIN - 1)
LARGE = st.integers(GRAIN, 100 * GRAIN)
ANY = st.dictionaries(NAMES, st.one_of(st.none(), SMALL, LARGE), max_size=60)
FEW_LARGE = st.dictionaries(NAMES, LARGE, max_size=ALONE - 1).flatmap(
    lambda large: st.dictionaries(NAMES, SMALL, max_size=40).map(lambda small: {**small, **large})
)


def alone(found: tuple[Share, ...]) -> set[str]:
    return {share.names[0] for share in found if share.span is None}


@given(ANY)
def test_everything_is_in_exactly_one_layer_and_there_are_not_too_many(sizes):
    found = shares(sizes)
    assert sorted(name for share in found for name in share.names) == sorted(sizes)
    assert len(found) <= MOST
    assert len(alone(found)) <= ALONE
    assert all(share.names for share in found)


@given(ANY, st.randoms())
def test_the_order_does_not_matter(sizes, random):
    shuffled = list(sizes.items())
    random.shuffle(shuffled)
    assert shares(dict(shuffled)) == shares(sizes)


@given(ANY)
def test_layers_are_called_differently(sizes):
    spans = [share.span for share in shares(sizes) if share.span is not None]
    assert len(set(spans)) == len(spans)


@given(FEW_LARGE, NAMES, st.one_of(SMALL, LARGE))
def test_one_more_moves_none_that_is_alone(sizes, name, size):
    before, after = shares(sizes), shares({**sizes, name: size})
    assert alone(before) - {name} <= alone(after)


@given(FEW_LARGE, NAMES, SMALL)
def test_one_more_that_is_small_changes_the_range_that_takes_it_alone(sizes, name, size):
    """Unless there is no room for more layers: then somewhere else two ranges may become one."""
    if name in sizes:
        return
    before, after = shares(sizes), shares({**sizes, name: size})
    if max(len(before), len(after)) < MOST:
        (home,) = [share for share in after if name in share.names]
        changed = {share.names for share in before} - {share.names for share in after}
        assert len(changed) <= 1
        assert set(home.names) - {name} <= {one for names in changed for one in names}


@given(st.sampled_from(["alpha", "omega"]))
def test_another_one_too_many_takes_the_place_of_the_smallest_only(name):
    large = {f"{letter}{number}": (number + 2) * GRAIN for letter in string.ascii_lowercase for number in range(2)}
    before, after = shares(large), shares({**large, name: 50 * GRAIN})
    assert len(alone(before) - alone(after)) == 1
    assert alone(after) - alone(before) == {name}


def test_whoever_is_large_is_alone_whatever_is_beside_it():
    assert alone(shares({"numpy": 16 * GRAIN})) == {"numpy"}
    assert "numpy" in alone(shares({"numpy": GRAIN, **{f"small-{n}": GRAIN // 2 for n in range(100)}}))


def test_the_largest_lie_lowest_and_small_differences_change_no_order():
    first = shares({"a": 9 * GRAIN, "b": 10 * GRAIN, "torch": 900 * GRAIN, "click": 1})
    assert [share.names for share in first] == [("torch",), ("a",), ("b",), ("click",)]
    assert [s.names for s in shares({"a": 11 * GRAIN, "b": 10 * GRAIN, "torch": 901 * GRAIN, "click": 1})] == [
        share.names for share in first
    ]


def test_families_stay_together():
    family = {
        f"opentelemetry-{name}": LIMITS.fine // 5 for name in ("api", "sdk", "proto", "exporter", "instrumentation")
    }
    others = {f"{letter}-thing": LIMITS.fine for letter in string.ascii_lowercase}
    found = shares({**family, **others})
    assert [share for share in found if set(family) <= set(share.names)]


def test_names_that_nothing_tells_apart_stay_together():
    (found,) = shares({"h2": GRAIN - 1, "h3": GRAIN - 1})
    assert found.names == ("h2", "h3")


def test_what_is_small_is_one_layer():
    assert shares({"click": 100, "h11": 200}) == (Share(("click", "h11"), 300, ""),)
    assert shares({"click": None}) == (Share(("click",), UNKNOWN, ""),)
    assert shares({}) == ()


def test_ranges_are_called_by_their_letters():
    found = shares({letter * 2: GRAIN // 2 for letter in "abkpxz"}, Limits(fine=GRAIN))
    assert [(share.span, share.names) for share in found] == [
        ("a-g", ("aa", "bb")),
        ("h-n", ("kk",)),
        ("o-u", ("pp",)),
        ("v-z", ("xx", "zz")),
    ]
