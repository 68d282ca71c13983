"""Links of one layer under which another has something."""

import pytest

from pottle.build.base.links import check_links
from pottle.errors import SourceError
from pottle.oci.entry import Directory, Entry, File, Symlink

CLASH: dict[str, list[Entry]] = {
    "a file below a link": [Symlink("usr/lib/x", "y"), File("usr/lib/x/z", b"")],
    "a file far below": [File("lib/a/b/c", b""), Symlink("lib", "usr/lib")],
    "a directory in its place": [Symlink("var/run", "../run"), Directory("var/run")],
}
FINE: dict[str, list[Entry]] = {
    "beside the link": [Symlink("lib", "usr/lib"), File("library/x", b""), File("usr/lib/x", b"")],
    "the same link twice": [Symlink("lib", "usr/lib"), Symlink("lib", "usr/lib")],
    "a directory with a link in it": [Directory("etc"), Symlink("etc/x", "y")],
}


@pytest.mark.parametrize("entries", CLASH.values(), ids=CLASH)
def test_a_link_that_is_a_directory_elsewhere_is_refused(entries: list[Entry]):
    with pytest.raises(SourceError, match=r"one package has /.* as a link, another has /") as caught:
        check_links(entries)
    assert caught.value.hint == "leave one of them out of `packages`"


@pytest.mark.parametrize("entries", FINE.values(), ids=FINE)
def test_others_are_fine(entries: list[Entry]):
    check_links(entries)
