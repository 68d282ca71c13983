"""Which package has a library."""

import pytest

from pottle.native.index import RUNTIME, UnknownSuite, facts, index, suites
from pottle.plan.bases import BASES
from pottle.sources.debian.suites import SUITES


def test_it_has_every_suite_that_a_base_can_be_made_of():
    assert {suite.name for suite in suites()} == {suite.name for suite in SUITES}


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.suite)
def test_it_has_the_glibc_that_wheels_are_chosen_by(base):
    assert facts(base.suite).glibc == base.glibc


CHOSEN = {
    ("trixie", "libmagic.so.1"): "libmagic1t64",
    ("bookworm", "libmagic.so.1"): "libmagic1",
    ("trixie", "libGL.so.1"): "libgl1",
    ("noble", "libglib-2.0.so.0"): "libglib2.0-0t64",
    ("trixie", "libQt5Gui.so.5"): "libqt5gui5t64",
    ("trixie", "libavcodec.so.61"): "libavcodec61",
    ("trixie", "libblas.so.3"): "libblas3",
    ("trixie", "libgomp.so.1.0.0"): "libgomp1",
}


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
@pytest.mark.parametrize(("suite", "soname"), CHOSEN)
def test_the_package_to_choose(suite: str, soname: str, architecture):
    assert index(suite, architecture).providers(soname)[0] == CHOSEN[suite, soname]


def test_it_names_nothing_that_is_for_compiling():
    found = index("trixie", "amd64")
    assert found.providers("libtorch.so") == ()
    assert not [name for name in found.providers("libpq.so") if name.endswith("-dev")]


@pytest.mark.parametrize("suite", [suite.name for suite in SUITES])
def test_what_every_debian_has_holds_what_wheels_expect(suite: str):
    there = index(suite, "arm64").sonames(RUNTIME)
    assert {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"} <= there
    assert "libexpat.so.1" not in there


def test_alpine_needs_no_index():
    alpine = index("alpine", "amd64")
    assert alpine.providers("libodbc.so.2") == ("so:libodbc.so.2",)
    assert alpine.providers("libc.so.6") == (), "musl is no glibc"
    assert "libc.musl-x86_64.so.1" in alpine.sonames(())


def test_another_suite_is_an_error_that_names_those_there_are():
    with pytest.raises(UnknownSuite, match="'sarge': there are bookworm, trixie"):
        index("sarge", "amd64")
