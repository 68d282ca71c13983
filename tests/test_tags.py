"""Which wheels fit a target: PEP 425, 600."""

from dataclasses import replace

import pytest

from pottle.tags import InvalidTarget, Target, choose_wheel, compatible, needed_glibc

TRIXIE = Target("3.13", "linux/amd64", (2, 41))
BOOKWORM = Target("3.11", "linux/amd64", (2, 36))

BEST = {
    "the interpreter's own ABI before the stable one": (
        ["a-1-cp39-abi3-manylinux_2_17_x86_64.whl", "a-1-cp313-cp313-manylinux_2_17_x86_64.whl"],
        "a-1-cp313-cp313-manylinux_2_17_x86_64.whl",
    ),
    "the stable ABI before pure Python": (
        ["a-1-py3-none-any.whl", "a-1-cp39-abi3-manylinux2014_x86_64.whl"],
        "a-1-cp39-abi3-manylinux2014_x86_64.whl",
    ),
    "the newer glibc before the older": (
        ["a-1-cp313-cp313-manylinux_2_17_x86_64.whl", "a-1-cp313-cp313-manylinux_2_28_x86_64.whl"],
        "a-1-cp313-cp313-manylinux_2_28_x86_64.whl",
    ),
    "the best of a compressed tag set counts": (
        [
            "a-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.manylinux_2_34_x86_64.whl",
            "a-1-py3-none-any.whl",
        ],
        "a-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.manylinux_2_34_x86_64.whl",
    ),
    "the higher build number": (["a-1-2-py3-none-any.whl", "a-1-10-py3-none-any.whl"], "a-1-10-py3-none-any.whl"),
    "universal wheels fit": (["a-1-py2.py3-none-any.whl"], "a-1-py2.py3-none-any.whl"),
    "a name that is no wheel's is passed over": (
        ["a-1.tar.gz", "nonsense.whl", "a-1-py3-none-any.whl"],
        "a-1-py3-none-any.whl",
    ),
}


@pytest.mark.parametrize(("names", "best"), BEST.values(), ids=BEST)
@pytest.mark.parametrize("order", [list, lambda names: names[::-1]], ids=["as given", "reversed"])
def test_chooses(names, best, order):
    assert choose_wheel(order(names), TRIXIE) == best


UNFIT = {
    "musl": "a-1-cp313-cp313-musllinux_1_2_x86_64.whl",
    "another machine": "a-1-cp313-cp313-manylinux_2_17_aarch64.whl",
    "another system": "a-1-cp313-cp313-macosx_11_0_arm64.whl",
    "another CPython": "a-1-cp312-cp312-manylinux_2_17_x86_64.whl",
    "a newer stable ABI": "a-1-cp314-abi3-manylinux_2_17_x86_64.whl",
    "free-threaded": "a-1-cp313-cp313t-manylinux_2_17_x86_64.whl",
    "above what uv knows": "a-1-cp313-cp313-manylinux_2_41_x86_64.whl",
}


@pytest.mark.parametrize("name", UNFIT.values(), ids=UNFIT)
def test_refuses(name):
    assert choose_wheel([name], TRIXIE) is None


def test_refuses_a_glibc_above_the_base():
    name = "a-1-cp311-cp311-manylinux_2_37_x86_64.whl"
    assert choose_wheel([name], BOOKWORM) is None
    assert choose_wheel([name], replace(BOOKWORM, glibc=(2, 37))) == name


def test_arm64_has_no_wheels_older_than_glibc_2_17():
    platforms = {tag.platform for tag in compatible(Target("3.13", "linux/arm64", (2, 41)))}
    assert "manylinux_2_17_aarch64" in platforms
    assert "manylinux_2_16_aarch64" not in platforms
    assert "manylinux1_aarch64" not in platforms


def test_the_most_specific_tag_comes_first_and_any_last():
    tags = compatible(Target("3.13", "linux/amd64", (2, 36)))
    assert str(tags[0]) == "cp313-cp313-manylinux_2_36_x86_64"
    assert str(tags[-1]) == "py30-none-any"


UV = {(2, 41): "manylinux_2_40", (2, 36): "manylinux_2_36", (2, 30): "manylinux_2_28", (2, 16): "manylinux2014"}


@pytest.mark.parametrize(("glibc", "platform"), UV.items(), ids=map(str, UV))
def test_the_platform_for_uv_is_never_above_the_glibc(glibc, platform):
    assert Target("3.13", "linux/amd64", glibc).uv_platform == f"x86_64-{platform}"


GLIBC = {
    "a-1-cp313-cp313-manylinux_2_28_x86_64.whl": (2, 28),
    "a-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": (2, 17),
    "a-1-cp313-cp313-manylinux1_x86_64.whl": (2, 5),
    "a-1-py3-none-any.whl": None,
}


@pytest.mark.parametrize(("name", "glibc"), GLIBC.items(), ids=GLIBC)
def test_reads_the_glibc_that_a_wheel_needs(name, glibc):
    assert needed_glibc(name) == glibc


BAD = {
    "free-threaded": ("3.13t", "linux/amd64", (2, 41), "free-threaded Python is not supported"),
    "not a version": ("3.13.1", "linux/amd64", (2, 41), "not a CPython version"),
    "Python 2": ("2.7", "linux/amd64", (2, 41), "not a CPython version"),
    "unknown platform": ("3.13", "linux/s390x", (2, 41), "no wheels for this platform"),
    "musl": ("3.13", "linux/amd64", (1, 2), "not a glibc"),
}


@pytest.mark.parametrize(("python", "platform", "glibc", "message"), BAD.values(), ids=BAD)
def test_refuses_what_has_no_wheels(python, platform, glibc, message):
    with pytest.raises(InvalidTarget, match=message):
        Target(python, platform, glibc)


ALPINE = Target("3.12", "linux/amd64", None, musl=(1, 2))
ON_MUSL = {
    "the newest musl": (
        ["a-1-cp312-cp312-musllinux_1_1_x86_64.whl", "a-1-cp312-cp312-musllinux_1_2_x86_64.whl"],
        "a-1-cp312-cp312-musllinux_1_2_x86_64.whl",
    ),
    "never glibc's": (["a-1-cp312-cp312-manylinux_2_17_x86_64.whl"], None),
    "pure Python": (["a-1-py3-none-any.whl"], "a-1-py3-none-any.whl"),
    "not another machine's": (["a-1-cp312-cp312-musllinux_1_2_aarch64.whl"], None),
    "not one for a newer musl": (["a-1-cp312-cp312-musllinux_1_3_x86_64.whl"], None),
}


@pytest.mark.parametrize(("names", "best"), ON_MUSL.values(), ids=ON_MUSL)
def test_chooses_for_musl(names, best):
    assert choose_wheel(names, ALPINE) == best


def test_says_what_a_target_on_musl_is():
    assert str(ALPINE) == "linux/amd64, CPython 3.12 and musl 1.2"
    assert ALPINE.uv_platform == "x86_64-unknown-linux-musl"


@pytest.mark.parametrize("libc", [{"glibc": (2, 41), "musl": (1, 2)}, {"glibc": None}, {"glibc": None, "musl": (1, 1)}])
def test_a_target_has_one_c_library_that_wheels_are_built_for(libc):
    with pytest.raises(InvalidTarget):
        Target("3.13", "linux/amd64", **libc)
