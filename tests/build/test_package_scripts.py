"""Packages that a project names: what their scripts would do is in the image, or told."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.world import World, world

from pottle.oci.entry import File
from pottle.oci.image import Image
from pottle.oci.unpack import layer_members
from pottle.testing.debian_archive import Package

SCRIPT = """\
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    adduser --system --group --home /var/lib/daemon daemond
    update-alternatives --install /usr/bin/tool tool /usr/bin/tool.real 10
    cp /usr/share/daemon/daemon.conf /etc/daemon.conf
    daemon-setup --first-time
fi
"""
DAEMON = Package(
    "daemon",
    entries=(
        File("usr/bin/tool.real", b"", 0o755),
        File("usr/share/daemon/daemon.conf", b"x = 1\n"),
        File("usr/lib/sysusers.d/daemon.conf", b"g daemons 77\n"),
    ),
    scripts={"postinst": SCRIPT},
)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "home", bytecode=False) as made:
        made.archive.add(DAEMON)
        yield made


def contents(image: Image, paths: Sequence[str]) -> dict[str, str]:
    """What the topmost layer that has a path says it holds: a file's text, a link's target."""
    found = dict[str, str]()
    for layer in image.manifest.layers:
        for member in layer_members(image.store, layer):
            if member.path in paths:
                found[member.path] = member.target or b"".join(member.content).decode()
    return found


def test_what_scripts_would_do_is_in_the_image_or_told(here: World, tmp_path: Path):
    project = here.virtual(tmp_path / "shop", **{"pottle.toml": 'packages = ["daemon"]\n'})
    said = here.pottle("build", project)
    assert said.code == 0, said.err
    assert "warning: daemon: its script would run `daemon-setup --first-time`, which is not done" in said.err
    found = contents(here.image("shop"), ["etc/passwd", "etc/group", "etc/daemon.conf", "usr/bin/tool"])
    assert "daemond:x:999:999:daemond:/var/lib/daemon:/usr/sbin/nologin\n" in found["etc/passwd"]
    assert {"daemond:x:999:", "daemons:x:77:"} <= set(found["etc/group"].splitlines())
    assert (found["etc/daemon.conf"], found["usr/bin/tool"]) == ("x = 1\n", "/usr/bin/tool.real")


def test_the_bases_own_packages_are_not_told_about(here: World, tmp_path: Path):
    said = here.pottle("build", here.virtual(tmp_path / "shop"))
    assert (said.code, "its script" in said.err) == (0, False)
