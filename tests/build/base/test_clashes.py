"""Two packages that want one name."""

import pytest

from pottle.build.base.clashes import check_files
from pottle.errors import SourceError
from pottle.oci.entry import Directory, Entry, File, Symlink

PATH = "usr/bin/tool"


@pytest.mark.parametrize(
    "other", [File(PATH, b"2"), File(PATH, b"1", mode=0o755), Symlink(PATH, "other")], ids=["content", "mode", "kind"]
)
def test_two_packages_with_different_files_of_one_name_are_both_named(other: Entry):
    with pytest.raises(SourceError) as caught:
        check_files([("one", [File(PATH, b"1")]), ("between", [File("usr/bin/x", b"")]), ("two", [other])])
    assert caught.value.what == "one and two both have a file /usr/bin/tool, and not the same"
    assert caught.value.hint == "leave one of them out of `packages`"


def test_the_same_file_twice_and_directories_are_no_clash():
    check_files(
        [("one", [File(PATH, b"1"), Directory("etc/x")]), ("two", [File(PATH, b"1"), Directory("etc/x", 0o700)])]
    )
