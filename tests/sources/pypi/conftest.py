"""An environment in which uv reaches loopback and nothing else of this machine."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pottle.sources.pypi.pylock import PinnedWheel
from pottle.sources.pypi.uv import Session
from pottle.tags import Target
from pottle.testing.package_index import PackageIndex
from pottle.testing.wheel_file import WheelFile


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
        "UV_HTTP_RETRIES": "0",
        "TMPDIR": str(tmp_path),
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
        "PIP_CONFIG_FILE": os.devnull,
    }


@pytest.fixture
def session(environ: dict[str, str]) -> Session:
    return Session(environ, Target("3.13", "linux/amd64", (2, 41)))


@pytest.fixture
def pinned() -> Callable[..., PinnedWheel]:
    def pin(index: PackageIndex, wheel: WheelFile, **changes: str) -> PinnedWheel:
        fields = {"url": index.url_of(wheel), "sha256": wheel.sha256, "index": index.url} | changes
        return PinnedWheel(
            name=wheel.name, version=wheel.version, filename=wheel.filename, size=len(wheel.content), **fields
        )

    return pin
