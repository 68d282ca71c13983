"""What every test relies on, and what tests of several rooms share."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.world import World


settings.register_profile("pottle", deadline=None)
settings.load_profile("pottle")
"""No example has a deadline: beside others any may take a second."""


def pytest_configure() -> None:
    """Tests interrupt themselves and others. A shell ignores SIGINT for what it starts in the background, and that is inherited."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_real_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages of a test's archive hold no programs, so what would run in a root of them runs beside us."""
    from tests.host_sandbox import run_in

    from pottle.api.sandbox import Sandbox

    monkeypatch.setattr(Sandbox, "run_in", run_in)


@pytest.fixture
def here(tmp_path: Path) -> "Iterator[World]":
    """An archive, an index and a machine, all of the test's own."""
    from tests.world import world

    with world(tmp_path / "home") as made:
        yield made
