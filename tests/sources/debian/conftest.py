from collections.abc import Iterator

import pytest

from pottle.testing.debian_archive import DebianArchive


@pytest.fixture
def served() -> Iterator[DebianArchive]:
    with DebianArchive() as archive:
        yield archive
