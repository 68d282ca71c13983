"""The promise of `pottle.lock` with Debian's own archive: another machine, whose cache is empty, builds the same."""

import os
from pathlib import Path

import pytest

from pottle import api
from pottle.api import Host
from pottle.oci.platform import Platform

pytestmark = pytest.mark.network

PLATFORMS = (Platform.parse("linux/amd64"), Platform.parse("linux/arm64"))


@pytest.mark.parametrize(("suite", "python"), [("trixie", "3.13"), ("bookworm", "3.11")])
def test_another_machine_builds_the_same(tmp_path: Path, suite: str, python: str):
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "main.py").write_text("print('hello')\n")
    (shop / ".python-version").write_text(f"{python}\n")
    wishes = {"platforms": tuple(map(str, PLATFORMS)), "packages": ("libpq5",)}
    options = api.read_options(shop, {}, wishes)
    done = api.pin(shop, options, Host(tmp_path / "first", os.environ))
    assert [each.base for each in done.environments] == [f"debian:{suite}"] * 2
    assert all(each.packages > 25 for each in done.environments)
    locked = api.read_options(shop, {}, {**wishes, "locked": True})
    digests = {
        api.build_for(shop, locked, PLATFORMS, Host(tmp_path / cache, os.environ)).target.digest
        for cache in ("first", "second")
    }
    assert len(digests) == 1
    assert not list((tmp_path / "second/debian").glob("releases/*/*"))
