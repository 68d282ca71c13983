"""Files for other CPythons than the image's."""

from pottle.build.base.pythons import of_python
from pottle.oci.entry import Directory, Entry, File

ENTRIES: list[Entry] = [
    Directory("usr/lib/python3.11"),
    File("usr/lib/python3.10/distutils/core.py", b""),
    File("usr/lib/python3.11/distutils/core.py", b""),
    File("usr/lib/python3/dist-packages/yaml.py", b""),
    File("usr/share/python3.11/x", b""),
]


def test_a_package_for_all_versions_keeps_what_the_image_can_use():
    found = of_python(ENTRIES, "python3-distutils", "3.10")
    assert [entry.path for entry in found] == [
        "usr/lib/python3.10/distutils/core.py",
        "usr/lib/python3/dist-packages/yaml.py",
        "usr/share/python3.11/x",
    ]


def test_a_package_of_another_version_is_whole():
    assert list(of_python(ENTRIES, "libpython3.11-stdlib", "3.10"))[0::2] == ENTRIES[0::2]
    assert list(of_python(ENTRIES[2:3], "libpython3.11-stdlib", "3.10")) == ENTRIES[2:3]


def test_a_version_is_compared_whole():
    assert list(of_python([File("usr/lib/python3.1/x", b"")], "python3-x", "3.10")) == []
