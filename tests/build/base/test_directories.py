"""Which of a package's directories a layer has to be told about."""

from pottle.build.base.directories import of_note, settled
from pottle.oci.entry import Directory, File


def test_a_directory_with_something_in_it_goes_without_saying():
    entries = [Directory("usr"), Directory("usr/bin"), File("usr/bin/x", b"")]
    assert list(of_note(entries)) == [File("usr/bin/x", b"")]


def test_an_empty_directory_stays():
    entries = [Directory("etc"), Directory("etc/gss"), Directory("etc/gss/mech.d")]
    assert list(of_note(entries)) == [Directory("etc/gss/mech.d")]


def test_a_directory_with_a_mode_or_an_owner_of_its_own_stays():
    special = [Directory("root", 0o700), Directory("var/lib/x", uid=101), Directory("var/lib/y", gid=5)]
    below = [File(f"{each.path}/file", b"") for each in special]
    assert list(of_note([*special, *below])) == [*special, *below]


def test_the_staff_group_of_a_host_does_not_pass_its_directories_on():
    assert list(of_note([Directory("var/local", 0o2775)])) == [Directory("var/local", 0o775)]
    assert list(of_note([Directory("tmp", 0o1777)])) == [Directory("tmp", 0o1777)]


def test_of_two_packages_the_one_with_a_mode_of_its_own_decides():
    plain, special = Directory("var/lib/x"), Directory("var/lib/x", 0o750, uid=33)
    assert list(settled([plain, special])) == [special]
    assert list(settled([special, plain])) == [special]


def test_of_two_with_a_mode_of_their_own_the_first_decides():
    first, second = Directory("x", 0o700), Directory("x", 0o750)
    assert list(settled([first, second])) == [first]


def test_files_are_left_as_they_are_even_twice():
    files = [File("x", b"1"), File("x", b"2")]
    assert list(settled(files)) == files
