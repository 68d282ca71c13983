"""Which Debian packages make up a base, layer by layer, and which of their dependencies are left out.

Names are those of the suite in question where releases differ; everything that they depend on is resolved when the plan is locked.
"""

from pottle.plan.bases import Base

RUNTIME = ("libc6", "libgcc-s1", "libstdc++6", "zlib1g", "libc-bin", "netbase", "media-types", "ncurses-base")
"""What wheels may expect of any Linux (PEP 600 and auditwheel's policy), and the data files of socket, mimetypes and curses."""

SYSTEM = ("base-files", "ca-certificates", "tzdata")
"""Small, and updated far more often than the rest: they lie above it."""

SHELL = ("dash",)
DEBUG = ("dash", "coreutils")

WITHOUT = {
    "debconf": "asks questions in maintainer scripts, which do not run",
    "debconf-2.0": "the same",
    "cdebconf": "the same",
    "dpkg": "nothing is installed at run time",
    "perl-base": "for maintainer scripts",
    "mawk": "base-files wants an awk for its scripts",
    "awk": "the same",
    "openssl": "its command line; ca-certificates wants it for a script whose work is done without",
    "readline-common": "key bindings for a person at a prompt",
    "python3": "links that the image has anyway, and scripts that byte-compile",
    "python3-minimal": "the same",
    "usr-is-merged": "the image is merged from the start",
    "usrmerge": "the same",
    "init-system-helpers": "there is no init system",
    "tar": "dpkg's",
}

# Two parts of the standard library that Debian has packages of their own for, while CPython still has them (PEP 632; 3.13, "Removed").
_SPLIT_OFF = {
    "3.10": ("python3-distutils", "python3-lib2to3"),
    "3.11": ("python3-distutils", "python3-lib2to3"),
    "3.12": ("python3-lib2to3",),
}


def interpreter(base: Base) -> tuple[str, ...]:
    """CPython with its whole standard library, less Tk."""
    names = (f"python{base.python}-minimal", f"libpython{base.python}-stdlib")
    return (*names, *_SPLIT_OFF.get(base.python, ()))
