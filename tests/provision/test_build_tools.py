"""What a failed build says it misses, in the words of those who say it."""

import pytest

from pottle.provision.build_tools import missing, rust

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


TRIXIE = {"rustc": "1.85.0+dfsg3-1", "rustc-web": "1.96.0+dfsg1-1~deb13u1"}
NOBLE = {"rustc": "1.75.0+dfsg0ubuntu1-0ubuntu7", "rustc-1.78": "1.78.0+dfsg", "rustc-1.80": "1.80.1+dfsg0"}


@pytest.mark.parametrize(
    ("suite", "needed", "chosen"),
    [
        (TRIXIE, None, "rustc"),
        (TRIXIE, (1, 85), "rustc"),
        (TRIXIE, (1, 86), "rustc-web"),
        (TRIXIE, (1, 97), "rustc"),  # none is new enough, which is told before anything is built
        (NOBLE, (1, 70), "rustc"),
        (NOBLE, (1, 76), "rustc-1.78"),
        (NOBLE, (1, 79), "rustc-1.80"),
        ({}, (1, 70), "rustc"),
    ],
)
def test_the_oldest_rust_that_is_new_enough(suite: dict[str, str], needed: "tuple[int, int] | None", chosen: str):
    assert rust(suite.get, needed) == (chosen, chosen.replace("rustc", "cargo"))
