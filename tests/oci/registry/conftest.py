"""A registry on the loopback, and clients of it that do not wait."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pottle.oci.reference import Reference
from pottle.oci.registry.client import Registry
from pottle.oci.registry.options import RegistryOptions
from pottle.testing.registry import FakeRegistry

Connect = Callable[..., Registry]


@pytest.fixture
def server() -> Iterator[FakeRegistry]:
    with FakeRegistry() as running:
        yield running


@pytest.fixture
def naps() -> list[float]:
    """The seconds that clients would have waited."""
    return []


@pytest.fixture
def connect(naps: list[float], tmp_path: Path) -> Iterator[Connect]:
    """A client with an empty home, unless told otherwise."""
    with ExitStack() as stack:

        def make(environ: dict[str, str] | None = None, **options: object) -> Registry:
            own = {"HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path / "run"), **(environ or {})}
            how = RegistryOptions(own, **{"timeout": 5.0, **options})  # type: ignore[arg-type]
            return stack.enter_context(Registry(how, sleep=naps.append))

        yield make


@pytest.fixture
def client(connect: Connect) -> Registry:
    return connect()


@pytest.fixture
def name(server: FakeRegistry) -> Reference:
    return Reference.parse(f"{server.host}/team/shop:1.0")
