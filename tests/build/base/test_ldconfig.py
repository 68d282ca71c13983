"""Ubuntu's wrapper round ldconfig."""

from pottle.build.base.ldconfig import unwrapped
from pottle.oci.entry import File

SCRIPT, PROGRAM, OTHER = b"#!/bin/sh\n", b"\x7fELF", File("etc/ld.so.conf", b"")


def test_the_program_takes_its_wrappers_place():
    entries = [File("usr/sbin/ldconfig", SCRIPT, 0o755), File("usr/sbin/ldconfig.real", PROGRAM, 0o755), OTHER]
    assert list(unwrapped(entries)) == [File("usr/sbin/ldconfig", PROGRAM, 0o755), OTHER]


def test_without_a_wrapper_it_is_left_as_it_is():
    entries = [File("usr/sbin/ldconfig", PROGRAM, 0o755), OTHER]
    assert list(unwrapped(entries)) == entries
