import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pottle.oci.digest import Digest, InvalidDigest

DIGITS = "0123456789abcdef" * 4


@given(st.binary())
def test_a_digest_is_the_sha256_of_the_bytes_and_reads_back(content: bytes) -> None:
    digest = Digest.of(content)
    assert digest.hex == hashlib.sha256(content).hexdigest()
    assert Digest(str(digest)) == Digest.from_hex(digest.hex) == digest


@pytest.mark.parametrize(
    "text",
    ["", DIGITS, f"sha512:{DIGITS}", f"sha256:{DIGITS.upper()}", f"sha256:{DIGITS}0", f"sha256:{DIGITS}\n", "sha256:"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidDigest, match="not a sha256 digest"):
        Digest(text)
