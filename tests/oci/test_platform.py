import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.oci.platform import InvalidPlatform, Platform

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
KNOWN = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/riscv64", "linux/s390x"]


@given(st.sampled_from(KNOWN))
def test_a_platform_reads_back(text: str) -> None:
    assert str(Platform.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("x86_64", AMD64),
        ("amd64", AMD64),
        ("linux/x86_64", AMD64),
        ("linux/amd64/v1", AMD64),
        ("Linux/AMD64", AMD64),
        ("aarch64", ARM64),
        ("arm64/v8", ARM64),
        ("linux/arm64/v8", ARM64),
        ("linux/arm", Platform("linux", "arm", "v7")),
        ("armhf", Platform("linux", "arm", "v7")),
    ],
)
def test_one_platform_has_one_spelling(text: str, platform: Platform) -> None:
    assert Platform.parse(text) == platform


@pytest.mark.parametrize(
    "text", ["", "/", "linux", "linux/", "windows/amd64", "darwin/arm64", "linux/amd64/v1/x", "linux/vax"]
)
def test_an_unknown_platform_is_refused(text: str) -> None:
    with pytest.raises(InvalidPlatform, match=r"not a (known )?platform"):
        Platform.parse(text)


def test_debian_and_the_kernel_have_names_of_their_own() -> None:
    assert (AMD64.debian_architecture, AMD64.machine) == ("amd64", "x86_64")
    assert (ARM64.debian_architecture, ARM64.machine) == ("arm64", "aarch64")
    assert Platform("linux", "arm64", "v8").machine == "aarch64"


def test_a_platform_out_of_an_index_may_be_any_but_has_no_names() -> None:
    with pytest.raises(InvalidPlatform, match="unknown/unknown"):
        _ = Platform("unknown", "unknown").debian_architecture
