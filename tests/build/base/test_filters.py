"""Which files of a package get into an image."""

import re

import pytest

from pottle.build.base.filters import RULES, deciding, filtered, keeps
from pottle.oci.entry import File

LEFT_OUT = (
    "usr/share/doc/libc6/changelog.gz",
    "usr/share/doc/libc6/copyright.gz",
    "usr/share/man/man1/x.1.gz",
    "usr/share/locale/de/LC_MESSAGES/x.mo",
    "usr/lib/x86_64-linux-gnu/gconv/IBM037.so",
    "usr/lib/aarch64-linux-gnu/gconv/gconv-modules.d/gconv-modules-extra.conf",
    "usr/lib/x86_64-linux-gnu/libmemusage.so",
    "usr/lib/x86_64-linux-gnu/libthread_db.so.1",
    "usr/lib/systemd/system/x.service",
    "etc/cron.daily/x",
    "etc/default",
    "usr/bin/ldd",
    "usr/sbin/zic",
    "usr/lib/python3.13/test/__init__.py",
    "usr/lib/python3.13/lib-dynload/_testcapi.cpython-313-x86_64-linux-gnu.so",
    "usr/lib/python3.13/lib-dynload/xxlimited_35.cpython-313-x86_64-linux-gnu.so",
    "usr/lib/python3.10/sitecustomize.py",
    "etc/python3.10/sitecustomize.py",
    "usr/share/zoneinfo/right/Europe/Berlin",
    "var/lib/dpkg/status",
)
STAYS = (
    "usr/share/doc/libc6/copyright",
    "usr/share/doc/libgcc-s1",
    "usr/share/common-licenses/GPL-3",
    "usr/lib/locale/C.utf8/LC_CTYPE",
    "usr/lib/locale/de_DE.utf8/LC_CTYPE",
    "usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache",
    "usr/lib/x86_64-linux-gnu/gconv/CP1251.so",
    "usr/lib/x86_64-linux-gnu/gconv/ISO8859-15.so",
    "usr/lib/x86_64-linux-gnu/gconv/UTF-16.so",
    "usr/lib/x86_64-linux-gnu/libc.so.6",
    "usr/lib/x86_64-linux-gnu/libmvec.so.1",
    "usr/lib/x86_64-linux-gnu/libnss_dns.so.2",
    "usr/sbin/ldconfig",
    "usr/lib/python3.13/EXTERNALLY-MANAGED",
    "usr/lib/python3.13/_sysconfigdata__linux_x86_64-linux-gnu.py",
    "usr/lib/python3.13/unittest/__init__.py",
    "usr/lib/python3.13/lib-dynload/_ctypes.cpython-313-x86_64-linux-gnu.so",
    "usr/lib/python3/dist-packages/test/__init__.py",
    "usr/share/zoneinfo/Europe/Berlin",
    "etc/ssl/openssl.cnf",
    "etc/mime.types",
    # what somebody asks for who names the package
    "usr/include/stdio.h",
    "usr/lib/x86_64-linux-gnu/libc_nonshared.a",
    "usr/share/perl5/Image/ExifTool.pm",
    "usr/share/tesseract-ocr/5/tessdata/deu.traineddata",
    "usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so",
    "var/lib/dictionaries-common/x",
    "var/cache/fontconfig",
)


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_nobody_misses_is_left_out(path: str):
    assert not keeps(path)


@pytest.mark.parametrize("path", STAYS)
def test_what_somebody_needs_stays(path: str):
    assert keeps(path)


def test_the_first_rule_decides():
    rule = deciding("usr/share/doc/libc6/copyright")
    assert rule is not None
    assert rule.keep
    assert deciding("app/main.py") is None


def test_entries_are_filtered_by_their_paths():
    kept, dropped = File("usr/bin/x", b""), File("usr/share/man/x", b"")
    assert list(filtered([kept, dropped])) == [kept]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_a_rule_is_about_named_places_and_says_why(rule):
    assert rule.because
    assert not rule.because.endswith(".")
    assert re.match(r"\(?(usr|etc|var|boot)", rule.pattern)


def test_a_rule_that_keeps_stands_before_one_that_would_leave_out():
    kept = [index for index, rule in enumerate(RULES) if rule.keep]
    assert all(any(not later.keep for later in RULES[index + 1 :]) for index in kept)
