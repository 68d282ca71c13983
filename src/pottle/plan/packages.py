"""Which Debian packages make up a base, layer by layer, and which of their dependencies are left out.

Names are those of the suite in question where releases differ; everything that they depend on is resolved when the plan is locked.
"""

from collections.abc import Iterable

from pottle.plan.bases import Base

RUNTIME = ("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libc-bin", "netbase", "media-types", "ncurses-base")
"""What wheels may expect of any Linux (PEP 600 and auditwheel's policy), and the data files of socket, mimetypes and curses."""

SYSTEM = ("base-files", "ca-certificates", "tzdata")
"""Small, and updated far more often than the rest: they lie above it."""

MESSAGES = ("gettext",)
"""msgfmt, which compiles what people have translated."""

SHELL = ("dash",)
DEBUG = ("dash", "coreutils")

FOR_SCRIPTS = {
    "debconf": "asks questions in maintainer scripts, which do not run",
    "dpkg": "nothing is installed at run time",
    "init-system-helpers": "there is no init system",
    "python3": "links that the image has anyway, and scripts that byte-compile",
    "readline-common": "key bindings for a person at a prompt",
}
"""Needed by packages for being installed, not for what they do: left out whoever needs them, unless the project names them."""

WITHOUT = {
    **FOR_SCRIPTS,
    "awk": "base-files wants one for its scripts",
    "libnsl2": "for the module nis, which CPython dropped (PEP 594)",
    "libtirpc3": "the same: it brings 2 MiB of RPC and Kerberos",
    "openssl": "its command line; ca-certificates wants it for a script whose work is done without",
    "perl-base": "debconf's, and that of scripts",
}
"""What the base and the interpreter do without; packages that a project names get the last five if they depend on them."""

# Two parts of the standard library that Debian has packages of their own for, while CPython still has them (PEP 632; 3.13, "Removed").
_SPLIT_OFF = {
    "3.10": ("python3-distutils", "python3-lib2to3"),
    "3.11": ("python3-distutils", "python3-lib2to3"),
    "3.12": ("python3-lib2to3",),
}


_STANDALONE = dict.fromkeys(("3.8", "3.9", "3.10", "3.11", "3.12"), ("libcrypt1",))
"""What python-build-standalone's CPython takes from the system beyond glibc: `crypt` does, until 3.13 ("Runtime Requirements")."""


def interpreter(base: Base) -> tuple[str, ...]:
    """CPython with its whole standard library, less Tk; of one that is not the base's own, the libraries that it needs."""
    if base.standalone:
        return _STANDALONE.get(base.python, ())
    names = (f"python{base.python}-minimal", f"libpython{base.python}-stdlib")
    return (*names, *_SPLIT_OFF.get(base.python, ()))


_TOOLS = (
    *("gcc", "g++", "libc6-dev", "make", "patch", "pkgconf", "bzip2", "mawk", "xz-utils"),
    *("bash", "coreutils", "dash", "diffutils", "findutils", "grep", "gzip", "hostname", "perl-base", "sed", "tar"),
)
"""A C and C++ toolchain, and what is there wherever something is built (policy §3.8, "Essential packages"; §4.2)."""


COMPILING = ("patchelf",)
"""What Nuitka runs besides a C compiler ("Requirements": for standalone mode on Linux)."""


def tools(base: Base, configured: Iterable[str]) -> tuple[str, ...]:
    """What distributions without a wheel are built with on the suite of `base`, for its CPython; the `configured` packages too."""
    names = tuple("pkg-config" if name == "pkgconf" and base.suite == "jammy" else name for name in _TOOLS)
    python = () if base.standalone else (f"python{base.python}-minimal", f"libpython{base.python}-dev")
    return tuple(sorted({*names, *python, *configured}))


def without(named: Iterable[str]) -> tuple[str, ...]:
    """What the packages that a project names do without: nothing that it named itself."""
    return tuple(sorted(FOR_SCRIPTS.keys() - set(named)))
