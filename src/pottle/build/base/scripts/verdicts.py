"""What the commands of maintainer scripts mean for an image: one table, each entry with its reason.

A command that is not here does something that nobody has looked at, and is told. The table was made from the scripts of 750 packages of
Debian trixie, those that people name most and all that these depend on.
"""

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

Verdict: TypeAlias = Literal["reads", "host", "cache", "files", "done"]
"""`reads`: changes nothing. `host`: for a running system, an administrator or a package manager. `cache`: what programs make up for, or
do without. `files`: owners, modes and leftovers, which no program of one user misses. `done`: an image gets it."""

_WORDS: Mapping[Verdict, str] = {
    "reads": """
        : [ test true false echo printf cat cut tr sort head tail wc which type command hash set umask cd pwd exec unset trap sleep wait
        dpkg dpkg-query dpkg-architecture dpkg-trigger grep egrep fgrep awk getent id stat readlink realpath dirname basename
        mktemp find uname md5sum sha256sum cmp diff ls expr seq tty mountpoint ischroot pidof pgrep ss db_version db_input db_go db_get
        db_set db_fset db_metaget db_purge db_stop db_title db_subst db_unregister db_register db_reset db_capb . source logger xargs
    """,
    "host": """
        dpkg-maintscript-helper deb-systemd-helper deb-systemd-invoke systemctl systemd-machine-id-setup systemd-tmpfiles systemd-hwdb
        journalctl invoke-rc.d update-rc.d service start-stop-daemon udevadm sysctl nscd apparmor_parser aa-status aa-remove-unknown
        update-initramfs update-grub selinux_compile_fcontexts update-binfmts update-menus update-mime update-shells update-locale shadowconfig pwconv grpconv
        pam-auth-update dbus-uuidgen dbus-send add-shell remove-shell mandb install-info install-sgmlcatalog update-catalog
        update-xmlcatalog setcap restorecon semodule kill killall reload_dbus_config update-perl-sax-parsers emacs-package-install
        emacs-install emacs-remove update-dictcommon-aspell update-dictcommon-hunspell update-default-wordlist update-default-ispell
        update-default-aspell helpztags tl-paper paperconfig register-python-modules register_completion rpcbind ucfq
    """,
    "cache": """
        fc-cache gio-querymodules gtk-update-icon-cache gtk-update-icon-cache-3.0 update-icon-caches gtk-query-immodules-3.0
        update-desktop-database py3compile pypy3compile py3clean pycompile pyclean update-fonts-dir update-fonts-scale
        update-fonts-alias update-gsfontmap dh_pypy
    """,
    "files": "rm rmdir chmod chown chgrp dpkg-statoverride setfacl",
    "done": """
        update-alternatives ldconfig update-ca-certificates adduser addgroup useradd groupadd systemd-sysusers update-mime-database
        gdk-pixbuf-query-loaders ucf ucfr odbcinst mkdir touch cp ln install
        libgvc6-config-update dot
    """,
}
VERDICTS: Mapping[str, Verdict] = {word: verdict for verdict, words in _WORDS.items() for word in words.split()}
"""Program → what it means."""

REVIEWED: tuple[tuple[str, str], ...] = (
    (r"base-passwd|passwd|login(\.defs)?|adduser|libpam.*|sudo", "accounts are the image's own, and nobody logs in"),
    (
        r"base-files|libc6|libc-bin|netbase|tzdata|ca-certificates|libreadline8.*|python3\.[0-9]+(-minimal)?|python3-(distutils|lib2to3)",
        "every base's",
    ),
    (r"mariadb-common|mysql-common", "one of two configurations, which an alternative chooses"),
    (r"libwrap0", "empty lists of hosts"),
    (r"dash|debianutils|less|ucf|tar|dictionaries-common", "an administrator's files"),
    (r"postgresql-client-[0-9]+", "alternatives of manual pages"),
    (r"iproute2|procps|systemd.*|udev|libnss-.*|policykit.*|polkitd", "for a system that boots"),
    (r"xfonts-.*|x11-common", "for an X server's own fonts"),
    (
        r"gtk-update-icon-cache|vim-runtime|firefox-esr|libtirpc3t64|libgcrypt20",
        "diversions of files that are not here",
    ),
    (r"libgssapi-krb5-2|libgpm2|coreutils-from-(gnu|uutils)", "upgrades of older versions"),
    (r"r-base-core|libpaper.*", "the paper size"),
)
"""Packages whose scripts do something by hand that was looked at, and makes no difference here: pattern of names, what it is.
Their alternatives count all the same."""

INSTEAD: Mapping[str, str] = {
    "locale-gen": "set LANG to C.UTF-8, which every image has, or name the package locales-all",
    "glib-compile-schemas": "a program that reads GSettings stops",
    "update-fmtutil": "TeX has no formats: make them where they are needed, with `fmtutil` and TEXMFVAR below /tmp",
}
"""Program → what to do in its place."""


def reviewed(package: str) -> bool:
    """Whether somebody has read this package's scripts and found nothing that an image misses."""
    return any(re.fullmatch(pattern, package) for pattern, _ in REVIEWED)
