"""The local time zone of an image."""

from pottle.build.base.timezone import timezone
from pottle.oci.entry import File, Symlink


def test_it_is_utc():
    assert list(timezone({"usr/share/zoneinfo/Etc/UTC"})) == [
        Symlink("etc/localtime", "/usr/share/zoneinfo/Etc/UTC"),
        File("etc/timezone", b"Etc/UTC\n"),
    ]


def test_without_time_zones_nothing_points_to_one():
    assert list(timezone({"usr/share/zoneinfo/Europe/Berlin"})) == []
