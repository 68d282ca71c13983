import itertools
import lzma
import random

import pytest

from pottle.errors import SourceError
from pottle.sources.debian.packages import Index, compile_index
from pottle.sources.debian.solver import Universe, UnknownPackage, solve


def text(name, version="1", **fields):
    lines = {"Package": name, "Version": version, "Architecture": "amd64", "Filename": "x", "Size": "1"}
    lines |= {key.replace("_", "-"): value for key, value in fields.items()}
    return "".join(f"{key}: {value}\n" for key, value in lines.items())


@pytest.fixture
def universe(tmp_path):
    def make(*texts, **pockets):
        indexes = []
        for pocket, paragraphs in ({"trixie": texts} | pockets).items():
            packed = tmp_path / f"{pocket}.xz"
            packed.write_bytes(lzma.compress("\n".join(paragraphs).encode()))
            compile_index(packed, tmp_path / pocket)
            indexes.append(Index(tmp_path / pocket, pocket))
        return Universe(indexes, "amd64")

    return make


def chosen(universe, *names, without=()):
    return {package.name: package.version for package in solve(universe, names, without).packages}


# --- what is needed


def test_dependencies_of_dependencies_come_too_and_nothing_else(universe):
    packages = universe(
        text("a", Depends="b", Recommends="r", Suggests="s"), text("b", Pre_Depends="c (>= 1)"), text("c"), text("r"), text("s")
    )  # fmt: skip
    assert list(chosen(packages, "a")) == ["a", "b", "c"]
    assert solve(packages, ["a"]).wanted_by == {"b": "a", "c": "b"}


def test_circles_are_no_trouble(universe):
    assert list(chosen(universe(text("a", Depends="b"), text("b", Depends="a")), "a")) == ["a", "b"]


def test_the_newest_version_of_all_pockets_counts(universe):
    packages = universe(
        text("a", "1.9"), text("b", "2:1"), text("c", "1"),
        updates=[text("a", "1.10~rc1"), text("c", "1")], security=[text("a", "1.10"), text("b", "3")],
    )  # fmt: skip
    found = solve(packages, ["a", "b", "c"]).packages
    assert [(package.name, package.version, package.suite) for package in found] == [
        ("a", "1.10", "security"), ("b", "2:1", "trixie"), ("c", "1", "trixie"),
    ]  # fmt: skip


def test_other_architectures_do_not_count(universe):
    packages = universe(text("a", "2", Architecture="arm64"), text("a", "1", Architecture="all"))
    assert chosen(packages, "a") == {"a": "1"}


# --- alternatives


def test_the_first_alternative_is_preferred(universe):
    packages = universe(text("a", Depends="x | y"), text("x"), text("y"))
    assert list(chosen(packages, "a")) == ["a", "x"]


@pytest.mark.parametrize("names", [("a", "y"), ("y", "a"), ("a", "z"), ("z", "a")])
def test_an_alternative_that_is_there_anyhow_is_taken(universe, names):
    packages = universe(
        text("a", Depends="x | y"), text("x"), text("y"), text("z", Depends="zz"), text("zz", Depends="y")
    )
    assert "x" not in chosen(packages, *names)


def test_an_alternative_that_leads_nowhere_is_passed_over(universe):
    packages = universe(text("a", Depends="x | y"), text("x", Depends="missing"), text("y"))
    assert list(chosen(packages, "a")) == ["a", "y"]


def test_an_alternative_that_is_too_old_is_passed_over(universe):
    packages = universe(text("a", Depends="x (>= 2) | y (<< 2)"), text("x"), text("y"))
    assert list(chosen(packages, "a")) == ["a", "y"]


def test_a_choice_is_undone_when_a_later_one_needs_it(universe):
    packages = universe(
        text("a", Depends="b | c, x | y"), text("b", Conflicts="x, y"), text("c"), text("x"), text("y")
    )  # fmt: skip
    assert list(chosen(packages, "a")) == ["a", "c", "x"]


# --- virtual packages


