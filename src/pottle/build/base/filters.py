"""What of a Debian package does not belong in an image, and why.

One table: the first pattern that matches a path decides, and what no pattern matches stays. Two laws hold it together: every rule
decides about something in the base or the debugging tools of some suite, and none takes from a package what somebody who names that package wants from it
(headers of a -dev package, modules of Perl, generated locales stay). Paths are usr-merged and have no leading slash. Sizes are
those of a trixie base for CPython 3.13 on amd64, uncompressed, unless another suite is named.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pottle.oci.entry import Entry


@dataclass(frozen=True, slots=True)
class Rule:
    """Paths that match are kept or left out."""

    pattern: str
    keep: bool
    because: str


def _keep(pattern: str, because: str) -> Rule:
    return Rule(pattern, keep=True, because=because)


def _drop(pattern: str, because: str) -> Rule:
    return Rule(pattern, keep=False, because=because)


_LIB = r"usr/lib/[^/]+-linux-gnu"
_STDLIB = r"usr/lib/python3\.[0-9]+"

_GCONV = (
    r"CP125[0-8]|IBM874|CP932|GBK|UHC|libKSC|BIG5"  # Windows' code pages: SQL Server's collations
    r"|ISO8859-[0-9]+|KOI8-[RU]|IBM(437|850|852|866)"  # Unix and DOS: what statistics packages write
    r"|UNICODE|UTF-(7|16|32)"
)
"""glibc's names for encodings that wheels ask iconv(3) for: FreeTDS (pymssql) and ReadStat (pyreadstat) do, most have their own."""

RULES: tuple[Rule, ...] = (
    # For people who read and log in
    _keep(
        r"usr/share/doc/[^/]+(/copyright)?",
        "licences are passed on with the binary; or a link to another package's (0.4 MiB)",
    ),
    _drop(r"usr/share/(doc|doc-base|man|info)/.*", "documentation (2.0 MiB)"),
    _drop(r"usr/share/(lintian|bug|menu|bash-completion|pixmaps|apport)/.*", "for a desktop or a package's maintainer"),
    _drop(r"usr/share/(locale|i18n)/.*", "translations of programs' messages, sources of locales: CPython has neither"),
    _drop(r"usr/share/(base-files|libc-bin|debianutils)/.*", "templates that scripts copy"),
    _drop(r"etc/(profile|issue|issue\.net|motd|legal|inputrc)", "for somebody who logs in"),
    _drop(r"etc/(skel|profile\.d|update-motd\.d)(/.*)?", "for somebody who logs in"),
    # For a host
    _drop(r"(etc|usr/lib)/(systemd|sysusers\.d|tmpfiles\.d|udev|init|binfmt\.d)/.*", "there is no init system"),
    _drop(r"usr/share/(binfmts|initramfs-tools)/.*", "for the kernel of a host"),
    _drop(
        r"etc/(cron\.[a-z]+|init\.d|default|logrotate\.d|apt|dpkg|apparmor\.d|kernel)(/.*)?",
        "settings of a host's services",
    ),
    _drop(
        r"etc/(ca-certificates(/.*|\.conf)|bindresvport\.blacklist|debconf\.conf)", "read by programs that are not here"
    ),
    _drop(
        r"var/(cache/(ldconfig|apt|debconf)|lib/(dpkg|apt|pam|systemd))(/.*)?", "state of programs that are not here"
    ),
    _drop(
        r"boot|usr/(games|include|lib64|src)|usr/share/(dict|info|man|misc)|var/(backups|local|lib/misc)",
        "empty directories",
    ),
    # The C library
    _keep(
        rf"{_LIB}/gconv/(gconv-modules|gconv-modules\.cache|({_GCONV})\.so)",
        "iconv(3) for databases and old files (1.1 MiB)",
    ),
    _drop(
        rf"{_LIB}/gconv/.*",
        "iconv(3) for EBCDIC, telegraphs and mail of the nineties; Python has its own codecs (6.6 MiB)",
    ),
    _drop(
        r"usr/s?bin/(getconf|getent|iconv|iconvconfig|ldd|locale|localedef|pldd|sotruss|sprof|tzselect|zdump|zic)",
        "the C library's tools (0.6 MiB)",
    ),
    _drop(
        rf"{_LIB}/(audit/.*|lib(memusage|pcprofile|c_malloc_debug|thread_db)\.so.*)",
        "for debuggers and profilers (0.1 MiB)",
    ),
    _drop(rf"{_LIB}/libnss_(compat|hesiod)\.so.*", "name services that nsswitch.conf does not name"),
    _drop(r"usr/share/(gcc|gdb)/.*", "for debuggers (0.1 MiB)"),
    _drop(r"usr/s?bin/(update-ca-certificates|tzconfig|locale-check)", "shell scripts for an administrator"),
    _drop(
        rf"{_LIB}/engines-3/(afalg|loader_attic|padlock)\.so",
        "OpenSSL's own engines, which nothing loads unasked (0.1 MiB)",
    ),
    _drop(
        r"usr/share/zoneinfo/(posix|right)/.*",
        "the same zones again, with and without leap seconds (0.6 MiB in bookworm)",
    ),
    # CPython
    _drop(
        rf"{_STDLIB}/(test|idlelib|turtledemo|tkinter)/.*|{_STDLIB}/turtle\.py",
        "its tests; what draws, without Tk (0.6 MiB)",
    ),
    _drop(
        rf"{_STDLIB}/(asyncio/windows_(events|utils)|multiprocessing/popen_spawn_win32|encodings/(mbcs|oem)|"
        r"_pyrepl/windows_console|_ios_support|distutils/(_msvccompiler|msvc9compiler|command/bdist_msi)|msilib/.*)\.py",
        "modules that raise ImportError on Linux (0.1 MiB)",
    ),
    _drop(rf"{_STDLIB}/pydoc_data/.*", "the language reference: help() says that it is away (0.5 MiB)"),
    _drop(
        rf"{_STDLIB}/lib-dynload/(_test|_ctypes_test|_xxtest|xxlimited)[^/]*\.so",
        "extension modules of the tests (0.9 MiB)",
    ),
    _drop(rf"{_STDLIB}/lib-dynload/nis\.[^/]*\.so", "Sun's yellow pages (PEP 594), without the library that it needs"),
    _drop(rf"(etc/python3\.[0-9]+|{_STDLIB})/sitecustomize\.py", "looks for a host's crash reporter at every start"),
)

Compiled: TypeAlias = Sequence[tuple[re.Pattern[str], Rule]]


def compiled(rules: Iterable[Rule]) -> Compiled:
    """A table to ask `first`."""
    return tuple((re.compile(rule.pattern, re.DOTALL), rule) for rule in rules)


def first(path: str, rules: Compiled) -> Rule | None:
    """The first rule that matches `path`."""
    return next((rule for pattern, rule in rules if pattern.fullmatch(path)), None)


_COMPILED = compiled(RULES)


def deciding(path: str) -> Rule | None:
    """The rule that decides about `path`; None: nothing speaks against it."""
    return first(path, _COMPILED)


def keeps(path: str) -> bool:
    """Whether `path` belongs in an image."""
    rule = deciding(path)
    return rule is None or rule.keep


def filtered(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that belong in an image."""
    return (entry for entry in entries if keeps(entry.path))
