"""The packages that rows of ours name for their programs: each suite has them, or the row says that it has not."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.e2e.command import Pottle

from pottle.api.host import Host
from pottle.api.provisioning import settings_for
from pottle.config.options import Options
from pottle.native import knowledge
from pottle.native.index import RUNTIME, index, suites
from pottle.provision.archives import Archives
from pottle.provision.closures import closure
from pottle.sources.debian.solver import UnknownPackage

pytestmark = [pytest.mark.network, pytest.mark.long]


@pytest.fixture
def packages(pottle: Pottle, cache_directory: Path) -> Iterator[Callable[[str, Sequence[str]], frozenset[str]]]:
    """What packages of a suite come to; nothing where it has no such package."""
    host = Host(cache_directory, pottle.environ)
    with Archives(settings_for(Path(), Options(), host)) as archives:

        def come_to(suite: str, names: Sequence[str]) -> frozenset[str]:
            archives.archive(suite, "amd64", [suite])  # a mirror that lags behind knows the names, too
            try:
                return frozenset(closure(archives, suite, "amd64", names, RUNTIME).packages)
            except UnknownPackage:
                return frozenset()

        yield come_to


@pytest.mark.parametrize("suite", [suite.name for suite in suites()])
def test_every_suite_has_the_packages_that_rows_name(suite: str, packages: Callable[..., frozenset[str]]):
    known = index(suite, "amd64")
    rows = [row for row in knowledge.curated().values() if row.packages]
    named = {name for row in rows for name in row.packages if not row.lacking(known)}
    assert named <= packages(suite, sorted(named))
    lacking = {name for row in rows for name in row.lacking(known)}
    assert [name for name in lacking if name in packages(suite, [name])] == [], "Ubuntu has a stub in place of Chromium"
