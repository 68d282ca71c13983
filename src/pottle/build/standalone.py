"""A CPython of python-build-standalone as the entries of a layer: what a program needs of it, at its place in the image.

Of its standard library the same is kept as of Debian's (`pottle.build.base.filters`). It brings no other library: OpenSSL, SQLite and
the rest are linked into it.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from pottle.build.base import filters
from pottle.build.base.filters import Rule, compiled
from pottle.native import elf
from pottle.oci.entry import Entry, File

_STDLIB = r"lib/python3\.[0-9]+"
_LIBRARY = re.compile(r"lib/libpython3.*\.so.*")
_BUILT_FOR = re.compile(rb"(?<![a-z0-9._])/install(?=[/'\"\s]|$)")
"""The prefix that it was configured with; `/usr/bin/install` is something else."""
_NAMES_PREFIX = re.compile(_STDLIB + r"/(_sysconfigdata[^/]*\.py|config-[^/]+/Makefile)|lib/pkgconfig/.*\.pc")

RULES: tuple[Rule, ...] = (
    Rule(r"bin/python(3(\.[0-9]+)?)?", keep=True, because="the interpreter and its names"),
    Rule(r"bin/.*", keep=False, because="pip, idle, pydoc, 2to3, and what compiles against it"),
    Rule(r"include/.*|lib/pkgconfig/.*|.*\.a|" + _STDLIB + r"/config-[^/]+/.*", keep=False, because="for compilers"),
    Rule(r"share/.*", keep=False, because="manuals; terminals, of which the base has those that matter"),
    Rule(
        r"lib/(itcl|tcl|tk|thread|tdbc|Tix|tix)[^/]*/.*|lib/lib(tcl|tk|itcl|Tix)[^/]*",
        keep=False,
        because="Tcl and Tk: there is no display (12 MB)",
    ),
    Rule(_STDLIB + r"/lib-dynload/_tkinter\.[^/]*", keep=False, because="Tcl and Tk"),
    Rule(_STDLIB + r"/(site-packages|ensurepip)/.*", keep=False, because="pip and setuptools"),
    Rule(r".*/__pycache__/.*", keep=False, because="bytecode is compiled for the image"),
)
_COMPILED = compiled(RULES)


def interpreter(entries: Iterable[Entry], into: str) -> Iterator[Entry]:
    """`entries`, whose paths are relative to the interpreter's root, as they lie below `into`: `/opt/python`."""
    kept = [entry for entry in entries if keeps(entry.path)]
    wanted = _libraries(kept)
    for entry in kept:
        if not _LIBRARY.fullmatch(entry.path) or posixpath.basename(entry.path) in wanted:
            yield _placed(entry, into)


def whole(entries: Iterable[Entry], into: str) -> Iterator[Entry]:
    """All of them, as what compiles against it needs them: headers and libraries too."""
    return (_placed(entry, into) for entry in entries)


def keeps(path: str) -> bool:
    """Whether what lies at `path` below the interpreter's root belongs in an image."""
    rule = filters.first(path, _COMPILED)
    return rule.keep if rule else filters.keeps(f"usr/{path}")


def _libraries(entries: Iterable[Entry]) -> frozenset[str]:
    """The libpython that the program is linked with; later releases have it inside (python-build-standalone, `build-cpython.sh`)."""
    programs = (entry for entry in entries if isinstance(entry, File) and entry.path.startswith("bin/"))
    read = (elf.read(program.read()) for program in programs)
    return frozenset(posixpath.basename(name) for found in read if found for name in found.needed)


def _placed(entry: Entry, into: str) -> Entry:
    path = posixpath.join(into.lstrip("/"), entry.path)
    if isinstance(entry, File) and _NAMES_PREFIX.fullmatch(entry.path):
        return File(path, _BUILT_FOR.sub(into.encode(), entry.read()), entry.mode)
    return replace(entry, path=path)
