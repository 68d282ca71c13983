"""What tests of several rooms share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.world import World, world


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """An archive, an index and a machine, all of the test's own."""
    with world(tmp_path / "home") as made:
        yield made
