"""What a root has whatever is installed."""

from pottle.build.base.skeleton import skeleton
from pottle.oci.entry import Directory, File


def test_scratch_directories_are_everybodys_with_the_sticky_bit():
    open_to_all = {entry.path for entry in skeleton() if isinstance(entry, Directory) and entry.mode == 0o1777}
    assert open_to_all == {"tmp", "var/tmp", "run/lock"}


def test_nothing_else_is_writable_by_others():
    assert all(entry.mode in (0o755, 0o1777, 0o644) for entry in skeleton() if isinstance(entry, Directory | File))


def test_runtimes_find_their_mount_points():
    assert {"dev", "proc", "sys", "etc"} <= {entry.path for entry in skeleton()}


def test_names_are_looked_up_in_files_then_in_dns():
    file = next(entry for entry in skeleton() if entry.path == "etc/nsswitch.conf")
    assert isinstance(file, File)
    assert b"\nhosts: files dns\n" in file.read()
