"""Two rows of the table of native needs, as `benchmarks.native_needs` measures them."""

from pathlib import Path

import pytest
from benchmarks import native_needs
from benchmarks.sides import Pottle as Side
from tests.e2e.command import Pottle

pytestmark = [pytest.mark.engine, pytest.mark.network, pytest.mark.slow]


@pytest.fixture
def laboratory(pottle: Pottle, cache_directory: Path, tmp_path: Path) -> native_needs.Laboratory:
    return native_needs.Laboratory(Side(cache_directory, pottle.environ), tmp_path, "the one tested")


def test_what_is_needed_is_chosen_and_nothing_else(laboratory: native_needs.Laboratory):
    found = laboratory.measure(native_needs.rows()["python-magic"])

    assert (found.image, found.within) == ("", "")
    assert "failed to find libmagic" in found.without
    assert found.needed == tuple(found.chosen) == ("libmagic1t64",)
    assert "libmagic-mgc" in found.comes_to


def test_what_needs_nothing_is_given_nothing(laboratory: native_needs.Laboratory):
    found = laboratory.measure(native_needs.rows()["orjson"])

    assert (found.image, found.without, found.within) == ("", "", "")
    assert (found.chosen, found.comes_to) == ({}, ())
    assert found.version