def test_a_provider_answers_for_a_virtual_package(universe):
    packages = universe(text("a", Depends="mta"), text("exim", Provides="mta"))
    assert list(chosen(packages, "a")) == ["a", "exim"]
    assert list(chosen(packages, "mta")) == ["exim"]


def test_the_weightier_provider_is_preferred_then_the_first_by_name(universe):
    texts = [text("c", Provides="v", Priority="important"), text("a", Provides="v"), text("b", Provides="v")]
    assert "c" in chosen(universe(text("want", Depends="v"), *texts), "want")
    assert "a" in chosen(universe(text("want", Depends="v"), *texts[1:]), "want")


def test_a_virtual_package_of_several_providers_is_not_guessed_when_asked_for(universe):
    packages = universe(text("a", Provides="v"), text("b", Provides="v"))
    with pytest.raises(SourceError) as caught:
        chosen(packages, "v")
    assert str(caught.value) == "v is a virtual package, which 2 packages provide (hint: name one of them: a, b)"
    assert list(chosen(packages, "v", "b")) == ["b"]


def test_a_real_package_comes_before_those_that_provide_its_name(universe):
    assert list(chosen(universe(text("a", Provides="v"), text("v")), "v")) == ["v"]


@pytest.mark.parametrize(("provides", "answers"), [("v (= 2)", True), ("v (= 1)", False), ("v", False)])
def test_a_constraint_wants_a_versioned_provides(universe, provides, answers):
    packages = universe(text("a", Depends="v (>= 2)"), text("b", "9", Provides=provides))
    if answers:
        assert list(chosen(packages, "a")) == ["a", "b"]
    else:
        with pytest.raises(SourceError, match=r"a → v \(>= 2\)"):
            chosen(packages, "a")


def test_only_the_newest_version_provides(universe):
    packages = universe(text("a", Provides="v"), text("b", Provides="v"), security=[text("a", "2")])
    assert list(chosen(packages, "v")) == ["b"]


# --- architecture qualifiers (multiarch)


def test_any_wants_a_package_that_allows_it(universe):
    packages = universe(text("a", Depends="p:any"), text("p", Multi_Arch="allowed"))
    assert list(chosen(packages, "a")) == ["a", "p"]
    with pytest.raises(SourceError, match="a → p:any cannot be had: there is p 1"):
        chosen(universe(text("a", Depends="p:any"), text("p", Multi_Arch="foreign")), "a")


@pytest.mark.parametrize(("qualifier", "there"), [("amd64", True), ("native", True), ("arm64", False)])
def test_a_named_architecture_is_ours_or_not_to_be_had(universe, qualifier, there):
    packages = universe(text("a", Depends=f"b:{qualifier} | c"), text("b"), text("c"))
    assert list(chosen(packages, "a")) == ["a", "b" if there else "c"]


# --- what is left out


def test_what_is_left_out_is_neither_there_nor_what_only_it_needs(universe):
    packages = universe(
        text("a", Depends="debconf (>= 0.5) | debconf-2.0, b"), text("b"), text("debconf", Depends="perl"), text("perl")
    )
    found = solve(packages, ["a"], ["debconf", "unrelated"])
    assert [package.name for package in found.packages] == ["a", "b"]
    assert found.left_out == {"debconf": "a"}


def test_leaving_out_a_provider_answers_for_the_virtual_package(universe):
    packages = universe(
        text("a", Depends="debconf-2.0"),
        text("cdebconf", Provides="debconf-2.0"),
        text("debconf", Provides="debconf-2.0"),
    )
    assert list(chosen(packages, "a", without=["debconf"])) == ["a"]


def test_what_is_left_out_need_not_exist(universe):
    assert list(chosen(universe(text("a", Depends="gone")), "a", without=["gone"])) == ["a"]


# --- what cannot be


def test_an_unknown_package_brings_similar_names(universe):
    packages = universe(text("libpq5"), text("libpq-dev"), text("zlib1g"))
    with pytest.raises(UnknownPackage) as caught:
        chosen(packages, "libpq4")
    assert str(caught.value) == "the archive has no package libpq4 for amd64 (hint: there is libpq5, libpq-dev)"
    with pytest.raises(UnknownPackage, match="check its name on packages"):
        chosen(packages, "qqqqqqqq")


