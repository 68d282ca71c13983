"""What a failed build says it misses, in the words of those who say it."""

import pytest

from pottle.provision.build_tools import missing

SAID = {
    "a compiler": ("x.c:3:10: fatal error: lber.h: No such file or directory", ["lber.h"]),
    "a compiler, below a directory": ("fatal error: mysql/mysql.h: No such file or directory", ["mysql/mysql.h"]),
    "a linker": ("/usr/bin/ld: cannot find -lportaudio: No such file or directory", ["libportaudio.so"]),
    "pkg-config": ("Package 'libvirt', required by 'virtual:world', not found", ["pkgconfig/libvirt.pc"]),
    "an older pkg-config": ("No package 'cairo' found", ["pkgconfig/cairo.pc"]),
    "Python about pkg-config": (
        "Command 'pkg-config --exists mysqlclient' returned non-zero exit status 1.",
        ["pkgconfig/mysqlclient.pc"],
    ),
    "Meson": ('meson.build:22:0: ERROR: Dependency "cairo" not found, tried pkgconfig', ["pkgconfig/cairo.pc"]),
    "psycopg2": ("Error: pg_config executable not found.", ["bin/pg_config"]),
    "a shell": ("/bin/sh: 1: krb5-config: not found", ["bin/krb5-config"]),
    "Python": ("FileNotFoundError: [Errno 2] No such file or directory: 'swig'", ["bin/swig"]),
    "a compiler without Python's headers": ("fatal error: Python.h: No such file or directory", []),
    "nobody": ("error: 'struct x' has no member named 'y'", []),
}


@pytest.mark.parametrize(("said", "paths"), SAID.values(), ids=SAID)
def test_what_is_missing(said: str, paths: list[str]):
    assert list(dict.fromkeys(missing(said))) == paths
