"""What every test relies on, and what tests of several rooms share."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.world import World


def pytest_configure() -> None:
    """Tests interrupt themselves and others. A shell ignores SIGINT for what it starts in the background, and that is inherited."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def here(tmp_path: Path) -> "Iterator[World]":
    """An archive, an index and a machine, all of the test's own."""
    from tests.world import world

    with world(tmp_path / "home") as made:
        yield made