def test_the_whole_chain_to_what_is_missing_is_named(universe):
    packages = universe(text("a", Depends="b"), text("b", Depends="c (>= 2) | d"), text("c", "1.5"))
    with pytest.raises(SourceError) as caught:
        chosen(packages, "a")
    assert caught.value.what == "a → b → c (>= 2) | d cannot be had: there is c 1.5"
    with pytest.raises(UnknownPackage, match="a → b does not exist in the archive"):
        chosen(universe(text("a", Depends="b")), "a")


@pytest.mark.parametrize("field", ["Conflicts", "Breaks"])
@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("b", "a")])
def test_packages_that_exclude_each_other_are_an_error_that_names_both(universe, field, first, second):
    packages = universe(text(first, **{field: f"{second} (<< 2)"}), text(second))
    with pytest.raises(SourceError, match=rf"{first} excludes {second} \(<< 2\), which is {second} 1"):
        chosen(packages, "a", "b")


def test_an_exclusion_of_other_versions_or_of_what_is_not_there_is_none(universe):
    packages = universe(text("a", Conflicts="b (<< 1), c, a, v", Provides="v"), text("b"))
    assert list(chosen(packages, "a", "b")) == ["a", "b"]


def test_an_exclusion_of_a_virtual_package_means_every_other_provider(universe):
    packages = universe(text("a", Conflicts="v", Provides="v"), text("b", Provides="v"))
    with pytest.raises(SourceError, match="a excludes v, which is b 1"):
        chosen(packages, "a", "b")


def test_a_field_that_cannot_be_read_is_an_error_that_names_the_package(universe):
    with pytest.raises(SourceError, match=r"describes a 1 .*not a relation to a package: 'b ~ 1'"):
        chosen(universe(text("a", Depends="b ~ 1")), "a")


# --- laws


def test_the_answer_does_not_depend_on_any_order(universe):
    texts = [
        text("a", Depends="x | y, v"), text("b", Depends="y | z, w | v"), text("c", Depends="z | x"),
        text("x", Conflicts="z"), text("y"), text("z"), text("p", Provides="v"), text("q", Provides="v, w"),
    ]  # fmt: skip
    answers = set()
    for names in itertools.permutations("abc"):
        random.Random(names[0]).shuffle(texts)
        answers.add(tuple(chosen(universe(*texts), *names)))
    assert len(answers) == 1


def test_endless_alternatives_are_given_up(universe, monkeypatch):
    monkeypatch.setattr("pottle.sources.debian.solver._MOST_TRIALS", 200)
    choices = [f"l{n} | r{n}" for n in range(9)]
    texts = [text(f"{side}{n}") for n in range(9) for side in "lr"]
    texts += [text("a", Depends=", ".join([*choices, "z1 | z2"])), text("z1", Conflicts="a"), text("z2", Conflicts="a")]
    with pytest.raises(SourceError, match="these packages have too many alternatives to try"):
        chosen(universe(*texts), "a")


# --- what is there already


def given(universe, *names):
    return [package for name in names if (package := universe.newest(name))]


def test_what_is_given_answers_demands_and_makes_none(universe):
    packages = universe(text("a", Depends="b, c"), text("b", Depends="d"), text("c"), text("d"))
    found = solve(packages, ["a"], given=given(packages, "b")).packages
    assert [package.name for package in found] == ["a", "c"]


def test_an_alternative_that_is_given_is_preferred(universe):
    packages = universe(text("a", Depends="b | c"), text("b"), text("c"))
    assert [package.name for package in solve(packages, ["a"], given=given(packages, "c")).packages] == ["a"]


def test_what_is_given_need_not_be_brought_again_when_it_is_asked_for(universe):
    packages = universe(text("a", Depends="b"), text("b"))
    assert solve(packages, ["a"], given=given(packages, "a")).packages == ()


def test_what_is_given_can_be_a_reason_against_a_package(universe):
    packages = universe(text("a", Conflicts="b"), text("b"))
    with pytest.raises(SourceError, match=r"a excludes b"):
        solve(packages, ["a"], given=given(packages, "b"))
