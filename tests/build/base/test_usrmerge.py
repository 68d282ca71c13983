"""Packages that still ship `/lib`, laid into a merged /usr."""

import pytest

from pottle.build.base.usrmerge import leads_to, links, merged, merged_path
from pottle.oci.entry import Directory, Entry, File, Symlink

MOVED = {
    "lib/x86_64-linux-gnu/libz.so.1": "usr/lib/x86_64-linux-gnu/libz.so.1",
    "bin/dash": "usr/bin/dash",
    "sbin/ldconfig": "usr/sbin/ldconfig",
    "lib64/ld-linux-x86-64.so.2": "usr/lib64/ld-linux-x86-64.so.2",
    "var/run/postgresql": "run/postgresql",
    "var/lock/lvm": "run/lock/lvm",
}
STAYS = ("usr/lib/libz.so.1", "library/x", "etc/bin/x", "lib", "binary", "var/running/x", "var/lib/x")


@pytest.mark.parametrize(("old", "new"), MOVED.items(), ids=MOVED)
def test_paths_below_an_old_directory_move(old: str, new: str):
    assert merged_path(old) == new
    assert list(merged([File(old, b"x", mode=0o755)])) == [File(new, b"x", mode=0o755)]


@pytest.mark.parametrize("path", STAYS)
def test_other_paths_stay(path: str):
    assert merged_path(path) == path


def test_sbin_is_not_merged_into_bin():
    assert [entry.path for entry in merged([File("sbin/x", b"1"), File("bin/x", b"2")])] == ["usr/sbin/x", "usr/bin/x"]


def test_the_old_directories_themselves_are_left_to_the_links():
    entries: list[Entry] = [
        Directory("lib"),
        Symlink("bin", "usr/bin"),
        Directory("var/run"),
        Symlink("sbin", "usr/sbin"),
    ]
    assert list(merged(entries)) == []


BRIDGES = {
    "absolute, into usr": Symlink("lib/systemd", "/usr/lib/systemd"),
    "relative, into usr": Symlink("bin/sh", "../usr/bin/sh"),
    "absolute, out of usr": Symlink("usr/bin/sh", "/bin/sh"),
    "relative, out of usr": Symlink("usr/sbin/x", "../../sbin/x"),
}


@pytest.mark.parametrize("bridge", BRIDGES.values(), ids=BRIDGES)
def test_a_bridge_between_old_and_new_would_lead_to_itself_and_goes(bridge: Symlink):
    assert list(merged([bridge])) == []


REAL_LINKS = {
    "beside itself": Symlink("lib/x86_64-linux-gnu/libz.so.1", "libz.so.1.3.1"),
    "to elsewhere": Symlink("lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
    "to another name": Symlink("bin/sh", "dash"),
}


@pytest.mark.parametrize("link", REAL_LINKS.values(), ids=REAL_LINKS)
def test_a_link_to_something_else_stays_with_its_target(link: Symlink):
    assert list(merged([link])) == [Symlink(f"usr/{link.path}", link.target)]


LEADS = {
    ("usr/bin/x", "y"): "usr/bin/y",
    ("usr/bin/x", "../lib/y"): "usr/lib/y",
    ("x", "/usr/bin/y"): "usr/bin/y",
    ("x", "../../etc/passwd"): "etc/passwd",
}


@pytest.mark.parametrize(("link", "path"), LEADS.items(), ids=str)
def test_where_a_link_leads_is_said_from_the_root(link: tuple[str, str], path: str):
    assert leads_to(Symlink(*link)) == path


def test_the_lowest_layer_has_the_links_that_every_root_has():
    found = {link.path: link.target for link in links(["usr/lib/x", "etc/y"])}
    assert found == {
        "bin": "usr/bin",
        "sbin": "usr/sbin",
        "lib": "usr/lib",
        "var/run": "../run",
        "var/lock": "../run/lock",
    }


def test_directories_for_other_architectures_get_a_link_where_they_are_used():
    assert [link.path for link in links(["usr/lib64/ld-linux-x86-64.so.2", "usr/lib32"], lowest=False)] == ["lib64"]


def test_a_higher_layer_repeats_no_link():
    assert list(links(["usr/bin/x", "usr/lib/y"], lowest=False)) == []
